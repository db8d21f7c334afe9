"""A shop's offers over the API: what it proposes by its key, and what people decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, StrictInt
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Note, Out
from app.kit.i18n import Translator
from app.kit.imports import Fate
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now, Words, site
from app.partners import listing_actions, listing_queries
from app.partners.key_access import Caller, ListingsPartner, PartnerRoute
from app.partners.offers import (
    ID_CHARS,
    MOST_OFFERS,
    RAW_CHARS,
    Fated,
    Offer,
    read_offers,
)
from app.partners.rules import ListingState

# What a shop writes is the same when it is written twice: no Idempotency-Key is needed.
router = APIRouter(prefix="/api/v1/listings", tags=["listings"], route_class=PartnerRoute)
people_router = APIRouter(prefix="/api/v1/shop-listings", tags=["listings"], route_class=ApiRoute)

_CSV: Final = {"type": "string", "minLength": 1}

Raw = Annotated[str, Field(max_length=RAW_CHARS)]


class OfferIn(In):
    """An offer of the shop's own: its number there, its page, and the product it is said to be.

    `product` is a GTIN, the GTIN of a pack, or the product's number here.
    """

    external_id: Raw
    url: Raw
    title: Raw
    product: Raw | Annotated[StrictInt, Field(ge=0, le=10**15)]


class OffersIn(In):
    """Offers, each with a result of its own: a bad one holds up no other."""

    listings: Annotated[list[OfferIn], Field(min_length=1, max_length=MOST_OFFERS)]


class ReasonOut(Out):
    """What is wrong with a row, in the reader's language."""

    field: str
    reason: str


class RowOut(Out):
    """What became of a row: new, changed, same or refused. `row` counts from 1, in a file by it."""

    row: int
    external_id: str
    result: Fate
    state: ListingState | None
    errors: tuple[ReasonOut, ...]


class ProposedOut(Out):
    """What became of each row, and how many came to what."""

    results: tuple[RowOut, ...]
    counts: dict[Fate, int]


class ListingOut(Out):
    """An offer and how it stands. `reason` says why it was refused."""

    id: int
    partner_id: int
    external_id: str
    url: str
    title: str
    product_id: int
    state: ListingState
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    updated_at: datetime


class SeenIn(In):
    """With `seen`, the `updated_at` that was read, a change by the shop since is a conflict."""

    seen: datetime | None = None


class RefusalIn(SeenIn):
    """Why an offer is not the product it is said to be."""

    reason: Annotated[Note, Field(min_length=1, max_length=500)]


@router.get("")
def list_own(
    request: Request,
    caller: ListingsPartner,
    db: Db,
    cut: Cutting,
    state: ListingState | None = None,
) -> Listed[ListingOut]:
    """Return the shop's own offers and how each stands."""
    page = listing_queries.list_of_partner(
        db, partner_id=caller.partner_id, cut=cut, state=state or ""
    )
    return listed(request, page, ListingOut.model_validate)


@router.post("")
def propose(
    given: OffersIn, caller: ListingsPartner, db: Db, now: Now, words: Words
) -> ProposedOut:
    """Say which offers are which products: up to 1,000, written again as often as you like.

    One that changed waits for a decision again. Each row has a result, in order.
    """
    offers = [
        Offer(number, one.external_id, one.url, one.title, str(one.product))
        for number, one in enumerate(given.listings, start=1)
    ]
    return _proposed(db, caller, now, offers, words)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post(
    "/csv",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": _CSV}},
        }
    },
)
def propose_csv(
    request: Request,
    caller: ListingsPartner,
    content: Annotated[bytes, Depends(_body)],
    db: Db,
    now: Now,
    words: Words,
) -> ProposedOut:
    """Say the same by a spreadsheet as the body: .csv or .xlsx, with headings on top."""
    languages = [words, *site(request).translators.values()]
    offers = read_offers(content, name="listings.csv", languages=languages)
    return _proposed(db, caller, now, offers, words)


@router.post("/{external_id}/withdraw")
def withdraw(external_id: str, caller: ListingsPartner, db: Db, now: Now) -> ListingOut:
    """Take an own offer back, by its number in the shop."""
    return ListingOut.model_validate(
        listing_actions.withdraw_listing(
            db, by=caller, now=now, partner_id=caller.partner_id, external_id=external_id[:ID_CHARS]
        )
    )


@people_router.get("")
def list_listings(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Cutting,
    q: str = "",
    state: ListingState | None = None,
    product: Annotated[int, Query(ge=0, le=2**62, description="A product's number.")] = 0,
) -> Listed[ListingOut]:
    """Return the offers of products the caller sees."""
    page = listing_queries.list_listings(
        db, actor=actor, cut=cut, text=q, state=state or "", product_id=product
    )
    return listed(request, page, ListingOut.model_validate)


@people_router.post("/{listing_id}/confirm")
def confirm(listing_id: Id, given: SeenIn, db: Db, actor: CurrentActor, now: Now) -> ListingOut:
    """Say that an offer is this product, as its owner or an officer."""
    return ListingOut.model_validate(
        listing_actions.confirm_listing(
            db, actor=actor, now=now, listing_id=listing_id, seen=given.seen
        )
    )


@people_router.post("/{listing_id}/refuse")
def refuse(listing_id: Id, given: RefusalIn, db: Db, actor: CurrentActor, now: Now) -> ListingOut:
    """Say that an offer is not this product; also of one that was confirmed."""
    return ListingOut.model_validate(
        listing_actions.refuse_listing(
            db, actor=actor, now=now, listing_id=listing_id, **given.model_dump()
        )
    )


def _proposed(
    db: Session, caller: Caller, now: datetime, offers: Sequence[Offer], words: Translator
) -> ProposedOut:
    fates = listing_actions.propose_listings(
        db, by=caller, now=now, partner_id=caller.partner_id, offers=offers
    )
    counts = {fate: sum(one.fate is fate for one in fates) for fate in Fate}
    return ProposedOut(results=tuple(_row(one, words) for one in fates), counts=counts)


def _row(fated: Fated, words: Translator) -> RowOut:
    return RowOut(
        row=fated.number,
        external_id=fated.external_id,
        result=fated.fate,
        state=ListingState(fated.state) if fated.state else None,
        errors=tuple(ReasonOut(field=one.column, reason=one.say(words)) for one in fated.faults),
    )
