from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.stamps.ledger_models import SpanOrder

WAITING = "waiting"


class NoSuchOrder(NotFound):
    """There is no such request to make stamps void"""

    code: ClassVar[str] = "stamps.no_such_order"
    detail: ClassVar[str] = N_("It may belong to somebody else, or the address is mistyped.")


def get_order(db: Session, order_id: int, *, actor: Actor) -> SpanOrder:
    """Return a request to make stamps void that the actor sees, or raise NoSuchOrder."""
    found = db.get(SpanOrder, order_id)
    if found is None or not actor.sees(found.entity_id):
        raise NoSuchOrder
    return found


def list_orders(
    db: Session, *, actor: Actor, batch_id: int | None = None, waiting: bool = False
) -> list[SpanOrder]:
    """Return requests to make stamps void, of one batch or of all the actor sees, oldest first."""
    query = select(SpanOrder).order_by(SpanOrder.id)
    scope = actor.scope()
    if scope is not None:
        query = query.where(SpanOrder.entity_id.in_(scope))
    if batch_id is not None:
        query = query.where(SpanOrder.batch_id == batch_id)
    if waiting:
        query = query.where(SpanOrder.state == WAITING)
    return list(db.scalars(query))
