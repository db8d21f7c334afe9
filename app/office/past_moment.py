"""The instant a past page is asked for, as people and programs write it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from app.kit.clock import VIETNAM, day_of, start_of
from app.kit.errors import Invalid
from app.kit.i18n import N_

# Nothing is on record from before, and no calendar here is asked to reckon further.
EARLIEST: Final = date(2000, 1, 1)
_TICK: Final = timedelta(microseconds=1)


class NoMoment(Invalid):
    """No date and time"""

    code: ClassVar[str] = "office.no_moment"
    detail: ClassVar[str] = N_("Write a day, and a time of that day in Vietnam if you like.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class NotYetPast(Invalid):
    """That time has not come yet"""

    code: ClassVar[str] = "office.not_yet_past"
    detail: ClassVar[str] = N_("Choose a time that has passed.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class TooLongAgo(Invalid):
    """Nothing is on record from that time"""

    code: ClassVar[str] = "office.too_long_ago"
    detail: ClassVar[str] = N_("Choose a day from {earliest} on.")

    def __init__(self, *, field: str) -> None:
        self.field = field
        self.earliest = EARLIEST


@dataclass(frozen=True)
class Asked:
    """What was sent: an instant in one piece, or a day and a time."""

    at: str = ""
    day: str = ""
    time: str = ""


def moment_of(asked: Asked, now: datetime) -> datetime | None:
    """Return the instant asked for; None where nothing was asked.

    A day alone means its end, or now where it is today. A time without a zone is Vietnam's.
    """
    if asked.at:
        found = _read(asked.at, "at", now)
    elif asked.day or asked.time:
        text = f"{asked.day}T{asked.time}" if asked.time else asked.day
        found = _read(text, "day", now)
    else:
        return None
    field = "at" if asked.at else "day"
    if found > now:
        raise NotYetPast(field=field)
    if found < start_of(EARLIEST):
        raise TooLongAgo(field=field)
    return found


def end_of(day: date, now: datetime) -> datetime:
    """Return the last instant of a day in Vietnam, or now where that is still to come."""
    if day > day_of(now):
        return start_of(day)
    return min(start_of(day + timedelta(days=1)) - _TICK, now)


def usual(now: datetime) -> datetime:
    """Return what is shown before anybody asked: the end of yesterday."""
    return end_of(day_of(now) - timedelta(days=1), now)


def shown(at: datetime) -> Asked:
    """Return an instant as the fields of a form: the end of a day is the day alone."""
    there = at.astimezone(VIETNAM)
    whole = at == start_of(there.date() + timedelta(days=1)) - _TICK
    return Asked(day=there.date().isoformat(), time="" if whole else there.strftime("%H:%M:%S"))


def _read(text: str, field: str, now: datetime) -> datetime:
    try:
        if len(text) == len("2026-01-31"):
            return end_of(date.fromisoformat(text), now)
        found = datetime.fromisoformat(text)
        return found if found.utcoffset() is not None else found.replace(tzinfo=VIETNAM)
    except (ValueError, OverflowError) as error:
        raise NoMoment(field=field) from error
