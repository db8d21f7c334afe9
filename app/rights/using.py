"""Whether a right is used in fact, by what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody saw on a day: whether the entity used the sign."""

    id: int
    seen_on: date
    in_use: bool


def found_in_use(rows: Iterable[Seen], day: date) -> Seen | None:
    """Return what was last seen up to a day; none where nobody had looked by then.

    Of the same day the one recorded later counts.
    """
    known = [one for one in rows if one.seen_on <= day]
    return max(known, key=lambda one: (one.seen_on, one.id), default=None)
