"""A producer's own products in shops: what shops say, and whether it is so."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, Sent
from app.kit.pages import go
from app.kit.paging import Cut, Cutting, Page
from app.kit.web import Db, Edge, Id, Now, Words
from app.partners import listing_queries
from app.partners.listing_pages import (
    CONFIRMED,
    REFUSED,
    TICK,
    confirm,
    listings_file,
    refuse,
    show_list,
    show_refusal,
    told,
)
from app.partners.models import Listing

router = APIRouter(prefix="/app/listings", route_class=Edge, include_in_schema=False)


@router.get("")
def own_listings(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    state: str = "",
) -> Response:
    def read(part: Cut) -> Page[Listing]:
        return listing_queries.list_listings(db, actor=actor, cut=part, state=state)

    if file:
        return listings_file(file, every(lambda part: told(db, read(part)), cut), words)
    return show_list(request, db, read(cut), {"state": state}, Filled(), decides=True, own=True)


@router.post("/{listing_id}/confirm")
def confirm_own(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    listing_id: Id,
) -> Response:
    one = Sent({f"{TICK}{listing_id}": sent.text("seen")}, {})
    wrong = confirm(db, actor, now, words, one)
    if wrong is not None:
        page = listing_queries.list_listings(db, actor=actor, cut=Cut())
        return show_list(request, db, page, {"state": ""}, wrong, decides=True, own=True)
    return go("/app/listings", say=CONFIRMED)


@router.get("/{listing_id}/refuse")
def ask_own_refusal(request: Request, db: Db, actor: CurrentActor, listing_id: Id) -> Response:
    return show_refusal(request, db, actor, listing_id, None, "/app/listings")


@router.post("/{listing_id}/refuse")
def refuse_own(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    listing_id: Id,
) -> Response:
    wrong = refuse(db, actor, now, words, sent, listing_id)
    if wrong is not None:
        return show_refusal(request, db, actor, listing_id, wrong, "/app/listings")
    return go("/app/listings", say=REFUSED)
