"""Withdrawal periods: how long after a treatment nothing may be harvested or packed.

A period of n days after a treatment ends n days later: on that day nothing is left to wait for.
Days are Vietnam's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app.diary.checking import MOST_DAYS, WITHDRAWAL
from app.diary.rules import EntryKind
from app.diary.template import Stage
from app.diary.values import Value
from app.kit.clock import day_of

# Medicine may go into the feed; in no other kind of work is a number of days a period.
TREATING: Final = frozenset({EntryKind.TREATMENT, EntryKind.FEEDING})
TAKING: Final = frozenset({EntryKind.HARVEST, EntryKind.PACKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An entry that stands, as far as periods go: `days` are those it opens a period of."""

    entry_id: UUID
    lot_id: int
    kind: EntryKind
    performed_at: datetime
    days: int = 0
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A withdrawal period of a lot; `until` is the first day after it."""

    lot_id: int
    entry_id: UUID
    agent: str
    since: datetime
    until: date


@dataclass(frozen=True, slots=True)
class Early:
    """A harvest or a packing before a period was over; of several periods the longest is told."""

    work: Work
    period: Period


def days_of(kind: EntryKind, values: Mapping[str, Value], stage: Stage | None) -> int:
    """Return the days of the period an entry opens: its own value, else its stage's, else 0."""
    if kind not in TREATING:
        return 0
    own = values.get(WITHDRAWAL)
    if isinstance(own, int) and not isinstance(own, bool) and 0 <= own <= MOST_DAYS:
        return own
    return (stage.withdrawal_days or 0) if stage is not None else 0


def periods(works: Iterable[Work]) -> list[Period]:
    return [
        Period(
            one.lot_id,
            one.entry_id,
            one.agent,
            one.performed_at,
            day_of(one.performed_at) + timedelta(days=one.days),
        )
        for one in works
        if one.days
    ]


def open_period(found: Iterable[Period], today: date) -> Period | None:
    """Return the period that is open the longest, or None where none is."""
    still = [one for one in found if today < one.until]
    return max(still, key=lambda one: one.until, default=None)


def taken_early(works: Sequence[Work]) -> list[Early]:
    """Return each harvest and packing of a lot that came before the end of one of its periods.

    What was taken before the treatment bears nothing of it.
    """
    found = []
    of_lots: dict[int, list[Period]] = {}
    for period in periods(works):
        of_lots.setdefault(period.lot_id, []).append(period)
    for work in works:
        if work.kind not in TAKING:
            continue
        begun = [one for one in of_lots.get(work.lot_id, ()) if one.since <= work.performed_at]
        longest = open_period(begun, day_of(work.performed_at))
        if longest is not None:
            found.append(Early(work, longest))
    return found
