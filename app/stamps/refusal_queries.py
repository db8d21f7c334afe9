from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.paging import Cut, Page, take
from app.stamps.models import Batch, Refusal


def list_refusals(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    batch_id: int | None = None,
    lot_id: int | None = None,
    code: str = "",
) -> Page[Refusal]:
    """Return changes of stamps that were refused, of the batches the actor sees.

    Those that name no stamp of ours (a wrong code) are for the Department alone.
    """
    query = select(Refusal).outerjoin(Batch, Batch.id == Refusal.batch_id)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Batch.entity_id.in_(scope))
    for column, value in ((Refusal.batch_id, batch_id), (Refusal.lot_id, lot_id)):
        if value is not None:
            query = query.where(column == value)
    if code:
        query = query.where(Refusal.code == code)
    return take(db, query, Refusal.id, cut)
