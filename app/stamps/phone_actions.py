from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.stamps.batch_queries import get_batch
from app.stamps.models import Batch
from app.stamps.movement_actions import Act, noted, swap_batch
from app.stamps.rules import BatchState, require_state


def withdraw_request(db: Session, *, actor: Actor, now: datetime, batch_id: int) -> Batch:
    """Take back a request that still waits: by the owner of the entity.

    It ends as refused without a reason, which no officer can do: see `withdrawn`.
    """
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_member(batch.entity_id, owner=True)
    require_state(batch.state, BatchState.REQUESTED)
    swap_batch(
        db,
        batch,
        state=BatchState.REFUSED,
        refusal="",
        decided_at=now,
        decided_by=actor.label,
        decided_by_id=actor.account_id,
    )
    act = Act(actor=actor, now=now)
    noted(db, act=act, action="batch.withdraw", batch=(batch.id, batch.entity_id))
    return batch
