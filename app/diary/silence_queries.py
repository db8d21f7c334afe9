"""Open lots of whose work nothing was written down for a while."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.diary.models import DiaryEntry, Lot
from app.diary.rules import LotState
from app.entities.models import Entity
from app.identity.rules import Actor

# An entry is never received before the one of its lot that came before it.
_LAST_ENTRY: Final = (
    select(DiaryEntry.received_at)
    .where(DiaryEntry.lot_id == Lot.id)
    .order_by(DiaryEntry.sequence.desc())
    .limit(1)
    .correlate(Lot)
    .scalar_subquery()
)
# When something was last heard of a lot, for a statement that reads lots.
last_heard = func.coalesce(_LAST_ENTRY, Lot.opened_at)
MOST: Final = 20


@dataclass(frozen=True)
class Silent:
    """An open lot, and when something was last heard of it."""

    lot_id: int
    number: str
    last: datetime


def list_own_silent(db: Session, *, actor: Actor, since: datetime) -> list[Silent]:
    """Return open lots of the actor's own entities without an entry since, longest silent first.

    Nobody is reminded of what was only tried on a practice farm.
    """
    query = (
        select(Lot.id, Lot.number, last_heard)
        .join(Entity, Entity.id == Lot.entity_id)
        .where(
            Lot.entity_id.in_(frozenset(actor.memberships)),
            Entity.practice.is_(False),
            Lot.state == LotState.OPEN,
            last_heard < since,
        )
        .order_by(last_heard, Lot.id)
        .limit(MOST)
    )
    rows: Any = db.execute(query)
    return [Silent(*row) for row in rows]
