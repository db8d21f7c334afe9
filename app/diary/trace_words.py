"""What a lot of a trace is called, in the reader's language."""

from typing import Final

from app.diary.amounts import Amount
from app.diary.fields import said_unit
from app.diary.trace_graph import Graph, Node, Sight
from app.kit.i18n import N_, Translator

ANOTHERS: Final = N_("A lot of another producer")


def said_amount(amount: Amount, words: Translator) -> str:
    """Return a quantity with its unit, or nothing where none is written."""
    if amount.quantity is None:
        return ""
    return f"{words.number(amount.quantity)} {said_unit(amount.unit, words)}".strip()


def sent_of(graph: Graph, words: Translator) -> dict[int, list[str]]:
    """Return by lot what of it was sent to whom, and when."""
    found: dict[int, list[str]] = {}
    for one in graph.sent:
        receiver = one.receiver or words.gettext(one.kind.label)
        parts = (receiver, words.date(one.sent_on), said_amount(one.amount, words))
        found.setdefault(one.lot_id, []).append(", ".join(filter(None, parts)))
    return found


def name_of(node: Node, words: Translator) -> str:
    return words.gettext(ANOTHERS) if node.sight is Sight.HIDDEN else node.number


def facts_of(node: Node, words: Translator) -> list[str]:
    """Return what else is told of a lot, the weightiest first."""
    told = [words.gettext(node.stop.label)] if node.stop else []
    if node.sight is Sight.HIDDEN:
        return told
    told.append(node.material or node.product)
    if node.sight is Sight.PUBLIC:
        return [*told, node.producer]
    made = words.date(node.made_on) if node.made_on else ""
    parts = (made, said_amount(node.amount, words))
    return [*told, *filter(None, (" · ".join(filter(None, parts)), node.producer))]


def label_of(layer: int, words: Translator) -> str:
    """Return what stands over the lots so many steps back or on."""
    if layer == 0:
        return words.gettext(N_("This lot"))
    text = N_("{count} back: what it is made of") if layer < 0 else N_("{count} on: made of it")
    return words.gettext(text).format(count=words.number(abs(layer)))
