"""What a producer chooses from before an activation: own lots, and rolls with stamps left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.diary.completeness import Check
from app.diary.lot_queries import LotFilter, list_lots
from app.diary.models import Lot
from app.identity.rules import Actor
from app.kit.paging import Cut
from app.oversight.blocking_queries import lacking_of
from app.products.queries import names_of
from app.stamps.models import Batch, Span
from app.stamps.rules import State

MOST_LOTS: Final = 30


@dataclass(frozen=True)
class LotChoice:
    """An own lot, and what keeps stamps from being activated onto it."""

    lot: Lot
    product: str
    missing: tuple[Check, ...]


@dataclass(frozen=True)
class Roll:
    """A batch with stamps left to activate: how many, and the running number of the next one."""

    batch: Batch
    left: int
    next: int


def list_lot_choices(
    db: Session, *, actor: Actor, now: datetime, product_id: int | None, lot_id: int | None
) -> list[LotChoice]:
    """Return the newest own lots, of one product where it is known.

    `lot_id` is one that was named already: it is among them however old it is.
    """
    wanted = LotFilter(product_id=product_id, own=True)
    cut = Cut(limit=MOST_LOTS, newest=True)
    found: list[Lot] = list(list_lots(db, actor=actor, cut=cut, wanted=wanted).items)
    named = db.get(Lot, lot_id) if lot_id else None
    if named is not None and named.entity_id in actor.memberships and named not in found:
        found.append(named)
    products = names_of(db, [lot.product_id for lot in found])
    missing = lacking_of(db, found, now=now)
    return [LotChoice(lot, products[lot.product_id], missing[lot.id]) for lot in found]


def list_rolls(db: Session, *, actor: Actor, lot: Lot) -> list[Roll]:
    """Return the batches whose next stamps may be activated onto a lot, the oldest first."""
    query = (
        select(Batch, func.sum(Span.last - Span.first + 1), func.min(Span.first))
        .join(Span, Span.batch_id == Batch.id)
        .where(
            Batch.entity_id.in_(frozenset(actor.memberships)),
            Batch.entity_id == lot.entity_id,
            Batch.product_id == lot.product_id,
            Span.state == State.RECEIVED,
        )
        .group_by(Batch.id)
        .order_by(Batch.id)
    )
    return [
        Roll(batch, int(left or 0), (first or 0) - (batch.first or 0) + 1)
        for batch, left, first in db.execute(query)
    ]
