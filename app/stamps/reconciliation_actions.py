from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid, Words
from app.kit.i18n import N_
from app.stamps.batch_queries import get_batch
from app.stamps.ledger_models import Reconciliation
from app.stamps.models import Batch, Movement
from app.stamps.movement_actions import Act, lost_races, noted
from app.stamps.reconciliation_queries import moved_since, read_books
from app.stamps.reconciling import Line, lines_of
from app.stamps.rules import BatchState, Move, require_state, spoken_run

_TOLD = 5


class StampsMoved(Conflict):
    """Stamps moved while they were counted"""

    code: ClassVar[str] = "stamps.moved_meanwhile"
    detail: ClassVar[str] = N_(
        "Nothing was saved. Since you opened the page: {moves}. The figures below are the new "
        "ones; your counts are kept."
    )

    def __init__(self, *, moves: list[tuple[str, int, int]]) -> None:
        self.moves = moves

    def explain(self, words: Words) -> str:
        told = [
            f"{words.gettext(label)} {spoken_run(first, last, words)}"
            for label, first, last in self.moves
        ]
        return words.gettext(self.detail).format(moves="; ".join(told))


class LinesOpen(Invalid):
    """A line is not counted, or its difference not explained"""

    code: ClassVar[str] = "stamps.lines_open"
    detail: ClassVar[str] = N_(
        "“{label}”: write what was counted, and where it differs from the ledger, why."
    )

    def __init__(self, *, lines: Sequence[Line]) -> None:
        self.lines = {_lacking(line): line for line in lines}
        self.field = next(iter(self.lines))

    def explain(self, words: Words) -> str:
        return " ".join(self.reasons(words).values())

    def reasons(self, words: Words) -> dict[str, str]:
        """Return what each line lacks, by the field that lacks it."""
        return {
            field: words.gettext(self.detail).format(label=words.gettext(line.label))
            for field, line in self.lines.items()
        }


def _lacking(line: Line) -> str:
    return line.name if line.counted is None else f"{line.name}_reason"


def reconcile(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    movement_id: int,
    counts: Mapping[str, int | None],
    reasons: Mapping[str, str],
    settle: bool,
) -> Reconciliation:
    """Keep what was counted of a batch beside its ledger: by an officer.

    `movement_id` is the last movement the counts were made against; StampsMoved is raised where
    there is a later one. With `settle` every line must be counted and every difference
    explained, else LinesOpen; without, it is kept open. No stamp moves while this runs.
    """
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    if batch.first is None:
        require_state(batch.state, BatchState.ISSUED)
    with lost_races():
        # A movement takes a share of its batch's row, so none goes on beside this.
        db.refresh(batch, with_for_update=True)
    books = read_books(db, actor=actor, now=now, batch_id=batch.id)
    if books.movement_id != movement_id:
        raise StampsMoved(moves=_told(db, batch, movement_id))
    lines = lines_of(books.figures, counts, reasons)
    lacking = [line for line in lines if line.open]
    if settle and lacking:
        raise LinesOpen(lines=lacking)
    made = Reconciliation(
        batch_id=batch.id,
        at=now,
        actor_id=actor.account_id,
        actor_label=actor.label,
        movement_id=movement_id,
        lines=[line.as_json() for line in lines],
        settled=settle,
    )
    db.add(made)
    db.flush()
    act, owner = Act(actor=actor, now=now), (batch.id, batch.entity_id)
    differ = {line.name: line.difference for line in lines if line.difference}
    noted(db, act=act, action="batch.reconcile", batch=owner, settled=settle, differences=differ)
    return made


def _told(db: Session, batch: Batch, movement_id: int) -> list[tuple[str, int, int]]:
    base = batch.first or 0
    found: list[Movement] = moved_since(db, batch_id=batch.id, movement_id=movement_id, limit=_TOLD)
    return [(Move(one.kind).label, one.first - base + 1, one.last - base + 1) for one in found]
