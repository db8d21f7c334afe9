from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from app.kit.clock import day_of
from app.kit.web import site
from app.lookup import structured
from app.lookup.access import answered, in_thread
from app.lookup.maker_page_queries import FacilityPart, find_maker, list_facilities
from app.lookup.product_pages import id_of
from app.lookup.public_access import LISTS, PublicView, around, render, tagged
from app.lookup.register_queries import ProductRow, list_products_of
from app.lookup.sheet import EntityPart
from app.lookup.telling_access import not_here, not_now
from app.rights.rules import Badge

router = APIRouter()

# A page stays small; the list of products has them all.
MOST_PRODUCTS: Final = 100


@dataclass(frozen=True, kw_only=True)
class EntityView(PublicView):
    """The public page of a producer."""

    entity: EntityPart
    products: list[ProductRow]
    more_products: bool
    facilities: list[FacilityPart]
    rights: list[Badge]
    ld: Markup


async def entity_page(request: Request) -> Response:
    """Answer what the public may read of a producer."""
    return await answered(request, partial(in_thread, answer=_entity_page), not_now)


router.add_route("/e/{entity_id:anything}", entity_page, methods=["GET"], include_in_schema=False)


def _entity_page(request: Request) -> Response:
    held, entity_id = site(request), id_of(request.path_params["entity_id"])
    day = day_of(held.clock())
    with held.public.begin(write=False) as db:
        entity = find_maker(db, entity_id) if entity_id else None
        if entity is None:
            return not_here(request)
        found = list_products_of(db, entity.id, day=day, most=MOST_PRODUCTS + 1)
        # Who has no product yet is on record with the Department, and nowhere else.
        if not found:
            return not_here(request)
        facilities = list_facilities(db, entity.id, day=day)
    rights = {badge.right_id: badge for one in found for badge in one.badges}
    view = EntityView(
        **vars(around(request)),
        indexed=not entity.dissolved,
        more_style=LISTS,
        entity=entity,
        products=found[:MOST_PRODUCTS],
        more_products=len(found) > MOST_PRODUCTS,
        facilities=facilities,
        rights=list(rights.values()),
        ld=structured.block(structured.organization(entity, site=held.base_url)),
    )
    body = render(request, "lookup/entity.html", view, path=f"/e/{entity.id}")
    return tagged(request, body, indexed=view.indexed)
