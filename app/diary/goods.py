"""What came into a lot, what became of it and what is left, told in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.diary.amounts import Amount
from app.diary.remarks import Remark
from app.diary.trace_graph import Node, Sight
from app.diary.trace_words import facts_of, name_of, said_amount
from app.diary.tracing import Balance, ReceiverKind
from app.kit.i18n import Translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What went into a lot: another, as far as the reader sees it, or material bought in."""

    id: int
    source: Node | None
    material: str
    supplier: str
    supplier_lot: str
    document: str
    amount: Amount
    withdrawn: str


@dataclass(frozen=True, slots=True)
class Became:
    """Another lot this one went into; how much of it is told of the reader's own."""

    lot: Node
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """What of a lot was sent to somebody, or what became of it."""

    id: int
    receiver: str
    kind: ReceiverKind
    sent_on: date
    document: str
    amount: Amount
    withdrawn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A lot's goods, the latest first, and whether there are more of a kind than these."""

    came: Sequence[Came]
    became: Sequence[Became]
    went: Sequence[Went]
    more: bool
    balance: Balance
    remarks: Sequence[Remark]


@dataclass(frozen=True)
class Line:
    """What came, became or left; `path` leads to the other lot, `mend` to the record itself."""

    name: str
    facts: Sequence[str]
    amount: str
    path: str = ""
    mend: str = ""
    withdrawn: str = ""


@dataclass(frozen=True)
class GoodsPart:
    """A lot's goods as its pages show them."""

    came: Sequence[Line]
    became: Sequence[Line]
    went: Sequence[Line]
    made: str
    taken: str
    left: str
    remarks: Sequence[str]
    more: bool


def part_of(goods: Goods, lot_id: int, words: Translator, *, area: str) -> GoodsPart:
    """Return a lot's goods in words; `area` is that of the page, `/app` or `/office`."""
    base, unit = f"{area}/lots/{lot_id}", goods.balance.unit
    return GoodsPart(
        came=[came_line(one, words, area=area, base=base) for one in goods.came],
        became=[
            Line(
                name_of(one.lot, words),
                facts_of(one.lot, words),
                said_amount(one.amount, words),
                path_of(one.lot, area),
            )
            for one in goods.became
        ],
        went=[went_line(one, words, base=base) for one in goods.went],
        made=said_amount(goods.balance.amount, words),
        taken=said_amount(Amount(goods.balance.taken, unit), words) if unit else "",
        left=said_amount(Amount(goods.balance.left, unit), words),
        remarks=[one.said(words) for one in goods.remarks],
        more=goods.more,
    )


def came_line(came: Came, words: Translator, *, area: str, base: str) -> Line:
    if came.source is None:
        name = came.material
        facts: Sequence[str] = (came.supplier, came.supplier_lot, came.document)
        path = ""
    else:
        name, path = name_of(came.source, words), path_of(came.source, area)
        facts = (*facts_of(came.source, words), came.document)
    return Line(
        name,
        [one for one in facts if one],
        said_amount(came.amount, words),
        path,
        f"{base}/inputs/{came.id}",
        came.withdrawn,
    )


def went_line(went: Went, words: Translator, *, base: str) -> Line:
    kind = words.gettext(went.kind.label)
    facts = (kind if went.receiver else "", words.date(went.sent_on), went.document)
    return Line(
        went.receiver or kind,
        [one for one in facts if one],
        said_amount(went.amount, words),
        mend=f"{base}/dispatches/{went.id}",
        withdrawn=went.withdrawn,
    )


def path_of(node: Node, area: str) -> str:
    """Return where a lot is looked at: its page in the area, its public one, or none."""
    if node.sight is Sight.HIDDEN:
        return ""
    return f"/l/{node.lot_id}" if node.sight is Sight.PUBLIC else f"{area}/lots/{node.lot_id}"
