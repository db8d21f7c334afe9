"""What becomes of an entry that was recorded so late that it does not stand by itself."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol, TypeVar
from uuid import UUID

from app.diary.rules import LateMark
from app.kit.i18n import N_


class Approval(StrEnum):
    """Whether an entry counts and may be shown: at once, or by somebody's decision."""

    NOT_NEEDED = "not_needed"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def stands(self) -> bool:
        """Tell whether the entry counts and, where it is public, is shown."""
        return self in {Approval.NOT_NEEDED, Approval.ACCEPTED}


def approval_of(mark: str, *, accepted: bool | None) -> Approval:
    """Return what was decided of an entry by its stored mark; `accepted` is None without.

    An entry of before there were marks is held back by nothing.
    """
    if mark != LateMark.NEEDS_APPROVAL:
        return Approval.NOT_NEEDED
    if accepted is None:
        return Approval.WAITING
    return Approval.ACCEPTED if accepted else Approval.REFUSED


class Chained(Protocol):
    """An entry with the one it amends and what became of it."""

    @property
    def id(self) -> UUID: ...
    @property
    def amends(self) -> UUID | None: ...
    @property
    def approval(self) -> Approval: ...


E = TypeVar("E", bound=Chained)


def in_force(entries: Sequence[E]) -> list[E]:
    """Return of each entry and its corrections the last that stands, in the given order."""
    later = {one.amends: one for one in entries if one.amends is not None}
    ids = {one.id for one in entries}
    holding = set()
    for first in entries:
        if first.amends in ids:
            continue
        one: E | None = first
        holds = None
        while one is not None:
            holds = one.id if one.approval.stands else holds
            one = later.get(one.id)
        holding.add(holds)
    return [one for one in entries if one.id in holding]


def awaiting(entries: Sequence[E]) -> list[E]:
    """Return the entries that wait for a decision which still matters.

    Where a later correction stands, what it corrects need not be decided.
    """
    later = {one.amends: one for one in entries if one.amends is not None}
    found = []
    for entry in entries:
        one: E | None = entry
        while one is not None and not one.approval.stands:
            one = later.get(one.id)
        if one is None and entry.approval is Approval.WAITING:
            found.append(entry)
    return found


_LABELS: Final = {
    Approval.NOT_NEEDED: N_("Needs no approval"),
    Approval.WAITING: N_("Waits for approval"),
    Approval.ACCEPTED: N_("Approved"),
    Approval.REFUSED: N_("Not approved"),
}
