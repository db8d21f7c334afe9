from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.kit.web import site
from app.lookup.access import answered, in_thread, shelf_of
from app.lookup.parts_access import SheetView, parts_of
from app.lookup.public_access import around, render, tagged
from app.lookup.queries import keep_sheet
from app.lookup.shelf import Rendered
from app.lookup.telling_access import not_here, not_now

router = APIRouter()

ID_DIGITS = 18


@dataclass(frozen=True, kw_only=True)
class ProductView(SheetView):
    """The public page of a product."""

    parts: Rendered


async def product_page(request: Request) -> Response:
    """Answer what the public may read of a product."""
    return await answered(request, partial(in_thread, answer=_product_page), not_now)


router.add_route("/p/{product_id:anything}", product_page, methods=["GET"], include_in_schema=False)


def _product_page(request: Request) -> Response:
    held, text = site(request), request.path_params["product_id"]
    known = text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS
    with held.public.begin(write=False) as db:
        kept = (
            keep_sheet(db, product_id=int(text), now=held.clock(), shelf=shelf_of(request))
            if known
            else None
        )
    if kept is None:
        return not_here(request)
    view = ProductView(
        **vars(around(request)),
        indexed=True,
        sheet=kept.sheet,
        parts=parts_of(request, kept, name_tag="h1"),
    )
    body = render(request, "lookup/product.html", view, path=f"/p/{kept.sheet.product.id}")
    return tagged(request, body, indexed=True)
