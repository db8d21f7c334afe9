"""A lot's completeness as its keeper reads it: what is there, what is missing, where to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.diary.completeness import Check
from app.diary.items import Where
from app.kit.errors import Words


@dataclass(frozen=True, slots=True)
class Line:
    """An item in the reader's language; `path` is the page where its keeper mends it."""

    code: str
    done: bool
    text: str
    mend: str = ""
    path: str = ""


_PATHS: Final = {
    Where.LOT: "/app/lots/{lot}/edit",
    Where.DIARY: "/app/lots/{lot}/entries/new",
    Where.APPROVALS: "/app/approvals",
    Where.PRODUCT: "/app/products/{product}",
    Where.ENTITY: "/app/entities/{entity}",
    Where.CERTIFICATES: "/app/certificates",
    Where.DEPARTMENT: "",
}
_CLOSED: Final = {Where.LOT: "", Where.DIARY: "/app/lots/{lot}"}


def lines(
    checks: Iterable[Check], words: Words, *, lot: int, product: int, entity: int, kept: bool
) -> list[Line]:
    """Return the items for a page, those that are missing with what to do and the page for it.

    `kept` tells whether the lot's diary is open still: a closed one is only corrected.
    """
    ids = {"lot": lot, "product": product, "entity": entity}
    paths = _PATHS if kept else _PATHS | _CLOSED
    return [
        Line(
            one.code,
            one.done,
            one.said(words),
            one.mend(words),
            "" if one.done else paths[one.where].format(**ids),
        )
        for one in checks
    ]
