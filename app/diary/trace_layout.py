"""Where each lot of a trace stands in its picture: one row of boxes after another.

What a lot is made of stands above it. Sizes are in the units of the drawing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from app.diary.trace_graph import Graph, Node

BOX, GAP = 156, 12
HEAD, LINE, PAD = 26, 17, 8
BETWEEN: Final = 34
# Room for the strokes at the edges.
EDGE: Final = 2
# How far a line is pulled aside to pass beside a box.
AROUND: Final = 116
# Letters of a line that fit into a box.
LETTERS: Final = 19
LINES: Final = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A lot in the picture: its corner and its lines, the first of which is its name."""

    node: Node
    x: float
    y: float
    height: float
    lines: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """What stands over a layer."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture of a trace, `across` boxes wide."""

    width: float
    height: float
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    curves: tuple[str, ...]


def draw(
    graph: Graph,
    *,
    across: int,
    lines: Callable[[Node], Sequence[str]],
    label: Callable[[int], str],
) -> Drawing:
    """Return where the lots of a graph stand, how they are joined and what is written on them."""
    layers = _arranged(graph)
    # Two boxes leave room for the labels, and a phone draws no more of them to be read.
    across = min(across, max(2, *map(len, layers.values())))
    width = across * BOX + (across - 1) * GAP
    top, boxes, bands = 0.0, [], []
    for layer, nodes in layers.items():
        bands.append(Band(top + HEAD - PAD, label(layer)))
        top += HEAD
        for start in range(0, len(nodes), across):
            row = nodes[start : start + across]
            texts = [_fitted(lines(node)) for node in row]
            height = 2 * PAD + LINE * max(map(len, texts))
            left = (width - len(row) * BOX - (len(row) - 1) * GAP) / 2
            for place, (node, text) in enumerate(zip(row, texts, strict=True)):
                x = left + place * (BOX + GAP)
                rows = tuple(
                    (top + PAD + LINE * number + 13, line) for number, line in enumerate(text)
                )
                boxes.append(Box(node, x, top, height, rows))
            top += height + GAP
        top += BETWEEN - GAP
    placed = {box.node.lot_id: box for box in boxes}
    pairs = dict.fromkeys((one.source_id, one.lot_id) for one in graph.links)
    curves = tuple(_curve(placed[source], placed[lot], width) for source, lot in pairs)
    return Drawing(width, max(top - BETWEEN, HEAD) + EDGE, tuple(bands), tuple(boxes), curves)


def _arranged(graph: Graph) -> Mapping[int, list[Node]]:
    """Return the layers, each lot as near as may be to those of the next layer it is tied to."""
    layers = graph.layers()
    joined: dict[int, list[int]] = {}
    for link in graph.links:
        joined.setdefault(link.source_id, []).append(link.lot_id)
        joined.setdefault(link.lot_id, []).append(link.source_id)
    places: dict[int, float] = {}
    for layer in sorted(layers, key=abs):
        nodes = layers[layer]
        wanted = {node.lot_id: _mean(joined.get(node.lot_id, ()), places) for node in nodes}
        nodes.sort(key=lambda node: wanted[node.lot_id])
        places |= {node.lot_id: number / len(nodes) for number, node in enumerate(nodes)}
    return layers


def _mean(ids: Sequence[int], places: Mapping[int, float]) -> float:
    known = [places[one] for one in ids if one in places]
    return sum(known) / len(known) if known else 1.0


def _fitted(lines: Sequence[str]) -> list[str]:
    fitted = [part for line in lines for part in wrap(line, LETTERS)]
    if len(fitted) <= LINES:
        return fitted
    return [*(_cut(line) for line in lines)][:LINES]


def _cut(line: str) -> str:
    return line if len(line) <= LETTERS else f"{line[: LETTERS - 1].rstrip()}…"


def _curve(source: Box, lot: Box, width: float) -> str:
    """Return the line from one box to another, round what stands in the layers between."""
    x1, y1 = source.x + BOX / 2, source.y + source.height
    x2, y2 = lot.x + BOX / 2, lot.y
    bend = max((y2 - y1) / 2, BETWEEN / 2)
    side = 0.0
    if lot.node.layer - source.node.layer > 1:
        side = AROUND if x1 + x2 <= width else -AROUND
    return f"M{x1:g} {y1:g}C{x1 + side:g} {y1 + bend:g} {x2 + side:g} {y2 - bend:g} {x2:g} {y2:g}"
