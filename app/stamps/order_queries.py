from typing import ClassVar, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.stamps.ledger_models import SpanOrder
from app.stamps.models import Batch, Movement
from app.stamps.rules import Move

WAITING = "waiting"
DONE = "done"
# What makes stamps void for good: from the policy's quantity on it needs two people.
FINAL: Final = frozenset({Move.VOID, Move.SPOIL})


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


def find_waiting(
    db: Session, *, batch_id: int, move: Move, places: tuple[int, int], asked_by_id: int | None
) -> SpanOrder | None:
    """Return the same request of the same person, by running numbers, where it waits already."""
    query = select(SpanOrder).where(
        SpanOrder.batch_id == batch_id,
        SpanOrder.move == move,
        SpanOrder.first == places[0],
        SpanOrder.last == places[1],
        SpanOrder.state == WAITING,
        SpanOrder.asked_by_id.is_not_distinct_from(asked_by_id),
    )
    return db.scalars(query.limit(1)).first()


def ended_alone(db: Session, *, batch_id: int, actor_id: int | None) -> int:
    """Return how many stamps of a batch a person made void without a second one."""
    number = Movement.first - Batch.first + 1
    both = and_(
        SpanOrder.batch_id == Movement.batch_id,
        SpanOrder.state == DONE,
        SpanOrder.first <= number,
        number <= SpanOrder.last,
    )
    query = (
        select(func.sum(Movement.last - Movement.first + 1))
        .join(Batch, Batch.id == Movement.batch_id)
        .where(
            Movement.batch_id == batch_id,
            Movement.kind.in_(FINAL),
            Movement.actor_id.is_not_distinct_from(actor_id),
            ~select(SpanOrder.id).where(both).exists(),
        )
    )
    return int(db.scalar(query) or 0)
