"""What went into a lot, what became of it and what is left: all its page tells of that."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.amounts import NO_AMOUNT, Amount
from app.diary.goods import Became, Came, Goods, Went
from app.diary.models import Lot
from app.diary.trace_graph import Node, Sight
from app.diary.trace_graph_queries import nodes_of
from app.diary.trace_models import LotDispatch, LotInput
from app.diary.trace_queries import NothingSaid, balance_of, live
from app.diary.tracing import ReceiverKind, remarks_on
from app.identity.rules import Actor
from app.kit.db import beyond_fence

SHOWN: Final = 100


def goods_of(db: Session, lot: Lot, *, actor: Actor, most: int = SHOWN) -> Goods:
    """Return the goods of a lot the actor sees; others' lots as their public pages tell.

    At most so many of each kind: what came, became and went.
    """
    inputs = select(LotInput).where(LotInput.lot_id == lot.id).order_by(LotInput.id.desc())
    came = db.scalars(inputs.limit(most + 1)).all()
    left = select(LotDispatch).where(LotDispatch.lot_id == lot.id)
    went = db.scalars(left.order_by(LotDispatch.id.desc()).limit(most + 1)).all()
    into = select(LotInput).where(LotInput.source_lot_id == lot.id, live())
    # What others made of it is another producer's record; what of that is told, nodes say.
    with beyond_fence(db):
        used = db.scalars(into.order_by(LotInput.id.desc()).limit(most + 1)).all()
    ids = {one.source_lot_id for one in came if one.source_lot_id} | {one.lot_id for one in used}
    nodes = nodes_of(db, ids, actor=actor)
    balance = balance_of(db, lot)
    return Goods(
        came=[_came(one, nodes) for one in came[:most]],
        became=[_became(nodes[one.lot_id], one) for one in used[:most]],
        went=[_went(one) for one in went[:most]],
        more=max(len(came), len(used), len(went)) > most,
        balance=balance,
        remarks=remarks_on(balance, number=lot.number),
    )


def get_came(db: Session, lot: Lot, input_id: int, *, actor: Actor) -> Came:
    """Return one thing that went into a lot the actor sees, or raise NothingSaid."""
    row = db.get(LotInput, input_id)
    if row is None or row.lot_id != lot.id:
        raise NothingSaid
    ids = {row.source_lot_id} if row.source_lot_id else set()
    return _came(row, nodes_of(db, ids, actor=actor))


def get_went(db: Session, lot: Lot, dispatch_id: int) -> Went:
    row = db.get(LotDispatch, dispatch_id)
    if row is None or row.lot_id != lot.id:
        raise NothingSaid
    return _went(row)


def _came(row: LotInput, nodes: Mapping[int, Node]) -> Came:
    return Came(
        id=row.id,
        source=nodes.get(row.source_lot_id or 0),
        material=row.material,
        supplier=row.supplier,
        supplier_lot=row.supplier_lot,
        document=row.document,
        amount=Amount(row.quantity, row.unit),
        withdrawn=row.withdraw_reason,
    )


def _became(lot: Node, row: LotInput) -> Became:
    told = lot.sight is Sight.WHOLE
    return Became(lot, Amount(row.quantity, row.unit) if told else NO_AMOUNT)


def _went(row: LotDispatch) -> Went:
    return Went(
        id=row.id,
        receiver=row.receiver,
        kind=ReceiverKind(row.receiver_kind),
        sent_on=row.sent_on,
        document=row.document,
        amount=Amount(row.quantity, row.unit),
        withdrawn=row.withdraw_reason,
    )
