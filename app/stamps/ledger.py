"""The movements of a batch, from which its spans follow: replayed, they give the spans."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from uuid import UUID

from app.kit.commit import Json
from app.stamps.rules import TRANSITIONS, Move, State
from app.stamps.runs import Run, moved, split


class LedgerBroken(Exception):
    """A movement does not fit what the movements before it left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One movement as the ledger keeps it."""

    uuid: UUID
    batch_id: int
    kind: Move
    first: int
    last: int
    from_state: State | None
    to_state: State
    lot_id: int | None
    at: datetime
    actor_id: int | None
    actor_label: str
    receiver: str = ""
    document_no: str = ""
    reason: str = ""

    def content(self) -> Json:
        """Return what the movement's commitment is made over."""
        return {
            "version": 1,
            "uuid": str(self.uuid),
            "batch": self.batch_id,
            "kind": self.kind,
            "first": self.first,
            "last": self.last,
            "from": self.from_state or "",
            "to": self.to_state,
            "lot": self.lot_id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_id": self.actor_id,
            "actor": self.actor_label,
            "receiver": self.receiver,
            "document_no": self.document_no,
            "reason": self.reason,
        }

    def columns(self) -> dict[str, object]:
        """Return the movement as the columns of its row."""
        row = {one.name: getattr(self, one.name) for one in fields(self)}
        return row | {"from_state": self.from_state or ""}


def replay(movements: Iterable[Moved]) -> tuple[Run, ...]:
    """Return the runs that the movements of a batch, in their order, leave.

    Raises LedgerBroken where one moves stamps that were not there, or not in that state.
    """
    runs: list[Run] = []
    for one in movements:
        place = bisect_right(runs, one.first, key=lambda run: run.first)
        if one.from_state is None:
            _issue(runs, place, one)
        else:
            _change(runs, place - 1, one, one.from_state)
    return tuple(runs)


def _issue(runs: list[Run], place: int, one: Moved) -> None:
    below = runs[place - 1].last if place else -1
    above = runs[place].first if place < len(runs) else one.last + 1
    if not below < one.first <= one.last < above or one.kind is not Move.ISSUE:
        raise LedgerBroken(f"{one.uuid}: these stamps were issued before")
    runs.insert(place, Run(one.first, one.last, one.to_state))


def _change(runs: list[Run], place: int, one: Moved, source: State) -> None:
    if place < 0 or runs[place].last < one.last or runs[place].state is not source:
        raise LedgerBroken(f"{one.uuid}: these stamps were not {source}")
    cut = split(runs[place], one.first, one.last)
    after = moved(cut.part, one.kind, lot_id=one.lot_id, at=one.at)
    allowed = source in TRANSITIONS[one.kind].sources
    # An undone activation names the lot that the stamps leave.
    lot_id = cut.part.lot_id if one.kind is Move.UNDO else after.lot_id
    if not allowed or (after.state, lot_id) != (one.to_state, one.lot_id):
        raise LedgerBroken(f"{one.uuid}: a movement the rules don't know")
    runs[place : place + 1] = sorted((after, *cut.rest), key=lambda run: run.first)
