from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.practice_queries import require_real
from app.entities.queries import get_entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import fold
from app.products.queries import get_product
from app.rights.changes import turned
from app.rights.dates import earliest, parse_partial_date
from app.rights.kinds import RightType
from app.rights.models import IpRight, RightProduct
from app.rights.numbers import application_number, registration_number
from app.rights.queries import find_by_number, get_right

_PARTIAL_DATES: Final = ("registration_date", "decision_date")
_CHECK: Final = ("checked_on", "checked_by", "checked_against")
# What goes with a number, and so may change though nobody named it.
_WITH_NUMBER: Final = ("registration_no_as_written", *_CHECK)


class RightNumberTaken(Conflict):
    """Another right has this registration number"""

    code = "rights.number_taken"
    detail = N_("It belongs to {sign}. Change that record instead of adding a second one.")
    field = "registration_no"

    def __init__(self, *, sign: str) -> None:
        self.sign = sign


class NoNumberToCheck(Conflict):
    """There is no registration number to check"""

    code = "rights.no_number_to_check"
    detail = N_("Enter the number from the certificate first.")


class IndicationsDoNotExpire(Invalid):
    """A geographical indication does not expire"""

    code = "rights.gi_does_not_expire"
    detail = N_("Leave the day empty; a geographical indication that was ended has its own field.")
    field = "expires_on"


class ExpiresBeforeItBegins(Invalid):
    """The last day lies before the registration"""

    code = "rights.expires_before_it_begins"
    detail = N_("The right was registered on {registered_on}. Check both dates.")
    field = "expires_on"

    def __init__(self, *, registered_on: date) -> None:
        self.registered_on = registered_on


class NotThisOwnersMark(Invalid):
    """Only an entity's own trademark is linked to its products"""

    code = "rights.not_this_owners_mark"
    detail = N_(
        "Link a trademark to products of the entity that owns it. For every other right, record "
        "a use right."
    )
    field = "product_id"


class ProductLinked(Conflict):
    """The product bears this trademark already"""

    code = "rights.product_linked"
    detail = N_("Nothing was changed.")
    field = "product_id"


class ProductNotLinked(Conflict):
    """The product does not bear this trademark"""

    code = "rights.product_not_linked"
    detail = N_("Nothing was changed.")
    field = "product_id"


def add_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    **facts: Any,  # noqa: ANN401 - the columns of IpRight
) -> IpRight:
    """Add an IP right, not yet checked: it gives no badge. Officers only.

    `registration_no` and `application_no` are given as written, dates as the document has them.
    """
    actor.require_officer()
    right = IpRight(created_at=now, updated_at=now, type="", sign="", folded="")
    _apply(db, right, {"registration_no": "", "application_no": ""} | facts, actor, now)
    db.add(right)
    db.flush()
    note(db, actor, now, "right.add", right, None, facts)
    return right


def change_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> IpRight:
    """Change the given fields of a right; with another number or type it is unchecked again."""
    right = get_right(db, right_id)
    actor.require_officer()
    facts = turned(right, facts)
    names = (*facts, *_WITH_NUMBER)
    before = {name: getattr(right, name) for name in names}
    _apply(db, right, facts, actor, now)
    db.flush()
    untold = {name for name in _WITH_NUMBER if before[name] == getattr(right, name)} - facts.keys()
    before = {name: value for name, value in before.items() if name not in untold}
    after = {name: getattr(right, name) for name in before} | facts
    note(db, actor, now, "right.change", right, before, after)
    return right


def check_right(
    db: Session, *, actor: Actor, now: datetime, right_id: int, against: str
) -> IpRight:
    """Record that the officer held the number against its certificate today.

    Only from then on the right gives badges.
    """
    right = get_right(db, right_id)
    actor.require_officer()
    if right.registration_no is None:
        raise NoNumberToCheck
    before = {name: getattr(right, name) for name in _CHECK}
    right.checked_on, right.checked_by, right.checked_against = day_of(now), actor.label, against
    right.updated_at = now
    db.flush()
    after = {name: getattr(right, name) for name in _CHECK}
    note(db, actor, now, "right.check", right, before, {"number": right.registration_no} | after)
    return right


def link_product(
    db: Session, *, actor: Actor, now: datetime, right_id: int, product_id: int
) -> IpRight:
    """Record that a product bears its entity's own trademark. Officers only."""
    right = get_right(db, right_id)
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    require_real(db, product.entity_id)
    if right.type != RightType.TRADEMARK or right.owner_entity_id != product.entity_id:
        raise NotThisOwnersMark
    if db.get(RightProduct, (right.id, product.id)) is not None:
        raise ProductLinked
    db.add(RightProduct(right_id=right.id, product_id=product.id))
    db.flush()
    note(db, actor, now, "right.link", right, None, {"product_id": product.id})
    return right


def unlink_product(
    db: Session, *, actor: Actor, now: datetime, right_id: int, product_id: int
) -> IpRight:
    """Record that a product no longer bears the trademark."""
    right = get_right(db, right_id)
    actor.require_officer()
    link = db.get(RightProduct, (right.id, product_id))
    if link is None:
        raise ProductNotLinked
    db.delete(link)
    db.flush()
    note(db, actor, now, "right.unlink", right, {"product_id": product_id}, None)
    return right


def note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    right: IpRight,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record a change of a right in the audit trail."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=right.id,
        entity_id=right.owner_entity_id,
        before=before,
        after=after,
    )


def _apply(
    db: Session, right: IpRight, facts: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    given = dict(facts)
    right.type = given.get("type", right.type)
    if "registration_no" in given or "type" in given:
        _number(db, right, given.pop("registration_no", right.registration_no_as_written) or "")
    if "application_no" in given or "type" in given:
        written = given.pop("application_no", right.application_no) or ""
        right.application_no = _application(right.type, written)
    for name in _PARTIAL_DATES:
        if given.get(name):
            given[name] = parse_partial_date(given[name], field=name)
    if given.get("owner_entity_id"):
        get_entity(db, given["owner_entity_id"], actor=actor)
    for name, value in given.items():
        setattr(right, name, value)
    _check_term(right)
    right.folded, right.updated_at = fold(right.sign), now


def _number(db: Session, right: IpRight, written: str) -> None:
    """Give the right its number, unchecked where it is another one."""
    number = None
    if written:
        number = registration_number(RightType(right.type), written, field="registration_no")
        other = find_by_number(db, number.normal)
        if other is not None and other is not right:
            raise RightNumberTaken(sign=other.sign)
    normal = number.normal if number else None
    if normal != right.registration_no:
        right.checked_on, right.checked_by, right.checked_against = None, "", ""
    right.registration_no = normal
    right.registration_no_as_written = number.written if number else ""


def _application(kind: str, written: str) -> str:
    if not written:
        return ""
    return application_number(RightType(kind), written, field="application_no").normal


def _check_term(right: IpRight) -> None:
    if right.expires_on is None:
        return
    if right.type == RightType.GI:
        raise IndicationsDoNotExpire
    if right.registration_date and right.expires_on < earliest(right.registration_date):
        raise ExpiresBeforeItBegins(registered_on=earliest(right.registration_date))
