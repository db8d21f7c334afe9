from collections.abc import Collection
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.stamps.ledger_models import Handover


class NoSuchHandover(NotFound):
    """There is no such handover"""

    code: ClassVar[str] = "stamps.no_such_handover"
    detail: ClassVar[str] = N_("It may belong to somebody else, or the address is mistyped.")


def get_handover(db: Session, handover_id: int, *, actor: Actor) -> Handover:
    """Return a hand-over the actor sees, or raise NoSuchHandover."""
    found = db.get(Handover, handover_id)
    if found is None or not actor.sees(found.entity_id):
        raise NoSuchHandover
    return found


def list_handovers(db: Session, *, actor: Actor, batch_ids: Collection[int]) -> list[Handover]:
    """Return the hand-overs of some batches that the actor sees, batch by batch, oldest first."""
    query = select(Handover).where(Handover.batch_id.in_(set(batch_ids)))
    scope = actor.scope()
    if scope is not None:
        query = query.where(Handover.entity_id.in_(scope))
    return list(db.scalars(query.order_by(Handover.batch_id, Handover.id)))


def list_unconfirmed(db: Session, *, actor: Actor) -> list[Handover]:
    """Return the hand-overs whose receiver has not yet told how many stamps came, oldest first."""
    query = select(Handover).where(Handover.received_quantity.is_(None))
    scope = actor.scope()
    if scope is not None:
        query = query.where(Handover.entity_id.in_(scope))
    return list(db.scalars(query.order_by(Handover.id)))
