"""A lot's trace, read for one reader in a bounded number of statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, literal, select
from sqlalchemy.orm import Session

from app.diary.amounts import NO_AMOUNT, Amount
from app.diary.models import Lot
from app.diary.queries import get_lot
from app.diary.reach_queries import stopped_lots
from app.diary.rules import LotState
from app.diary.source_queries import ON_SALE
from app.diary.trace_graph import Bought, Graph, Link, Node, Sent, Sight, Stop, layers_of
from app.diary.trace_models import LotDispatch, LotInput
from app.diary.trace_queries import live, reach
from app.diary.tracing import ReceiverKind, Way
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.db import beyond_fence, numbers_asked
from app.products.models import Product

# Lots a trace answers where nobody asks for another bound, the most that may be asked for, and
# the most that a file holds.
MOST: Final = 1000
MOST_ASKED: Final = 10_000
MOST_EVER: Final = 100_000
_UP: Final = frozenset({Way.UP, Way.BOTH})
_DOWN: Final = frozenset({Way.DOWN, Way.BOTH})


def trace(db: Session, lot_id: int, *, actor: Actor, way: Way, most: int = MOST) -> Graph:
    """Return what a lot the actor sees is made of, and what is made of it, the nearest first.

    Of other producers' lots it holds what the public reads of them. It walks no further than
    `most` lots, so that it takes no longer where there are many more.
    """
    start = get_lot(db, lot_id, actor=actor)
    # A trace leads through lots of several producers; who may see what of them is told below.
    with beyond_fence(db):
        above, more_above = _walk(db, lot_id, Way.UP, most) if way in _UP else ([], False)
        below, more_below = _walk(db, lot_id, Way.DOWN, most) if way in _DOWN else ([], False)
        # Whatever stands in a circle is above and below.
        seen = set(above)
        below = [one for one in below if one not in seen]
        kept = _nearest(above, below, most - 1)
        ids = [start.id, *kept]
        rows = _lots(db, ids)
        links = _links(db, ids)
        stops = _stops(db, ids)
    pairs = [(link.source_id, link.lot_id) for link in links]
    layers = layers_of(start.id, set(above) & set(kept), set(below) & set(kept), pairs)
    nodes = [_node(rows[one], layers[one], stops.get(one), actor) for one in ids]
    whole = {node.lot_id for node in nodes if node.sight is Sight.WHOLE}
    back = [one for one in whole if layers[one] <= 0] if way in _UP else []
    forth = [one for one in whole if layers[one] >= 0] if way in _DOWN else []
    return Graph(
        start=start.id,
        way=way,
        most=most,
        complete=not (more_above or more_below or len(kept) < len(above) + len(below)),
        nodes=tuple(nodes),
        links=tuple(one if one.lot_id in whole else _untold(one) for one in links),
        bought=tuple(_bought(db, back, most)),
        sent=tuple(_sent(db, forth, most)),
    )


def nodes_of(db: Session, ids: Collection[int], *, actor: Actor) -> dict[int, Node]:
    """Return lots as the actor sees them, by their ids."""
    asked = list(ids)
    # Which of them are others', and what the public reads of those, is told below.
    with beyond_fence(db):
        rows = _lots(db, asked)
        stops = _stops(db, asked)
    return {one: _node(row, 0, stops.get(one), actor) for one, row in rows.items()}


def _walk(db: Session, lot_id: int, way: Way, most: int) -> tuple[list[int], bool]:
    """Return the nearest lots, and whether there are more."""
    walked = reach(select(literal(lot_id)), way)
    found = list(db.scalars(select(walked.c.lot_id).limit(most + 1)))
    return [one for one in found[:most] if one != lot_id], len(found) > most


def _nearest(above: Sequence[int], below: Sequence[int], most: int) -> list[int]:
    """Return as many as there may be, of either way the same part where both are long."""
    half = most // 2
    up = above[: max(half, most - len(below))]
    return [*up, *below[: most - len(up)]]


def _asked(ids: Iterable[int]) -> tuple[Select[Any], dict[str, list[int]]]:
    return select(numbers_asked("lots").c.number), {"lots": list(ids)}


def _lots(db: Session, ids: Sequence[int]) -> Mapping[int, Row[Any]]:
    among, asked = _asked(ids)
    query = (
        select(
            Lot.id,
            Lot.number,
            Lot.material,
            Lot.state,
            Lot.production_date,
            Lot.quantity,
            Lot.unit,
            Lot.entity_id,
            Product.name.label("product"),
            Entity.name.label("producer"),
        )
        .join(Product, Product.id == Lot.product_id)
        .join(Entity, Entity.id == Lot.entity_id)
        .where(Lot.id.in_(among))
    )
    rows: Iterable[Any] = db.execute(query, asked)
    return {row.id: row for row in rows}


def _links(db: Session, ids: Sequence[int]) -> list[Link]:
    among, asked = _asked(ids)
    query = select(LotInput.source_lot_id, LotInput.lot_id, LotInput.quantity, LotInput.unit).where(
        LotInput.lot_id.in_(among), LotInput.source_lot_id.is_not(None), live()
    )
    known = set(ids)
    rows = db.execute(query.order_by(LotInput.id), asked)
    return [
        Link(source_id, lot_id, Amount(quantity, unit))
        for source_id, lot_id, quantity, unit in rows
        if source_id in known
    ]


def _stops(db: Session, ids: Sequence[int]) -> dict[int, Stop]:
    found: dict[int, Stop] = {}
    for stop in (Stop.HOLD, Stop.RECALL):
        among, asked = _asked(ids)
        query = select(Lot.id).where(Lot.id.in_(among), Lot.id.in_(stopped_lots(stop)))
        found |= dict.fromkeys(db.scalars(query, asked), stop)
    return found


def _node(row: Row[Any], layer: int, stop: Stop | None, actor: Actor) -> Node:
    if actor.sees(row.entity_id):
        return Node(
            lot_id=row.id,
            sight=Sight.WHOLE,
            layer=layer,
            number=row.number,
            product=row.product,
            material=row.material,
            producer=row.producer,
            entity_id=row.entity_id,
            state=LotState(row.state),
            made_on=row.production_date,
            amount=Amount(row.quantity, row.unit),
            stop=stop,
        )
    if row.state not in ON_SALE and stop is None:
        return Node(lot_id=row.id, sight=Sight.HIDDEN, layer=layer)
    return Node(
        lot_id=row.id,
        sight=Sight.PUBLIC,
        layer=layer,
        number=row.number,
        product=row.product,
        producer=row.producer,
        stop=stop,
    )


def _untold(link: Link) -> Link:
    return Link(link.source_id, link.lot_id, NO_AMOUNT)


def _bought(db: Session, ids: Sequence[int], most: int) -> list[Bought]:
    among, asked = _asked(ids)
    query = select(LotInput).where(
        LotInput.lot_id.in_(among), LotInput.source_lot_id.is_(None), live()
    )
    return [
        Bought(
            lot_id=one.lot_id,
            material=one.material,
            supplier=one.supplier,
            supplier_lot=one.supplier_lot,
            document=one.document,
            amount=Amount(one.quantity, one.unit),
        )
        for one in db.scalars(query.order_by(LotInput.id).limit(most), asked)
    ]


def _sent(db: Session, ids: Sequence[int], most: int) -> list[Sent]:
    among, asked = _asked(ids)
    query = select(LotDispatch).where(LotDispatch.lot_id.in_(among), live(LotDispatch))
    return [
        Sent(
            lot_id=one.lot_id,
            receiver=one.receiver,
            kind=ReceiverKind(one.receiver_kind),
            sent_on=one.sent_on,
            document=one.document,
            amount=Amount(one.quantity, one.unit),
        )
        for one in db.scalars(query.order_by(LotDispatch.id).limit(most), asked)
    ]
