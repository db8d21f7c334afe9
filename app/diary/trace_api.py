from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.diary.amounts import Amount
from app.diary.rules import LotState
from app.diary.trace_graph import Graph, Node, Sight, Stop
from app.diary.trace_graph_queries import MOST, MOST_ASKED, trace
from app.diary.tracing import ReceiverKind, Way
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import Out
from app.kit.web import Db, Id

router = APIRouter(prefix="/api/v1/lots", tags=["lots"], route_class=ApiRoute)


class NodeOut(Out):
    """A lot of a trace. `ref` is its place in this answer; a hidden lot tells nothing else."""

    ref: int
    layer: int
    sight: Sight
    id: int | None
    number: str
    product: str
    material: str
    producer: str
    state: LotState | None
    production_date: date | None
    quantity: float | None
    unit: str
    standing: Stop | None


class LinkOut(Out):
    """One lot that went into another, both by `ref`."""

    source: int
    lot: int
    quantity: float | None
    unit: str


class BoughtOut(Out):
    lot: int
    material: str
    supplier: str
    supplier_lot: str
    document: str
    quantity: float | None
    unit: str


class SentOut(Out):
    lot: int
    receiver: str
    receiver_kind: ReceiverKind
    sent_on: date
    document: str
    quantity: float | None
    unit: str


class TraceOut(Out):
    """What a lot is made of and what is made of it: the nearest `most` lots, itself first."""

    way: Way
    most: int
    complete: bool
    lots: list[NodeOut]
    links: list[LinkOut]
    bought: list[BoughtOut]
    sent: list[SentOut]


@router.get("/{lot_id}/trace")
def trace_lot(
    lot_id: Id,
    db: Db,
    actor: CurrentActor,
    way: Way = Way.BOTH,
    most: Annotated[int, Query(ge=2, le=MOST_ASKED, description="Lots answered at most.")] = MOST,
) -> TraceOut:
    """Return what a lot is made of (`up`), what is made of it (`down`), or both.

    The nearest lots come first; `complete` is false where there are more than `most`. Of other
    producers' lots it tells what their public pages do.
    """
    return _out(trace(db, lot_id, actor=actor, way=way, most=most))


def _out(graph: Graph) -> TraceOut:
    refs = {node.lot_id: place for place, node in enumerate(graph.nodes, start=1)}
    links = [
        LinkOut(source=refs[one.source_id], lot=refs[one.lot_id], **_amount(one.amount))
        for one in graph.links
    ]
    return TraceOut(
        way=graph.way,
        most=graph.most,
        complete=graph.complete,
        lots=[_node(node, refs[node.lot_id]) for node in graph.nodes],
        links=links,
        bought=[
            BoughtOut(
                lot=refs[one.lot_id],
                material=one.material,
                supplier=one.supplier,
                supplier_lot=one.supplier_lot,
                document=one.document,
                **_amount(one.amount),
            )
            for one in graph.bought
        ],
        sent=[
            SentOut(
                lot=refs[one.lot_id],
                receiver=one.receiver,
                receiver_kind=one.kind,
                sent_on=one.sent_on,
                document=one.document,
                **_amount(one.amount),
            )
            for one in graph.sent
        ],
    )


def _node(node: Node, ref: int) -> NodeOut:
    return NodeOut(
        ref=ref,
        layer=node.layer,
        sight=node.sight,
        id=None if node.sight is Sight.HIDDEN else node.lot_id,
        number=node.number,
        product=node.product,
        material=node.material,
        producer=node.producer,
        state=node.state,
        production_date=node.made_on,
        standing=node.stop,
        **_amount(node.amount),
    )


def _amount(amount: Amount) -> dict[str, Any]:
    return {"quantity": amount.quantity, "unit": amount.unit}
