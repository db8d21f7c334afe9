from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.models import Lot
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note, clean_text
from app.oversight.models import Report
from app.oversight.queries import find_sent, get_report
from app.oversight.rules import (
    CODE_CHARS,
    MAX_TEXT,
    MIN_TEXT,
    URL_CHARS,
    About,
    NoAddress,
    ReportOutcome,
    ReportState,
    SubjectNeeded,
    TextTooShort,
    Traced,
    Trouble,
    check_position,
    folded_words,
    reference_of,
)
from app.products.models import Product

# What the audit trail keeps of a report: what the Department decided, not what somebody wrote.
_TOLD: Final = (
    *("state", "outcome", "answer", "reason", "taken_by"),
    *("subject", "batch_id", "entity_id", "product_id", "lot_id"),
)


class ReportClosed(Conflict):
    """The report is closed"""

    code: ClassVar[str] = "oversight.report_closed"
    detail: ClassVar[str] = N_("Open it again first.")


class ReportOpen(Conflict):
    """The report is not closed"""

    code: ClassVar[str] = "oversight.report_open"
    detail: ClassVar[str] = N_("There is nothing to open again.")


class ReportTaken(Conflict):
    """Somebody else looks into this report"""

    code: ClassVar[str] = "oversight.report_taken"
    detail: ClassVar[str] = N_("{name} took it. Ask before you take it over.")

    def __init__(self, *, name: str) -> None:
        self.name = name


class NothingToLink(Invalid):
    """There is no such record"""

    code: ClassVar[str] = "oversight.nothing_to_link"
    detail: ClassVar[str] = N_("Compare the number or the code with the record's own page.")

    def __init__(self, *, field: str) -> None:
        self.field = field


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
        check_position(self.latitude, self.longitude)
        made = Told(
            about=self.about,
            trouble=self.trouble,
            text=text,
            code=clean_text(self.code, limit=CODE_CHARS, field="code"),
            product_id=self.product_id,
            url=clean_text(self.url, limit=URL_CHARS, field="url"),
            place=clean_text(self.place, field="place"),
            latitude=self.latitude,
            longitude=self.longitude,
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
        if product is None:
            raise NotFound
        return {
            "subject": str(product.id),
            "product_id": product.id,
            "entity_id": product.entity_id,
        }
    subject = told.url if told.about is About.SHOP else traced.code
    return {"subject": subject, **_links(traced)}


def _links(traced: Traced) -> dict[str, Any]:
    return {
        "batch_id": traced.batch_id,
        "entity_id": traced.entity_id,
        "product_id": traced.product_id,
        "lot_id": traced.lot_id,
    }


def take_report(
    db: Session, *, actor: Actor, now: datetime, report_id: int, seen: datetime | None = None
) -> Report:
    """Have the officer look into a report; of two who take it at once one does."""
    report, before = _open(db, actor, report_id, seen)
    if report.taken_by_id is not None and report.taken_by_id != actor.account_id and seen is None:
        raise ReportTaken(name=report.taken_by)
    report.state, report.taken_at = ReportState.TAKEN, now
    report.taken_by, report.taken_by_id = actor.label, actor.account_id
    return _changed(db, report, before, actor=actor, now=now, action="report.take")


def link_report(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    report_id: int,
    traced: Traced | None = None,
    lot_id: int | None = None,
    product_id: int | None = None,
    entity_id: int | None = None,
    seen: datetime | None = None,
) -> Report:
    """Say what a report is about: a stamp of ours, or else a lot, a product or an entity.

    The narrowest that is named decides; whose it is follows from it.
    """
    report, before = _open(db, actor, report_id, seen)
    found = traced or _belonging(db, lot_id=lot_id, product_id=product_id, entity_id=entity_id)
    if traced is not None:
        if traced.entity_id is None:
            raise NothingToLink(field="code")
        report.about, report.subject = About.STAMP, traced.code
    for name, value in _links(found).items():
        setattr(report, name, value)
    return _changed(db, report, before, actor=actor, now=now, action="report.link")


def _belonging(
    db: Session, *, lot_id: int | None, product_id: int | None, entity_id: int | None
) -> Traced:
    if lot_id is not None:
        lot = db.get(Lot, lot_id)
        if lot is None:
            raise NothingToLink(field="lot_id")
        return Traced("", None, lot.entity_id, lot.product_id, lot.id)
    if product_id is not None:
        product = db.get(Product, product_id)
        if product is None:
            raise NothingToLink(field="product_id")
        return Traced("", None, product.entity_id, product.id)
    if entity_id is None or db.get(Entity, entity_id) is None:
        raise NothingToLink(field="entity_id")
    return Traced("", None, entity_id)


def close_report(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    report_id: int,
    outcome: ReportOutcome,
    answer: str,
    reason: str,
    seen: datetime | None = None,
) -> Report:
    """Close a report with an answer its reporter reads, and a reason the Department keeps."""
    report, before = _open(db, actor, report_id, seen)
    report.state, report.outcome = ReportState.CLOSED, outcome
    report.answer = clean_note(answer, field="answer")
    report.reason = clean_note(reason, field="reason")
    for name in ("answer", "reason"):
        if len(getattr(report, name)) < MIN_TEXT:
            raise TextTooShort(field=name)
    report.closed_at, report.closed_by = now, actor.label
    report.closed_by_id = actor.account_id
    return _changed(db, report, before, actor=actor, now=now, action="report.close")


def reopen_report(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    report_id: int,
    reason: str,
    seen: datetime | None = None,
) -> Report:
    """Open a closed report again; its earlier answer stays in its history."""
    actor.require_officer()
    report = get_report(db, report_id, actor=actor)
    check_seen(report.changed_at, seen)
    if report.state != ReportState.CLOSED:
        raise ReportOpen
    before = _facts(report)
    told = clean_note(reason, field="reason")
    if len(told) < MIN_TEXT:
        raise TextTooShort(field="reason")
    report.state = ReportState.TAKEN if report.taken_by_id else ReportState.NEW
    report.outcome, report.answer, report.reason = "", "", told
    report.closed_at, report.closed_by, report.closed_by_id = None, "", None
    return _changed(db, report, before, actor=actor, now=now, action="report.reopen")


def _open(
    db: Session, actor: Actor, report_id: int, seen: datetime | None
) -> tuple[Report, dict[str, Any]]:
    """Return a report that may still be changed, held against others, with its facts."""
    actor.require_officer()
    report = get_report(db, report_id, actor=actor, lock=True)
    check_seen(report.changed_at, seen)
    if report.state == ReportState.CLOSED:
        raise ReportClosed
    return report, _facts(report)


def _facts(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in _TOLD}


def _changed(
    db: Session,
    report: Report,
    before: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    action: str,
) -> Report:
    report.changed_at = touched(report.changed_at, now)
    db.flush()
    # Without the entity: its people read its events, and reports are not theirs to read.
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=report.id,
        before=before,
        after=_facts(report),
    )
    return report
