"""The minutes of hand-overs (biên bản bàn giao tem): one sheet for each entity and number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kit.clock import day_of


@dataclass(frozen=True, slots=True)
class MinutesLine:
    """Stamps of one batch on the minutes; `runs` are running numbers, as printed."""

    batch_id: int
    product: str
    facility: str
    quantity: int
    runs: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One hand-over as its minutes say it."""

    entity_id: int
    document_no: str
    receiver: str
    giver: str
    at: datetime
    line: MinutesLine


@dataclass(frozen=True, slots=True)
class MinutesSheet:
    """The minutes one receiver signs: everything handed over by one number on one day."""

    entity_id: int
    document_no: str
    receiver: str
    giver: str
    at: datetime
    lines: tuple[MinutesLine, ...]

    @property
    def total(self) -> int:
        return sum(line.quantity for line in self.lines)


def sheets_of(handed: Iterable[Handed]) -> list[MinutesSheet]:
    """Return the sheets of hand-overs in the order their first ones come."""
    together: dict[tuple[object, ...], list[Handed]] = {}
    for one in handed:
        key = one.entity_id, one.document_no, one.receiver, one.giver, day_of(one.at)
        together.setdefault(key, []).append(one)
    return [
        MinutesSheet(
            first.entity_id,
            first.document_no,
            first.receiver,
            first.giver,
            first.at,
            tuple(one.line for one in ones),
        )
        for ones in together.values()
        for first in ones[:1]
    ]
