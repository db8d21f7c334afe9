from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.diary import queries
from app.diary.goods import path_of
from app.diary.models import Lot
from app.diary.trace_file_pages import CUT, trace_file
from app.diary.trace_graph import Graph, Node, Sight
from app.diary.trace_graph_queries import MOST_EVER, trace
from app.diary.trace_layout import Drawing, draw
from app.diary.trace_words import facts_of, label_of, name_of, said_amount, sent_of
from app.diary.tracing import Way
from app.identity.access import CurrentActor
from app.kit.exports import AsFile
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.web import Db, Edge, Id, Words
from app.products.models import Product

router = APIRouter(route_class=Edge, include_in_schema=False)

# Lots in the picture and in the list of the page; the file has them all.
DRAWN: Final = 40
LISTED: Final = 200
WAYS: Final = (
    (Way.BOTH, N_("Both ways")),
    (Way.UP, N_("What it is made of")),
    (Way.DOWN, N_("What was made of it")),
)

Asked = Annotated[Way, Query()]


@dataclass(frozen=True)
class TraceLine:
    """A lot in the list beside the picture."""

    node: Node
    name: str
    facts: Sequence[str]
    path: str
    made_of: Sequence[str]
    sent: Sequence[str]


@dataclass(frozen=True)
class TraceView:
    """A lot's trace as a picture and a list."""

    lot: Lot
    product: Product
    way: Way
    ways: Sequence[tuple[Way, str]]
    drawing: Drawing
    paths: dict[int, str]
    layers: Sequence[tuple[str, Sequence[TraceLine]]]
    drawn: int
    listed: int
    cut: str
    alone: bool


@router.get("/app/lots/{lot_id}/trace")
def phone_trace(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    lot_id: Id,
    way: Asked = Way.BOTH,
    file: AsFile = None,
) -> Response:
    most = MOST_EVER if file else LISTED
    graph = trace(db, lot_id, actor=actor, way=way, most=most)
    if file:
        return trace_file(file, graph, words)
    view = _view(db, queries.get_lot(db, lot_id, actor=actor), graph, words, area="/app", across=2)
    return show(request, "diary/trace.html", view)


@router.get("/office/lots/{lot_id}/trace")
def office_trace(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    lot_id: Id,
    way: Asked = Way.BOTH,
    file: AsFile = None,
) -> Response:
    most = MOST_EVER if file else LISTED
    graph = trace(db, lot_id, actor=actor, way=way, most=most)
    if file:
        return trace_file(file, graph, words)
    lot = queries.get_lot(db, lot_id, actor=actor)
    view = _view(db, lot, graph, words, area="/office", across=5)
    return show(request, "diary/office_trace.html", view)


def _view(
    db: Db, lot: Lot, graph: Graph, words: Translator, *, area: str, across: int
) -> TraceView:
    near = graph.near(DRAWN)
    drawing = draw(
        near,
        across=across,
        lines=lambda node: [name_of(node, words), *facts_of(node, words)],
        label=lambda layer: label_of(layer, words),
    )
    paths = {node.lot_id: _path(node, area, graph.way, lot.id) for node in graph.nodes}
    cut = "" if graph.complete else words.gettext(CUT).format(count=words.number(len(graph.nodes)))
    return TraceView(
        lot=lot,
        product=db.get_one(Product, lot.product_id),
        way=graph.way,
        ways=WAYS,
        drawing=drawing,
        paths=paths,
        layers=_layers(graph, paths, words),
        drawn=len(near.nodes),
        listed=len(graph.nodes),
        cut=cut,
        alone=len(graph.nodes) == 1,
    )


def _layers(
    graph: Graph, paths: dict[int, str], words: Translator
) -> list[tuple[str, Sequence[TraceLine]]]:
    made_of, sent = _made_of(graph, words), sent_of(graph, words)
    return [
        (
            label_of(layer, words),
            [
                TraceLine(
                    node=node,
                    name=name_of(node, words),
                    facts=facts_of(node, words),
                    path=paths[node.lot_id],
                    made_of=made_of.get(node.lot_id, ()),
                    sent=sent.get(node.lot_id, ()),
                )
                for node in nodes
            ],
        )
        for layer, nodes in graph.layers().items()
    ]


def _made_of(graph: Graph, words: Translator) -> dict[int, list[str]]:
    names = {node.lot_id: name_of(node, words) for node in graph.nodes}
    found: dict[int, list[str]] = {}
    for link in graph.links:
        part = f"{names[link.source_id]} {said_amount(link.amount, words)}".strip()
        found.setdefault(link.lot_id, []).append(part)
    for one in graph.bought:
        parts = (one.material, one.supplier, said_amount(one.amount, words))
        found.setdefault(one.lot_id, []).append(", ".join(filter(None, parts)))
    return found


def _path(node: Node, area: str, way: Way, start: int) -> str:
    path = path_of(node, area)
    own = node.sight is Sight.WHOLE and node.lot_id != start
    return f"{path}/trace?way={way}" if own else path
