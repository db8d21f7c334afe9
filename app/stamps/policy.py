"""The province's rules on stamps: who must be another person, and until when stamps are good."""

from calendar import monthrange
from datetime import date
from typing import ClassVar, Final

from app.kit.errors import Conflict
from app.kit.i18n import N_

MONTHS: Final = 12


class SamePerson(Conflict):
    """Another person must do this"""

    code: ClassVar[str] = "stamps.same_person"
    detail: ClassVar[str] = N_(
        "From {limit} stamps on, two people are needed, and you did the step before this one. "
        "Ask a colleague."
    )

    def __init__(self, *, limit: int) -> None:
        self.limit = limit


def require_two_people(
    *, quantity: int, policy_from: int, first_id: int | None, second_id: int | None
) -> None:
    """Refuse with SamePerson where so many stamps need two people and both are one.

    Whoever has no account (the command line) counts as one and the same person.
    """
    if quantity >= policy_from and first_id == second_id:
        raise SamePerson(limit=policy_from)


def lapse_day(issued_on: date, months: int | None) -> date | None:
    """Return the first day on which stamps not activated have lapsed; None where none ever do."""
    if months is None:
        return None
    year, month = divmod(issued_on.year * MONTHS + issued_on.month - 1 + months, MONTHS)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(issued_on.day, last))
