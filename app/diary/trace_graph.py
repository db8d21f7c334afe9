"""Lots and what links them, as one reader sees them: what a trace answers and draws."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.diary.amounts import NO_AMOUNT, Amount
from app.diary.rules import LotState
from app.diary.tracing import ReceiverKind, Way
from app.kit.i18n import N_


class Sight(StrEnum):
    """How much of a lot the reader sees."""

    # All of it: the reader's own, or the Department reads.
    WHOLE = "whole"
    # What its public page tells: product, producer, number.
    PUBLIC = "public"
    # That there is one.
    HIDDEN = "hidden"


class Stop(StrEnum):
    """What stands against a lot, by its own notice or by what it is made of."""

    RECALL = "recall"
    HOLD = "hold"

    @property
    def label(self) -> str:
        return N_("Recalled") if self is Stop.RECALL else N_("Sale stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A lot of a trace. `layer` counts steps: back below zero, forward above."""

    lot_id: int
    sight: Sight
    layer: int = 0
    number: str = ""
    product: str = ""
    material: str = ""
    producer: str = ""
    entity_id: int | None = None
    state: LotState | None = None
    made_on: date | None = None
    amount: Amount = NO_AMOUNT
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One lot that went into another; how much is told to who sees the other whole."""

    source_id: int
    lot_id: int
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Material that was bought in for a lot."""

    lot_id: int
    material: str
    supplier: str
    supplier_lot: str
    document: str
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What of a lot was sent to somebody."""

    lot_id: int
    receiver: str
    kind: ReceiverKind
    sent_on: date
    document: str
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """What a lot is made of and what is made of it: the nearest lots, at most `most`.

    `nodes` begin with the lot itself, and the nearest come first. Not `complete`, there are more.
    """

    start: int
    way: Way
    most: int
    complete: bool
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    bought: tuple[Bought, ...]
    sent: tuple[Sent, ...]

    def near(self, most: int) -> "Graph":
        """Return the same graph with only its nearest lots."""
        nodes = self.nodes[:most]
        kept = {node.lot_id for node in nodes}
        return Graph(
            start=self.start,
            way=self.way,
            most=most,
            complete=self.complete and len(nodes) == len(self.nodes),
            nodes=nodes,
            links=tuple(one for one in self.links if one.source_id in kept and one.lot_id in kept),
            bought=tuple(one for one in self.bought if one.lot_id in kept),
            sent=tuple(one for one in self.sent if one.lot_id in kept),
        )

    def layers(self) -> dict[int, list[Node]]:
        """Return the lots by layer, those that are furthest back first."""
        found: dict[int, list[Node]] = {}
        for node in sorted(self.nodes, key=lambda one: one.layer):
            found.setdefault(node.layer, []).append(node)
        return found


def layers_of(
    start: int, above: Iterable[int], below: Iterable[int], links: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Return how many steps each lot is from the start: the longest way that leads there.

    So a lot always stands behind all it is made of. `links` are pairs of a source and what it
    went into.
    """
    ups: dict[int, list[int]] = {}
    downs: dict[int, list[int]] = {}
    for source, lot in links:
        ups.setdefault(lot, []).append(source)
        downs.setdefault(source, []).append(lot)
    back = _longest(start, set(above), ups)
    forth = _longest(start, set(below), downs)
    return {one: -steps for one, steps in back.items()} | forth | {start: 0}


def _longest(start: int, among: set[int], onward: Mapping[int, list[int]]) -> dict[int, int]:
    among = among | {start}
    # Each way into a lot is counted, so that it is passed on once all of them were walked.
    waiting = dict.fromkeys(among, 0)
    for one in among:
        for other in set(onward.get(one, ())) & among:
            waiting[other] += 1
    steps = dict.fromkeys(among, 1) | {start: 0}
    ready = [one for one, ways in waiting.items() if not ways]
    while ready:
        one = ready.pop()
        for other in set(onward.get(one, ())) & among:
            steps[other] = max(steps[other], steps[one] + 1)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return steps
