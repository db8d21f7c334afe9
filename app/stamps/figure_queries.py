from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.kit.clock import day_of
from app.stamps.batch_queries import counts_of
from app.stamps.models import Batch, Movement, Span
from app.stamps.reconciling import Figures, common
from app.stamps.rules import Move, State

Runs = dict[int, list[tuple[int, int]]]


def figures_of(db: Session, batches: Collection[Batch], *, now: datetime) -> dict[int, Figures]:
    """Return where the stamps of each batch are, in four queries."""
    ids = [batch.id for batch in batches]
    counts = counts_of(db, ids)
    handed = _runs(db, Movement, Movement.kind == Move.HANDOVER, ids)
    ended = {state: _runs(db, Span, Span.state == state, ids) for state in _ENDED}
    spoiled = _spoiled(db, ids)
    return {
        batch.id: _figures(
            batch,
            counts[batch.id],
            handed=handed[batch.id],
            ended={state: ended[state][batch.id] for state in _ENDED},
            spoiled=spoiled.get(batch.id, 0),
            lapsed=batch.lapses_on is not None and day_of(now) >= batch.lapses_on,
        )
        for batch in batches
    }


_ENDED = (State.VOID, State.LOST)


def _figures(
    batch: Batch,
    counts: dict[State, int],
    *,
    handed: Sequence[tuple[int, int]],
    ended: dict[State, list[tuple[int, int]]],
    spoiled: int,
    lapsed: bool,
) -> Figures:
    after = {state: common(ended[state], handed) for state in _ENDED}
    before = sum(counts[state] - after[state] for state in _ENDED)
    idle = counts[State.ISSUED] + counts[State.RECEIVED] + counts[State.RETURNED]
    return Figures(
        granted=(batch.granted or 0) if batch.first is not None else 0,
        spoiled=spoiled,
        withdrawn=before - spoiled,
        waiting=counts[State.ISSUED],
        handed_over=sum(last - first + 1 for first, last in handed),
        active=counts[State.ACTIVE],
        void=after[State.VOID],
        lost=after[State.LOST],
        returned=counts[State.RETURNED],
        on_hand=counts[State.RECEIVED],
        lapsed=idle if lapsed else 0,
    )


def _runs(
    db: Session, of: type[Movement] | type[Span], wanted: ColumnElement[bool], ids: list[int]
) -> Runs:
    found: Runs = defaultdict(list)
    query = select(of.batch_id, of.first, of.last).where(of.batch_id.in_(ids), wanted)
    for batch_id, first, last in db.execute(query.order_by(of.first)):
        found[batch_id].append((first, last))
    return found


def _spoiled(db: Session, ids: list[int]) -> dict[int, int]:
    query = (
        select(Movement.batch_id, func.sum(Movement.last - Movement.first + 1))
        .where(Movement.batch_id.in_(ids), Movement.kind == Move.SPOIL)
        .group_by(Movement.batch_id)
    )
    return {batch_id: int(total) for batch_id, total in db.execute(query)}
