"""Which products changed since a time, by what was written down or by a day that came or went."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.audit.models import AuditEvent
from app.certificates.models import Certificate
from app.diary.models import Lot
from app.diary.reach_queries import lots_changed_since
from app.kit.clock import day_of
from app.oversight.quality_models import QualityTest
from app.products.models import OcopCertificate, Product
from app.rights.models import IpRight, RightProduct, UseRight

# An event bears the time its request began, and is seen once it is committed: what was written
# just before the last question is told once more.
LATE: Final = timedelta(minutes=15)
# A notice of a lot names the lot: that any of its entity's products may be meant is said instead.
_ENTITY_ACTS: Final = (
    *("entity.add", "entity.change"),
    *("lot.recall", "lot.lift_recall", "lot.hold", "lot.lift_hold"),
)
_FULL_DATE: Final = len("2026-01-01")

Day = InstrumentedAttribute[date] | InstrumentedAttribute[date | None]


def changed_since(since: datetime, today: date) -> ColumnElement[bool]:
    """Return the condition of products that changed; it may name one too many, never too few."""
    begun = day_of(since)

    def came(day: Day) -> ColumnElement[bool]:
        return day.between(begun + timedelta(days=1), today)

    def went(day: Day) -> ColumnElement[bool]:
        return day.between(begun, today - timedelta(days=1))

    # What was made from a recalled lot is another product, and often another producer's.
    stopped = select(Lot.product_id).where(Lot.id.in_(lots_changed_since(since - LATE)))
    written = [
        cast(Product.id, String).in_(_touched("product", since)),
        Product.entity_id.in_(_entities(since)),
        Product.entity_id.in_(_certified(since, came, went)),
        Product.id.in_(stopped),
        Product.id.in_(_tested(since, went)),
    ]
    certificates = select(OcopCertificate.product_id).where(
        came(OcopCertificate.valid_from)
        | went(OcopCertificate.valid_to)
        | came(OcopCertificate.revoked_on)
    )
    use = UseRight
    uses = select(use.product_id).where(
        cast(use.id, String).in_(_touched("use_right", since))
        | came(use.valid_from)
        | went(use.valid_to)
        | _turned(use, came)
        | use.right_id.in_(_rights(since, today, came, went))
    )
    marks = select(RightProduct.product_id).where(
        RightProduct.right_id.in_(_rights(since, today, came, went))
    )
    return or_(*written, *(Product.id.in_(one) for one in (certificates, uses, marks)))


def _turned(
    of: type[UseRight] | type[IpRight],
    came: Any,  # noqa: ANN401 - a function of a column
) -> ColumnElement[bool]:
    return or_(came(of.suspended_on), came(of.resumed_on), came(of.ended_on))


def _rights(since: datetime, today: date, came: Any, went: Any) -> Select[Any]:  # noqa: ANN401 - functions of a column
    right, begun = IpRight, day_of(since)
    # Known to the year or month only, it is in force from a day nobody wrote down.
    vague = and_(
        func.length(right.registration_date) < _FULL_DATE,
        right.registration_date >= f"{begun.year:04}",
    )
    registered = right.registration_date.between(f"{begun}", f"{today}")
    return select(right.id).where(
        cast(right.id, String).in_(_touched("right", since))
        | went(right.expires_on)
        | came(right.checked_on)
        | _turned(right, came)
        | vague
        | registered
    )


def _certified(since: datetime, came: Any, went: Any) -> CompoundSelect[Any]:  # noqa: ANN401 - functions of a column
    """Return the entities whose certificates changed, by an act or by a day."""
    acts = select(AuditEvent.entity_id).where(
        AuditEvent.at >= since - LATE,
        AuditEvent.subject_kind == "certificate",
        AuditEvent.entity_id.is_not(None),
    )
    made = Certificate
    turned = select(made.entity_id).where(
        made.public,
        came(made.valid_from) | went(made.valid_to) | came(made.revoked_on),
    )
    return acts.union(turned)


def _tested(since: datetime, went: Any) -> CompoundSelect[Any]:  # noqa: ANN401 - a function of a column
    """Return the products whose tests changed, by an act or by their last day."""
    one = QualityTest
    acts = select(one.product_id).where(cast(one.id, String).in_(_touched("test", since)))
    gone = select(one.product_id).where(one.public, went(one.valid_until))
    return acts.union(gone)


def _touched(kind: str, since: datetime) -> Select[Any]:
    """Return the ids, as texts, of what events from some time before tell of."""
    return select(AuditEvent.subject_id).where(
        AuditEvent.at >= since - LATE, AuditEvent.subject_kind == kind
    )


def _entities(since: datetime) -> Select[Any]:
    return select(AuditEvent.entity_id).where(
        AuditEvent.at >= since - LATE,
        AuditEvent.action.in_(_ENTITY_ACTS),
        AuditEvent.entity_id.is_not(None),
    )
