"""Whether something with dates of a limited precision holds on a day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.rights.dates import earliest, latest

# The first and the last day a date can mean.
Bounds = tuple[date, date]

NEVER: Final[Bounds] = (date.max, date.max)
UNKNOWN: Final[Bounds] = (date.min, date.max)


class Standing(StrEnum):
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    ENDED = "ended"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Term:
    """`end` is the last day that counts; `ended`, `suspended` and `resumed` are first days.

    `pauses` are suspensions before that one, each with the first day after it.
    """

    begin: Bounds
    end: Bounds = NEVER
    suspended: Bounds = NEVER
    resumed: Bounds = NEVER
    pauses: tuple[tuple[Bounds, Bounds], ...] = ()
    ended: Bounds = NEVER


def bounds(partial: str | date | None, unset: Bounds = NEVER) -> Bounds:
    return (earliest(partial), latest(partial)) if partial else unset


def standing(term: Term, day: date) -> Standing:
    """Return how the term stands on a day; IN_FORCE only where every date agrees on it.

    A date known to the year or month leaves days on which nothing can be said: UNCERTAIN.
    """
    begun, ended = _reached(term.begin, day), _reached(term.ended, day)
    over = _passed(term.end, day)
    suspended = _suspended(term, day)
    if ended and not (over and term.end[0] < term.ended[0]):
        return Standing.ENDED
    if over:
        return Standing.EXPIRED
    if begun is False:
        return Standing.NOT_YET
    if suspended:
        return Standing.SUSPENDED
    unsure = None in (begun, ended, over, suspended)
    return Standing.UNCERTAIN if unsure else Standing.IN_FORCE


def _suspended(term: Term, day: date) -> bool | None:
    pauses = (*term.pauses, (term.suspended, term.resumed))
    found = {_between(first, after, day) for first, after in pauses}
    return True if True in found else None if None in found else False


def _reached(when: Bounds, day: date) -> bool | None:
    return True if day >= when[1] else False if day < when[0] else None


def _passed(when: Bounds, day: date) -> bool | None:
    return True if day > when[1] else False if day <= when[0] else None


def _between(first: Bounds, after: Bounds, day: date) -> bool | None:
    since, until = _reached(first, day), _reached(after, day)
    if since is False or until is True:
        return False
    return None if since is None or until is None else True
