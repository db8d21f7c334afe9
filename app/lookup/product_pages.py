from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.kit.web import site
from app.lookup.access import answered, in_thread, shelf_of
from app.lookup.linkset import LINKED
from app.lookup.lot_queries import list_standing
from app.lookup.own_links_access import links_of_product
from app.lookup.product_access import product_body
from app.lookup.public_access import tagged
from app.lookup.queries import keep_sheet
from app.lookup.telling_access import not_here, not_now

router = APIRouter()

ID_DIGITS: Final = 18


def id_of(text: str) -> int | None:
    """Return the id a path names, in plain digits and no more than a database holds."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS else None


async def product_page(request: Request) -> Response:
    """Answer what the public may read of a product."""
    return await links_of_product(request) or await answered(
        request, partial(in_thread, answer=_product_page), not_now
    )


router.add_route("/p/{product_id:anything}", product_page, methods=["GET"], include_in_schema=False)


def _product_page(request: Request) -> Response:
    held, product_id = site(request), id_of(request.path_params["product_id"])
    if product_id is None:
        return not_here(request)
    with held.public.begin(write=False) as db:
        shelf = shelf_of(request)
        kept = keep_sheet(db, product_id=product_id, now=held.clock(), shelf=shelf)
        against = list_standing(db, product_id)
    if kept is None:
        return not_here(request)
    answer = tagged(request, product_body(request, kept, against), indexed=True)
    answer.headers.update(LINKED)
    return answer
