"""A lot's trace as a file: a row for each lot, with what it is made of and where it went."""

from collections.abc import Iterator
from typing import Final

from starlette.responses import Response

from app.diary.trace_graph import Graph, Node
from app.diary.trace_words import name_of, said_amount, sent_of
from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator

COLUMNS: Final = (
    ("step", N_("Step")),
    ("number", N_("Lot")),
    ("product", N_("Product")),
    ("material", N_("Material")),
    ("producer", N_("Entity")),
    ("production_date", N_("Production date")),
    ("quantity", N_("Quantity")),
    ("unit", N_("Unit")),
    ("state", N_("State")),
    ("standing", N_("Recalled or stopped")),
    ("made_of", N_("Made of")),
    ("bought", N_("Bought in")),
    ("sent", N_("Sent to")),
)
# What a cell tells of what goes into a lot or leaves it.
_TOLD: Final = 50
CUT: Final = N_("Only the nearest {count} lots are told; there are more.")


def trace_file(kind: FileKind, graph: Graph, words: Translator) -> Response:
    title = N_("Trace of a lot")
    rows = _rows(graph, words)
    return file_of(kind, name="trace", title=title, heads=COLUMNS, rows=rows, words=words)


def _rows(graph: Graph, words: Translator) -> Iterator[list[Cell]]:
    names = {node.lot_id: name_of(node, words) for node in graph.nodes}
    made_of: dict[int, list[str]] = {}
    bought: dict[int, list[str]] = {}
    sent = sent_of(graph, words)
    for link in graph.links:
        part = f"{names[link.source_id]} {said_amount(link.amount, words)}".strip()
        made_of.setdefault(link.lot_id, []).append(part)
    for one in graph.bought:
        parts = (one.material, one.supplier, one.supplier_lot, said_amount(one.amount, words))
        bought.setdefault(one.lot_id, []).append(", ".join(filter(None, parts)))
    for node in graph.nodes:
        yield [
            *_facts(node, words),
            *(_joined(one.get(node.lot_id, [])) for one in (made_of, bought, sent)),
        ]
    if not graph.complete:
        cut = words.gettext(CUT).format(count=words.number(len(graph.nodes)))
        yield [None, cut, *[None] * (len(COLUMNS) - 2)]


def _facts(node: Node, words: Translator) -> list[Cell]:
    return [
        node.layer,
        name_of(node, words),
        node.product,
        node.material,
        node.producer,
        node.made_on,
        node.amount.quantity,
        node.amount.unit,
        words.gettext(node.state.label) if node.state else "",
        words.gettext(node.stop.label) if node.stop else "",
    ]


def _joined(parts: list[str]) -> str:
    return "; ".join([*parts[:_TOLD], *(["…"] if len(parts) > _TOLD else [])])
