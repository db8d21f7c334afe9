"""Use rights and OCOP certificates of products that end soon, have ended or are suspended."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.queries import dissolutions_of
from app.kit.i18n import N_
from app.products.models import OcopCertificate
from app.products.queries import certificate_facts, certificates_of
from app.products.rules import CertificateStatus, certificate_status, current_certificate
from app.rights.models import IpRight, UseRight
from app.rights.queries import right_facts, rights_by_id, use_right_standing
from app.rights.rules import RightStatus, right_status
from app.rights.standing import Standing as Stands

# What ended longer ago is no news.
NEWS: Final = timedelta(days=180)


@dataclass(frozen=True)
class Turn:
    """What turned or turns, and on which day; `since` is from when it was news."""

    label: str
    on: date
    reason: str = ""
    due: bool = False
    ahead: timedelta = timedelta()

    @property
    def since(self) -> date:
        return self.on - self.ahead


@dataclass(frozen=True)
class Standing:
    """What turned or turns for a product; `what` is the sign of the right."""

    product_id: int
    what: str
    turn: Turn


def standings(
    db: Session, *, products: Collection[int], day: date, ahead: timedelta
) -> Iterator[Standing]:
    """Yield what ends within `ahead`, is suspended, or has ended of the products' rights."""
    granted = db.scalars(select(UseRight).where(UseRight.product_id.in_(products))).all()
    rights = rights_by_id(db, {one.right_id for one in granted})
    gone = dissolutions_of(db, {one.entity_id for one in granted})
    for one in granted:
        right = rights[one.right_id]
        turn = _above(right, day) or _use_right(one, day, ahead, gone.get(one.entity_id))
        if turn is not None and turn.since >= day - NEWS:
            yield Standing(one.product_id, right.sign, turn)
    for product_id, certificates in certificates_of(db, products).items():
        turn = _certificate(certificates, day, ahead)
        if turn is not None and turn.since >= day - NEWS:
            yield Standing(product_id, "", turn)


def _above(right: IpRight, day: date) -> Turn | None:
    status = right_status(right_facts(right), day)
    on = {RightStatus.SUSPENDED: right.suspended_on, RightStatus.ENDED: right.ended_on}.get(status)
    label = N_("“{what}” itself is suspended or ended since {date}: {product} has no badge")
    return Turn(label, on, right.status_reason) if on else None


def _use_right(one: UseRight, day: date, ahead: timedelta, gone_on: date | None) -> Turn | None:
    status, until = use_right_standing(one, day, gone_on), one.valid_to
    if status is Stands.SUSPENDED and one.suspended_on:
        label = N_("The right to use “{what}” for {product} is suspended since {date}")
        return Turn(label, one.suspended_on, one.status_reason, due=True)
    if status is Stands.ENDED and one.ended_on:
        label = N_("The right to use “{what}” for {product} ended on {date}")
        return Turn(label, one.ended_on, one.status_reason)
    if gone_on is not None and gone_on <= day:
        # Nothing can be renewed any more, and what ended says the notice of the dissolution.
        return None
    if until is None or until > day + ahead:
        return None
    if status is Stands.EXPIRED:
        label = N_("The right to use “{what}” for {product} expired on {date}")
        return Turn(label, until, due=True)
    label = N_("The right to use “{what}” for {product} ends on {date}: renew it")
    return Turn(label, until, due=True, ahead=ahead)


def _certificate(
    certificates: Sequence[OcopCertificate], day: date, ahead: timedelta
) -> Turn | None:
    """Return what to say of the certificate whose stars count, or of the last one that did."""
    facts = [certificate_facts(one) for one in certificates]
    current = current_certificate(facts, day)
    if current is not None:
        label = N_("The OCOP certificate of {product} ends on {date}: renew it")
        ends_soon = current.valid_to <= day + ahead
        return Turn(label, current.valid_to, due=True, ahead=ahead) if ends_soon else None
    if not certificates:
        return None
    last, status = certificates[0], certificate_status(facts[0], day)
    if status is CertificateStatus.REVOKED and last.revoked_on:
        label = N_("The OCOP certificate of {product} was revoked on {date}")
        return Turn(label, last.revoked_on, last.revocation_reason)
    label = N_("The OCOP certificate of {product} expired on {date}")
    return Turn(label, last.valid_to, due=True) if status is CertificateStatus.EXPIRED else None
