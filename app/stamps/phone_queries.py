"""Stamps as their producer counts them: by product, by batch, and what may still be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict
from app.kit.paging import Cut
from app.products.queries import names_of
from app.stamps.batch_queries import counts_of, list_batches
from app.stamps.handover_queries import list_unconfirmed
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch, Movement
from app.stamps.policy_queries import get_policy
from app.stamps.quota_queries import QuotaUse, list_quotas
from app.stamps.rules import Move, State
from app.stamps.span_queries import SpanPreview, Stretch, preview_of
from app.stamps.undo_queries import check_undo

MOST_BATCHES: Final = 200

Counts = dict[State, int]


@dataclass(frozen=True)
class OwnProduct:
    """An own product's stamps: what came, what is active, what is gone, and its batches."""

    product_id: int
    name: str
    received: int
    counts: Counts
    batches: list[Batch]

    @property
    def left(self) -> int:
        return self.counts[State.RECEIVED]

    @property
    def gone(self) -> int:
        return self.counts[State.VOID] + self.counts[State.LOST] + self.counts[State.RETURNED]


def list_own_batches(db: Session, *, actor: Actor) -> list[Batch]:
    """Return the newest batches of the actor's own entities, whatever else the actor may read."""
    cut = Cut(limit=MOST_BATCHES, newest=True)
    found: list[Batch] = []
    for entity_id in actor.memberships:
        found += list_batches(db, actor=actor, cut=cut, entity_id=entity_id).items
    return sorted(found, key=lambda batch: batch.id, reverse=True)


def stamps_by_product(db: Session, *, actor: Actor) -> list[OwnProduct]:
    """Return own products that have batches, those with stamps left first."""
    batches = list_own_batches(db, actor=actor)
    counts = counts_of(db, [batch.id for batch in batches])
    by_product: dict[int, list[Batch]] = {}
    for batch in batches:
        by_product.setdefault(batch.product_id, []).append(batch)
    names = names_of(db, by_product)
    found = [
        OwnProduct(
            product_id=product_id,
            name=names[product_id],
            received=sum(batch.handed_over for batch in own),
            counts={state: sum(counts[batch.id][state] for batch in own) for state in State},
            batches=own,
        )
        for product_id, own in by_product.items()
    ]
    return sorted(found, key=lambda one: (-one.left, one.name))


def list_to_confirm(db: Session, *, actor: Actor) -> list[Handover]:
    """Return hand-overs to the actor's own entities whose quantity nobody has confirmed."""
    return [one for one in list_unconfirmed(db, actor=actor) if one.entity_id in actor.memberships]


def quotas_of_owner(db: Session, *, actor: Actor, now: datetime) -> list[QuotaUse]:
    """Return this year's quotas of the actor's own entities and their products."""
    found: list[QuotaUse] = []
    for entity_id in sorted(actor.memberships):
        cut = Cut(limit=MOST_BATCHES)
        year = day_of(now).year
        found += list_quotas(db, actor=actor, year=year, cut=cut, entity_id=entity_id).items
    return found


def undoable(
    db: Session, *, now: datetime, batch: Batch, movements: Sequence[Movement]
) -> dict[int, Conflict | None]:
    """Return the activations that stand and are young enough, each with what still forbids undo."""
    oldest = now - timedelta(days=get_policy(db).undo_days)
    found: dict[int, Conflict | None] = {}
    for movement in movements:
        if movement.kind != Move.ACTIVATE or movement.at < oldest:
            continue
        span = _span(db, batch, movement)
        if any(run.activated_at != movement.at for run in span.runs):
            continue
        try:
            check_undo(db, now=now, span=span)
        except Conflict as error:
            found[movement.id] = error
        else:
            found[movement.id] = None
    return found


def _span(db: Session, batch: Batch, movement: Movement) -> SpanPreview:
    base = batch.first or 0
    ends = movement.first - base + 1, movement.last - base + 1
    return preview_of(db, Stretch(batch.id, batch.entity_id, batch.product_id, base, *ends))
