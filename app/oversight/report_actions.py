from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.practice_queries import is_practice
from app.kit.db import beyond_fence
from app.kit.errors import NotFound
from app.kit.text import clean_note, clean_text
from app.oversight.models import Report
from app.oversight.queries import find_sent
from app.oversight.rules import (
    CODE_CHARS,
    MAX_TEXT,
    MIN_TEXT,
    URL_CHARS,
    About,
    NoAddress,
    SubjectNeeded,
    TextTooShort,
    Traced,
    Trouble,
    checked_position,
    folded_words,
    links_to,
    reference_of,
)
from app.oversight.told import ReportIn
from app.products.models import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A problem as somebody told it, with each field as it was written."""

    about: About
    trouble: Trouble
    text: str
    code: str = ""
    product_id: int | None = None
    url: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def checked(self) -> "Told":
        """Return the same, cleaned. Raises Invalid with the field that is wrong."""
        text = clean_note(self.text, limit=MAX_TEXT, field="text")
        if len(text) < MIN_TEXT:
            raise TextTooShort
        latitude, longitude = checked_position(self.latitude, self.longitude)
        made = Told(
            about=self.about,
            trouble=self.trouble,
            text=text,
            code=clean_text(self.code, limit=CODE_CHARS, field="code"),
            product_id=self.product_id,
            url=clean_text(self.url, limit=URL_CHARS, field="url"),
            place=clean_text(self.place, field="place"),
            latitude=latitude,
            longitude=longitude,
        )
        made._check_subject()
        return made

    def _check_subject(self) -> None:
        given = {
            About.STAMP: (self.code, "code"),
            About.PRODUCT: (self.product_id, "product_id"),
            About.SHOP: (self.url, "url"),
        }
        value, field = given.get(self.about, ("x", ""))
        if not value:
            raise SubjectNeeded(field=field)
        if self.about is About.SHOP and not is_address(self.url):
            raise NoAddress


def told_of(given: ReportIn) -> Told:
    """Return what was sent, checked. Raises Invalid with the field that is wrong."""
    return Told(**given.model_dump(exclude={"token"})).checked()


def is_address(url: str) -> bool:
    """Tell whether a text is the address of a page on the web, and so may be a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def send_report(
    db: Session,
    *,
    told: Told,
    traced: Traced,
    photo: str,
    language: str,
    sent_hash: str,
    random: bytes,
    now: datetime,
) -> Report:
    """Keep what somebody told; the same form sent twice is one report.

    `told` is checked, `traced` says where its code belongs, `random` are 16 fresh bytes and
    `photo` the SHA-256 of a stored picture, or nothing.
    """
    # Nobody's account writes here, and nobody but the Department reads it again.
    with beyond_fence(db):
        report = Report(
            reference=reference_of(random),
            sent_hash=sent_hash,
            about=told.about,
            trouble=told.trouble,
            text=told.text,
            place=told.place,
            latitude=told.latitude,
            longitude=told.longitude,
            photo=photo,
            language=language,
            folded=folded_words(told.text, told.place, told.url, traced.code),
            sent_at=now,
            changed_at=now,
            **_subject(db, told, traced),
        )
        try:
            with db.begin_nested():
                db.add(report)
        except IntegrityError:
            first = find_sent(db, sent_hash)
            if first is None:
                raise
            return first
    return report


def _subject(db: Session, told: Told, traced: Traced) -> dict[str, Any]:
    """Return what a report is about, and whose that is as far as it is known."""
    if told.about is About.PRODUCT and told.product_id is not None:
        product = db.get(Product, told.product_id)
        if product is None or is_practice(db, product.entity_id):
            raise NotFound
        return {
            "subject": str(product.id),
            "product_id": product.id,
            "entity_id": product.entity_id,
        }
    subject = told.url if told.about is About.SHOP else traced.code
    return {"subject": subject, **links_to(traced)}
