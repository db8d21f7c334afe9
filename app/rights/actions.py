from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.entities.queries import get_entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.saving import check_seen, check_shortened, touched
from app.kit.text import fold
from app.rights.dates import earliest, latest, parse_partial_date
from app.rights.holder_actions import keep_holders
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.nice import nice_classes
from app.rights.numbers import APPLICATION_YEAR, application_number, registration_number
from app.rights.queries import find_by_number, right_to_change
from app.rights.right_check import CHECK, UNCHECKED, must_be_checked_again
from app.rights.right_decision_actions import keep_registered
from app.rights.right_trail_actions import changed, columns, note

_PARTIAL_DATES: Final = ("application_date", "registration_date", "decision_date")

# What `check_term` holds against one another.
TERM: Final = ("type", "application_no", "application_date", "registration_date", "expires_on")


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


class NotChecked(Conflict):
    """The right is not checked"""

    code = "rights.not_checked"
    detail = N_("Nothing was changed.")


class RegisteredBeforeApplied(Invalid):
    """The registration lies before the application"""

    code = "rights.registered_before_applied"
    detail = N_("It was applied for on {applied_on}. Check both dates.")
    field = "registration_date"

    def __init__(self, *, applied_on: date) -> None:
        self.applied_on = applied_on


class AppliedInAnotherYear(Invalid):
    """The application is of another year"""

    code = "rights.applied_in_another_year"
    detail = N_("Its number says {year}. Check number and date.")
    field = "application_date"

    def __init__(self, *, year: str) -> None:
        self.year = year


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
    _apply(db, right, {"registration_no": "", "application_no": ""} | facts, actor)
    db.add(right)
    db.flush()
    _follow(db, actor, now, right)
    note(db, actor, now, "right.add", right, None, columns(right, tuple(facts)))
    return right


def change_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    seen: datetime | None = None,
    against: str = "",
    past_is_meant: bool = False,
    **facts: Any,  # noqa: ANN401 - as above
) -> IpRight:
    """Change the given fields of a right; `seen` is as of when the writer saw it.

    With another value of what its certificate says it is no longer checked, unless the writer
    held it `against` the certificate in the same act. A last day that is past must be meant where
    pages showed the right as in force after it.
    """
    right = right_to_change(db, right_id, actor=actor)
    check_seen(right.updated_at, seen)
    if right.checked_on is not None and not past_is_meant:
        check_shortened(right.expires_on, facts.get("expires_on", right.expires_on), day_of(now))
    before = columns(right, (*facts, "registration_no_as_written", *CHECK))
    _apply(db, right, facts, actor)
    if must_be_checked_again(changed(right, before)[0]):
        for name, value in UNCHECKED.items():
            setattr(right, name, value)
    if against:
        _check(right, actor, now, against)
    right.updated_at = touched(right.updated_at, now)
    db.flush()
    _follow(db, actor, now, right)
    old, new = changed(right, before)
    note(db, actor, now, "right.change", right, old, new)
    return right


def check_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    against: str,
    seen: datetime | None = None,
) -> IpRight:
    """Record that the officer held the right against its certificate today.

    Only from then on it is shown as fact and gives badges. It may be checked again.
    """
    right = right_to_change(db, right_id, actor=actor)
    check_seen(right.updated_at, seen)
    before = columns(right, CHECK)
    _check(right, actor, now, against)
    right.updated_at = touched(right.updated_at, now)
    db.flush()
    after = {"number": right.registration_no} | columns(right, CHECK)
    note(db, actor, now, "right.check", right, before, after)
    return right


def uncheck_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    reason: str,
    seen: datetime | None = None,
) -> IpRight:
    """Take back that a right was checked: from now on it is no fact and gives no badge."""
    right = right_to_change(db, right_id, actor=actor)
    check_seen(right.updated_at, seen)
    if right.checked_on is None:
        raise NotChecked
    before = columns(right, CHECK)
    for name, value in UNCHECKED.items():
        setattr(right, name, value)
    right.updated_at = touched(right.updated_at, now)
    db.flush()
    note(db, actor, now, "right.uncheck", right, before, {"reason": reason, **UNCHECKED})
    return right


def _follow(db: Session, actor: Actor, now: datetime, right: IpRight) -> None:
    """Keep what is kept over time in step with what a right says now."""
    keep_registered(db, actor=actor, now=now, rights=[right])
    keep_holders(db, actor=actor, now=now, rights=[right])


def _check(right: IpRight, actor: Actor, now: datetime, against: str) -> None:
    if right.registration_no is None:
        raise NoNumberToCheck
    right.checked_on, right.checked_by, right.checked_against = day_of(now), actor.label, against


def _apply(db: Session, right: IpRight, facts: Mapping[str, Any], actor: Actor) -> None:
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
    if given.get("classes"):
        given["classes"] = nice_classes(given["classes"], field="classes")
    if given.get("owner_entity_id"):
        get_entity(db, given["owner_entity_id"], actor=actor)
    for name, value in given.items():
        setattr(right, name, value)
    check_term(columns(right, TERM))
    right.folded = fold(right.sign)


def _number(db: Session, right: IpRight, written: str) -> None:
    number = None
    if written:
        number = registration_number(RightType(right.type), written, field="registration_no")
        other = find_by_number(db, number.normal)
        if other is not None and other is not right:
            raise RightNumberTaken(sign=other.sign)
    normal = number.normal if number else None
    right.registration_no = normal
    right.registration_no_as_written = number.written if number else ""


def _application(kind: str, written: str) -> str:
    if not written:
        return ""
    return application_number(RightType(kind), written, field="application_no").normal


def check_term(facts: Mapping[str, Any]) -> None:
    """Refuse dates that can't all be right; each is as it is stored."""
    applied, registered = facts["application_date"], facts["registration_date"]
    named, expires_on = APPLICATION_YEAR.match(facts["application_no"]), facts["expires_on"]
    if named and applied and applied[:4] != named[1]:
        raise AppliedInAnotherYear(year=named[1])
    if applied and registered and latest(registered) < earliest(applied):
        raise RegisteredBeforeApplied(applied_on=earliest(applied))
    if expires_on is None:
        return
    if facts["type"] == RightType.GI:
        raise IndicationsDoNotExpire
    if registered and expires_on < earliest(registered):
        raise ExpiresBeforeItBegins(registered_on=earliest(registered))
