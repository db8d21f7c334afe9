"""When a mark may be renewed: within half a year before its last day, and half a year after."""

from datetime import date
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_
from app.rights.dates import months_from
from app.rights.kinds import RightType
from app.rights.rules import MARK_YEARS

_MONTHS: Final = 6
_YEAR: Final = 12


class Renewal(StrEnum):
    """Whether a right can be renewed on a day."""

    NEVER = "never"
    EARLY = "early"
    OPEN = "open"
    GRACE = "grace"
    LATE = "late"


# {opens}, {last} and {until} are days: the first to ask, the last it holds, the last to ask.
RENEWAL_WORDS: Final = {
    Renewal.NEVER: "",
    Renewal.EARLY: N_("It can be renewed from {opens} on."),
    Renewal.OPEN: N_("Its renewal can be asked for now: it holds until {last}."),
    Renewal.GRACE: N_(
        "It expired on {last} and gives no badge. Its renewal may still be asked for until "
        "{until}; once renewed it counts as never interrupted."
    ),
    Renewal.LATE: N_("It could be renewed until {until}; that time is over."),
}


def renewal_on(right_type: RightType, expires_on: date | None, day: date) -> Renewal:
    """Tell whether a right with this last day can be renewed on a day."""
    if right_type is RightType.GI or expires_on is None:
        return Renewal.NEVER
    if day < renewal_opens(expires_on):
        return Renewal.EARLY
    if day <= expires_on:
        return Renewal.OPEN
    return Renewal.GRACE if day <= grace_ends(expires_on) else Renewal.LATE


def renewal_opens(expires_on: date) -> date:
    """Return the first day on which a renewal may be asked for."""
    return months_from(expires_on, -_MONTHS)


def grace_ends(expires_on: date) -> date:
    """Return the last day on which a renewal may be asked for, late and for a higher fee."""
    return months_from(expires_on, _MONTHS)


def renewed_until(expires_on: date) -> date:
    """Return the last day of a mark whose last day was this one, once it is renewed."""
    return months_from(expires_on, MARK_YEARS * _YEAR)
