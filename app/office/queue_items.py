"""What may wait in the Department's one queue, and how urgent it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_


class Kind(StrEnum):
    """What kind of thing waits; its place in this list is part of the order of equals."""

    REPORT = "report"
    SIGNAL = "signal"
    FINDING = "finding"
    MEASURE = "measure"
    TEST = "test"
    OBJECTION = "objection"

    @property
    def label(self) -> str:
        return _KINDS[self]

    @property
    def place(self) -> int:
        return list(Kind).index(self)


class Whose(StrEnum):
    """Whom a thing waits for, or that its day is past."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        return _WHOSE[self]


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        return _PRIORITIES[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thing that waits or did: what it is, what it belongs to, and how it ended.

    `home_id` is the record whose page it stands on: there it is worked on and closed. `due_on` is
    its own deadline, where it has one.
    """

    kind: Kind
    id: int
    home_id: int
    at: datetime
    text: str
    state: str
    entity_id: int | None
    product_id: int | None
    lot_id: int | None
    batch_id: int | None
    due_on: date | None
    closed_at: datetime | None
    closed_by: str
    why: str

    @property
    def mark(self) -> int:
        """Return the number a page of the queue goes on from."""
        return self.id * STEP + self.kind.place

    @property
    def path(self) -> str:
        return _PATHS[self.kind].format(id=self.home_id)


# Marks of one kind lie so far apart, so that each names a kind and an id.
STEP: Final = 8


def unmarked(mark: int) -> tuple[Kind, int] | None:
    """Return the kind and id that a mark names, or none."""
    number, place = divmod(mark, STEP)
    kinds = list(Kind)
    return (kinds[place], number) if place < len(kinds) else None


_PATHS: Final[Mapping[Kind, str]] = {
    Kind.REPORT: "/office/reports/{id}",
    Kind.SIGNAL: "/office/anomalies/{id}",
    Kind.FINDING: "/office/findings/{id}",
    Kind.MEASURE: "/office/measures/{id}",
    Kind.TEST: "/office/tests/{id}",
    Kind.OBJECTION: "/office/use-rights/{id}#objections",
}
_KINDS: Final[Mapping[Kind, str]] = {
    Kind.REPORT: N_("Report"),
    Kind.SIGNAL: N_("Anomaly"),
    Kind.FINDING: N_("Finding"),
    Kind.MEASURE: N_("Measure after an inspection"),
    Kind.TEST: N_("Failed quality test"),
    Kind.OBJECTION: N_("Objection to a use right"),
}
_WHOSE: Final[Mapping[Whose, str]] = {
    Whose.MINE: N_("Assigned to me"),
    Whose.UNASSIGNED: N_("Assigned to nobody"),
    Whose.OVERDUE: N_("Overdue"),
}
_PRIORITIES: Final[Mapping[Priority, str]] = {
    Priority.LOW: N_("Low"),
    Priority.NORMAL: N_("Normal"),
    Priority.HIGH: N_("High"),
    Priority.URGENT: N_("Urgent"),
}
