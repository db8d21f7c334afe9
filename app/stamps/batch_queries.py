from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Column, Cut, Page, take
from app.products.models import Product
from app.stamps.ledger import Moved
from app.stamps.models import Batch, Movement, Span
from app.stamps.rules import Move, State
from app.stamps.runs import Run


class NoSuchBatch(NotFound):
    """There is no such batch of stamps"""

    code: ClassVar[str] = "stamps.no_such_batch"
    detail: ClassVar[str] = N_("The batch may belong to somebody else, or the address is mistyped.")


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """A span as it was read: its run, and what a change compares before it swaps."""

    id: int
    version: int
    run: Run


def get_batch(db: Session, batch_id: int, *, actor: Actor) -> Batch:
    """Return a batch the actor sees, or raise NoSuchBatch."""
    batch = db.get(Batch, batch_id)
    if batch is None or not actor.sees(batch.entity_id):
        raise NoSuchBatch
    return batch


SORTS: Final[Mapping[str, Sequence[Column]]] = {
    "entity": (Entity.folded,),
    "product": (Product.folded,),
    "quantity": (func.coalesce(Batch.granted, Batch.requested),),
}


def list_batches(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    entity_id: int | None = None,
    product_id: int | None = None,
    state: str = "",
    year: int | None = None,
    decision_no: str = "",
    issued: bool = False,
) -> Page[Batch]:
    """Return the batches the actor sees, in one of the orders of SORTS.

    `year` is the budget year; `decision_no` part of a decision's number; `issued` leaves out
    those without stamps.
    """
    query = select(Batch)
    if cut.sort in SORTS:
        query = query.join(Entity, Entity.id == Batch.entity_id)
        query = query.join(Product, Product.id == Batch.product_id)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Batch.entity_id.in_(scope))
    asked = {
        Batch.entity_id: entity_id,
        Batch.product_id: product_id,
        Batch.state: state or None,
        Batch.budget_year: year,
    }
    query = query.where(*(column == value for column, value in asked.items() if value is not None))
    if decision_no:
        query = query.where(Batch.decision_no.icontains(decision_no, autoescape=True))
    if issued:
        query = query.where(Batch.first.is_not(None))
    return take(db, query, Batch.id, cut, SORTS)


def counts_of(db: Session, batch_ids: Iterable[int]) -> dict[int, dict[State, int]]:
    """Return how many stamps of each batch are now in each state, in one query."""
    wanted = set(batch_ids)
    counts = {batch_id: dict.fromkeys(State, 0) for batch_id in wanted}
    query = (
        select(Span.batch_id, Span.state, func.sum(Span.last - Span.first + 1))
        .where(Span.batch_id.in_(wanted))
        .group_by(Span.batch_id, Span.state)
    )
    for batch_id, state, total in db.execute(query):
        counts[batch_id][State(state)] = int(total)
    return counts


def spans_over(db: Session, *, first: int, last: int) -> list[KeptSpan]:
    """Return the spans that touch a run of places, in order, by index seeks."""
    # Spans are disjoint, so only the nearest that starts below the run can reach into it.
    nearest = (
        select(Span.first)
        .where(Span.first <= first)
        .order_by(Span.first.desc())
        .limit(1)
        .scalar_subquery()
    )
    # A query of its own is run once, and its result sought by an index, fence or none.
    start = select(func.coalesce(nearest, first)).scalar_subquery()
    query = _spans().where(Span.first >= start, Span.first <= last)
    return _kept(db, query.where(Span.last >= first))


def next_in_state(db: Session, *, batch_id: int, state: State, quantity: int) -> list[KeptSpan]:
    """Return the first spans of a batch in a state, enough of them for the quantity."""
    # Each holds at least one stamp; in an undisturbed batch it is a single span.
    query = _spans().where(Span.batch_id == batch_id, Span.state == state)
    return _kept(db, query.limit(quantity))


def list_runs(db: Session, *, batch_id: int) -> tuple[Run, ...]:
    """Return all runs of a batch in order."""
    return tuple(span.run for span in _kept(db, _spans().where(Span.batch_id == batch_id)))


def list_moved(db: Session, *, batch_id: int) -> list[Moved]:
    """Return all movements of a batch in their order, for `ledger.replay`."""
    query = select(Movement).where(Movement.batch_id == batch_id).order_by(Movement.id)
    return [moved_of(row) for row in db.scalars(query)]


def list_movements(db: Session, *, actor: Actor, batch_id: int, cut: Cut) -> Page[Movement]:
    batch = get_batch(db, batch_id, actor=actor)
    query = select(Movement).where(Movement.batch_id == batch.id)
    return take(db, query, Movement.id, cut)


def moved_of(row: Movement) -> Moved:
    return Moved(
        uuid=row.uuid,
        batch_id=row.batch_id,
        kind=Move(row.kind),
        first=row.first,
        last=row.last,
        from_state=State(row.from_state) if row.from_state else None,
        to_state=State(row.to_state),
        lot_id=row.lot_id,
        at=row.at,
        actor_id=row.actor_id,
        actor_label=row.actor_label,
        receiver=row.receiver,
        document_no=row.document_no,
        reason=row.reason,
    )


_SpanRow = Select[int, int, int, int, str, int | None, datetime | None]


def _spans() -> _SpanRow:
    return select(
        Span.id,
        Span.version,
        Span.first,
        Span.last,
        Span.state,
        Span.lot_id,
        Span.activated_at,
    ).order_by(Span.first)


def _kept(db: Session, query: _SpanRow) -> list[KeptSpan]:
    return [
        KeptSpan(key, version, Run(first, last, State(state), lot_id, activated_at))
        for key, version, first, last, state, lot_id, activated_at in db.execute(query)
    ]
