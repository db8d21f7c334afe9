from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.paging import Cut, Page
from app.stamps.batch_queries import get_batch, list_batches
from app.stamps.figure_queries import figures_of
from app.stamps.handover_queries import list_handovers
from app.stamps.ledger_models import Reconciliation
from app.stamps.models import Batch, Movement
from app.stamps.reconciling import Figures


@dataclass(frozen=True)
class Books:
    """A batch's ledger as it is reconciled: its sums, and the last movement they include.

    `received` is what receivers counted of all its hand-overs; None while one has not counted.
    """

    batch: Batch
    figures: Figures
    movement_id: int
    received: int | None
    last: Reconciliation | None

    @property
    def stale(self) -> bool:
        """Tell whether stamps moved since it was last reconciled."""
        return self.last is not None and self.last.movement_id != self.movement_id

    @property
    def settled(self) -> bool:
        return self.last is not None and self.last.settled and not self.stale


def list_reconciliations(db: Session, *, actor: Actor, batch_id: int) -> list[Reconciliation]:
    """Return the reconciliations of a batch, oldest first."""
    batch = get_batch(db, batch_id, actor=actor)
    query = select(Reconciliation).where(Reconciliation.batch_id == batch.id)
    return list(db.scalars(query.order_by(Reconciliation.id)))


def read_books(db: Session, *, actor: Actor, now: datetime, batch_id: int) -> Books:
    """Return one batch's ledger as it stands now."""
    batch = get_batch(db, batch_id, actor=actor)
    return books_of(db, actor=actor, now=now, batches=[batch])[0]


def list_books(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    cut: Cut,
    entity_id: int | None = None,
    year: int | None = None,
) -> Page[Books]:
    """Return the ledgers of issued batches, of one entity or budget year where it is named."""
    page = list_batches(db, actor=actor, cut=cut, entity_id=entity_id, year=year, issued=True)
    return page.having(books_of(db, actor=actor, now=now, batches=list(page.items)))


def books_of(
    db: Session, *, actor: Actor, now: datetime, batches: Collection[Batch]
) -> list[Books]:
    """Return the ledgers of some batches, in a fixed number of queries."""
    ids = [batch.id for batch in batches]
    figures = figures_of(db, batches, now=now)
    moved = _last_moves(db, ids)
    last = _last_of(db, ids)
    received: dict[int, int | None] = dict.fromkeys(ids, 0)
    for one in list_handovers(db, actor=actor, batch_ids=ids):
        known = received[one.batch_id]
        if one.again:
            continue
        counted = one.received_quantity
        received[one.batch_id] = None if known is None or counted is None else known + counted
    return [
        Books(
            batch=batch,
            figures=figures[batch.id],
            movement_id=moved.get(batch.id, 0),
            received=received[batch.id],
            last=last.get(batch.id),
        )
        for batch in batches
    ]


def moved_since(db: Session, *, batch_id: int, movement_id: int, limit: int) -> list[Movement]:
    """Return the first movements of a batch after one of them."""
    query = select(Movement).where(Movement.batch_id == batch_id, Movement.id > movement_id)
    return list(db.scalars(query.order_by(Movement.id).limit(limit)))


def _last_moves(db: Session, ids: Collection[int]) -> dict[int, int]:
    query = (
        select(Movement.batch_id, func.max(Movement.id))
        .where(Movement.batch_id.in_(ids))
        .group_by(Movement.batch_id)
    )
    return {batch_id: key for batch_id, key in db.execute(query)}  # noqa: C416 - a Row is no plain pair to dict()


def _last_of(db: Session, ids: Collection[int]) -> dict[int, Reconciliation]:
    newest = (
        select(func.max(Reconciliation.id))
        .where(Reconciliation.batch_id.in_(ids))
        .group_by(Reconciliation.batch_id)
    )
    query = select(Reconciliation).where(Reconciliation.id.in_(newest))
    return {one.batch_id: one for one in db.scalars(query)}
