"""Dates as documents give them: a year, a month or a day."""

import calendar
import re
from datetime import date
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_

YEARS: Final = range(1900, 2200)

_ISO: Final = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_SPOKEN: Final = re.compile(r"(?:(?:([0-9]{1,2})/)?([0-9]{1,2})/)?([0-9]{4})")


class BadPartialDate(Invalid):
    """Not a date"""

    code: ClassVar[str] = "rights.bad_date"
    detail: ClassVar[str] = N_(
        "“{written}” is no date. Write a day (31/12/2024), a month (12/2024) or a year (2024)."
    )

    def __init__(self, *, written: str, field: str | None = None) -> None:
        self.written = written[:40]
        self.field = field


def parse_partial_date(text: str, *, field: str | None = None) -> str:
    """Return the date as YYYY, YYYY-MM or YYYY-MM-DD; day/month/year is read too.

    The precision is kept: what the document leaves open is never filled in.
    """
    compact = text.strip()
    if match := _ISO.fullmatch(compact):
        year, month, day = match[1], match[2], match[3]
    elif match := _SPOKEN.fullmatch(compact):
        day, month, year = match[1], match[2], match[3]
    else:
        raise BadPartialDate(written=text, field=field)
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise BadPartialDate(written=text, field=field) from None
    if first.year not in YEARS:
        raise BadPartialDate(written=text, field=field)
    return first.isoformat()[: 10 if day else 7 if month else 4]


def earliest(partial: str | date) -> date:
    """Return the first day a stored date, partial or whole, can mean."""
    if isinstance(partial, date):
        return partial
    year, month, day = _parts(partial)
    return date(year, month or 1, day or 1)


def latest(partial: str | date) -> date:
    """Return the last day a stored date, partial or whole, can mean."""
    if isinstance(partial, date):
        return partial
    year, month, day = _parts(partial)
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def months_from(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def spoken(partial: str) -> str:
    """Return a stored date as people write it: 31/12/2024, 12/2024 or 2024."""
    return "/".join(reversed(partial.split("-")))


def _parts(partial: str) -> tuple[int, int | None, int | None]:
    numbers = [int(part) for part in partial.split("-")]
    return (*numbers, None, None)[:3]  # type: ignore[return-value]  # One to three, as stored.
