"""What a sent form does to a record; the later of two who change it at once loses nothing."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Sent, read_form, refused
from app.kit.i18n import N_, Translator

M = TypeVar("M", bound=BaseModel)

# The hidden field that says as of when the form was filled in from the record; or, of a record
# that keeps no such instant, what it said.
SEEN: Final = "seen"


class RecordChanged(Conflict):
    """Somebody has changed this record since you opened it"""

    code: ClassVar[str] = "record_changed"
    detail: ClassVar[str] = N_(
        "Nothing was saved. What you wrote is kept, with what the record says now beside it. "
        "Save again to keep yours."
    )


class TakesEffectInThePast(Conflict):
    """It takes effect on a day that is past"""

    code: ClassVar[str] = "takes_effect_in_the_past"
    detail: ClassVar[str] = N_(
        "From {effective_on} until today, pages and badges said otherwise, and people may have "
        "relied on them. If that day is right, confirm it: every answer about a day since then "
        "changes, and the history keeps when it was recorded."
    )
    field = "past_is_meant"

    def __init__(self, *, effective_on: date) -> None:
        self.effective_on = effective_on


def check_past(effective_on: date, today: date, *, meant: bool) -> None:
    """Refuse a change as of a day that is past, unless the writer means it."""
    if effective_on < today and not meant:
        raise TakesEffectInThePast(effective_on=effective_on)


def check_shortened(old: date | None, new: date | None, today: date) -> None:
    """Refuse a last day that takes days which are past from what held on them."""
    if new is not None and new < today and (old is None or new < old):
        check_past(new + timedelta(days=1), today, meant=False)


def check_seen(stands: datetime, seen: datetime | None) -> None:
    """Refuse a change by somebody who saw the record as of another instant."""
    if seen is not None and seen != stands:
        raise RecordChanged


def touched(stands: datetime, now: datetime) -> datetime:
    """Return the instant of this change, which is never that of the change before."""
    return max(now, stands + timedelta(microseconds=1))


def as_of(form: Filled, stands: datetime) -> Filled:
    """Return a form filled in from a record as it stands, knowing as of when."""
    return Filled({**form.values, SEEN: stands.isoformat()})


def as_said(form: Filled) -> Filled:
    """Return a form filled in from a record that keeps no instant, knowing what it said."""
    said = "\0".join(f"{name}={value}" for name, value in sorted(form.values.items()))
    return Filled({**form.values, SEEN: hashlib.sha256(said.encode()).hexdigest()})


def check_said(stands: Filled, seen: str) -> None:
    """Refuse a change by somebody whose form said something else; see `as_said`."""
    if seen and seen != stands.value(SEEN):
        raise RecordChanged


def beside(
    sent: Sent, current: Filled, words: Translator, say: Callable[[str, str], str]
) -> Filled:
    """Return the form as it was sent, with the record's own value beside each that differs.

    Sent once more it is saved. `say` words a field's value for the reader.
    """
    told, nothing = words.gettext(N_("Now it says: {value}")), words.gettext(N_("nothing"))
    differ = {
        name: told.format(value=say(name, value) or nothing)
        for name, value in current.values.items()
        if name != SEEN and value != sent.text(name)
    }
    problem = refused(sent, RecordChanged(), words).problem
    return Filled({**sent.fields, SEEN: current.value(SEEN)}, differ, problem)


def overtaken(
    sent: Sent, words: Translator, stands: Callable[[], datetime]
) -> Callable[[], Filled]:
    """Return what makes the form of an act again for somebody who was too late.

    An act shows nothing of the record but as of when it `stands`.
    """

    def again() -> Filled:
        return beside(sent, as_of(Filled(), stands()), words, lambda _, value: value)

    return again


def submit(
    db: Session,
    model: type[M],
    sent: Sent,
    words: Translator,
    save: Callable[[M], object],
    *,
    stale: Callable[[], Filled] | None = None,
) -> Filled | None:
    """Save what a form says; return it filled in again where it is wrong or refused.

    Nothing is left of what was refused, so a page that shows the form again shows what stands.
    `stale` makes the form of somebody who was too late, for forms that know what they saw.
    """
    given = read_form(model, sent, words)
    if isinstance(given, Filled):
        return given
    try:
        with db.begin_nested():
            save(given)
    except RecordChanged:
        if stale is None:
            raise
        return stale()
    except (Conflict, Invalid) as error:
        return refused(sent, error, words)
    return None
