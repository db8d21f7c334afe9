"""The public list of recalls that stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_
from app.kit.paging import Cut, NewestFirst, next_path, previous_path
from app.kit.web import site, translator
from app.lookup.access import answered, in_thread
from app.lookup.public_access import LISTS, PublicView, around, render, tagged
from app.lookup.telling_access import not_now
from app.stamps.recall_list_queries import RecallRow, list_standing_recalls
from app.stamps.recall_reach_queries import MadeProduct, list_made_on_sale
from app.stamps.recalling import said_subject

router = APIRouter(include_in_schema=False)

_HEADS: Final = (
    ("product", N_("Product")),
    ("producer", N_("Producer")),
    ("part", N_("Which part")),
    ("since", N_("Since")),
    ("reason", N_("Reason")),
    ("advice", N_("What buyers should do")),
    ("made", N_("Also covered, made from it")),
    ("address", N_("Page")),
)


@dataclass(frozen=True, kw_only=True)
class RecallsView(PublicView):
    """A page of the recalls that stand, each with which lots are meant and what is made of them."""

    rows: Sequence[tuple[RecallRow, str, Sequence[MadeProduct]]]
    next: str | None
    previous: str | None


@router.get("/recalls")
async def recalls(request: Request, cut: NewestFirst, file: AsFile = None) -> Response:
    answer = partial(_recalls, cut=cut, file=file)
    return await answered(request, partial(in_thread, answer=answer), not_now)


def _recalls(request: Request, cut: Cut, file: FileKind | None) -> Response:
    words = translator(request)
    with site(request).public.begin(write=False) as db:
        if file:
            found = every(lambda part: list_standing_recalls(db, cut=part), cut)
            return _file(request, ((one, list_made_on_sale(db, one.of)) for one in found), file)
        page = list_standing_recalls(db, cut=cut)
        made = [list_made_on_sale(db, row.of) for row in page.items]
    view = RecallsView(
        **vars(around(request)),
        indexed=not cut.after,
        more_style=LISTS,
        rows=[
            (row, said_subject(row.of, words), more)
            for row, more in zip(page.items, made, strict=True)
        ],
        next=next_path(request, page),
        previous=previous_path(request, page),
    )
    body = render(request, "lookup/recalls.html", view, path="/recalls")
    return tagged(request, body, indexed=view.indexed)


def _file(
    request: Request, found: Iterable[tuple[RecallRow, Sequence[MadeProduct]]], file: FileKind
) -> Response:
    words, base = translator(request), site(request).base_url

    def row(told: tuple[RecallRow, Sequence[MadeProduct]]) -> list[Cell]:
        one, made = told
        part, page = said_subject(one.of, words), f"{base}/p/{one.of.product_id}"
        also = "; ".join(f"{product.name}, {product.entity}" for product in made)
        return [one.product, one.entity, part, one.at, one.reason, one.advice, also, page]

    title = N_("Products recalled")
    return file_of(
        file, name="recalls", title=title, heads=_HEADS, rows=map(row, found), words=words
    )
