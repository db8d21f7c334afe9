from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.entities.practice_queries import real
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.errors import Invalid, NotFound
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.partners.models import Listing, Partner
from app.partners.rules import ListingState, checked_url
from app.products.models import Product, ProductPack

_BIGGEST: Final = 2**62
_DIGITS: Final = 20


class NoSuchListing(NotFound):
    """There is no such offer"""

    code = "partners.listing_not_found"


@dataclass(frozen=True, slots=True)
class ShopLink:
    """A confirmed offer of a product on a shop's own page."""

    partner_id: int
    shop: str
    title: str
    url: str
    confirmed_at: datetime | None


def get_listing(db: Session, listing_id: int, *, actor: Actor) -> tuple[Listing, Product]:
    """Return an offer of a product the actor sees, with that product, or raise NoSuchListing."""
    query = select(Listing, Product).join(Product, Product.id == Listing.product_id)
    row = db.execute(query.where(Listing.id == listing_id)).one_or_none()
    if row is None or not actor.sees(row[1].entity_id):
        raise NoSuchListing
    return row[0], row[1]


def list_listings(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    text: str = "",
    state: str = "",
    partner_id: int = 0,
    product_id: int = 0,
) -> Page[Listing]:
    """Return the offers of products the actor sees; `text` is a part of a title or product."""
    query = select(Listing).join(Product, Product.id == Listing.product_id)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Product.entity_id.in_(scope))
    if text:
        query = query.where(
            Product.folded.contains(fold(text), autoescape=True)
            | Listing.title.icontains(text.strip(), autoescape=True)
            | (Listing.external_id == text.strip())
        )
    if product_id:
        query = query.where(Listing.product_id == product_id)
    if partner_id:
        query = query.where(Listing.partner_id == partner_id)
    return take(db, _in_state(query, state), Listing.id, cut)


def list_of_partner(db: Session, *, partner_id: int, cut: Cut, state: str = "") -> Page[Listing]:
    """Return a partner's own offers, of any product."""
    query = select(Listing).where(Listing.partner_id == partner_id)
    return take(db, _in_state(query, state), Listing.id, cut)


def _in_state(query: Select[Any], state: str) -> Select[Any]:
    return query.where(Listing.state == state) if state else query


def count_proposed(db: Session, *, actor: Actor) -> int:
    """Count the offers that wait for a decision of the actor's."""
    query = select(func.count()).select_from(Listing).join(Product)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Product.entity_id.in_(scope))
    return db.scalar(query.where(Listing.state == ListingState.PROPOSED)) or 0


def find_by_external(db: Session, *, partner_id: int, external_id: str) -> Listing | None:
    query = select(Listing).where(
        Listing.partner_id == partner_id, Listing.external_id == external_id
    )
    return db.scalars(query).one_or_none()


def by_external(db: Session, *, partner_id: int, ids: Collection[str]) -> dict[str, Listing]:
    """Return a partner's offers by its own numbers, held until this transaction ends."""
    query = select(Listing).where(Listing.partner_id == partner_id, Listing.external_id.in_(ids))
    return {one.external_id: one for one in db.scalars(query.with_for_update())}


def partner_names(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of partners by id."""
    # A producer may know who says to sell its goods; the rest of a partner is the office's.
    with beyond_fence(db):
        rows = db.execute(select(Partner.id, Partner.name).where(Partner.id.in_(set(ids)))).all()
    return {partner_id: name for partner_id, name in rows}  # noqa: C416 - a Row is no plain pair to dict()


def products_named(db: Session, written: Iterable[str]) -> dict[str, Product]:
    """Return products by what names them: a GTIN, a GTIN of a pack, or the product's number."""
    numbers = {one for one in written if one.isascii() and one.isdecimal() and len(one) < _DIGITS}
    gtins = {one: one.zfill(14) for one in numbers if 8 <= len(one) <= 14}  # noqa: PLR2004 - the lengths of GTINs
    ids = {one: int(one) for one in numbers if int(one) <= _BIGGEST}
    wanted, known = set(gtins.values()), select(Product).where(real(Product.entity_id))
    packs = select(ProductPack.gtin, Product).join(Product, Product.id == ProductPack.product_id)
    rows = db.execute(packs.where(ProductPack.gtin.in_(wanted), real(Product.entity_id)))
    by_gtin = {gtin: product for gtin, product in rows}  # noqa: C416 - a Row is no plain pair to dict()
    by_gtin |= {one.gtin: one for one in db.scalars(known.where(Product.gtin.in_(wanted)))}
    by_id = {one.id: one for one in db.scalars(known.where(Product.id.in_(set(ids.values()))))}
    found = {one: by_id[number] for one, number in ids.items() if number in by_id}
    return found | {one: by_gtin[gtin] for one, gtin in gtins.items() if gtin in by_gtin}


def confirmed_listings(db: Session, product_id: int) -> list[ShopLink]:
    """Return the offers of a product to show: confirmed, on a host the shop still has."""
    query = (
        select(
            Listing.partner_id,
            Partner.name,
            Partner.hosts,
            Listing.title,
            Listing.url,
            Listing.decided_at,
        )
        .join(Partner, Partner.id == Listing.partner_id)
        .where(
            Listing.product_id == product_id,
            Listing.state == ListingState.CONFIRMED,
            Partner.retired_at.is_(None),
        )
        .order_by(Partner.name, Listing.id)
    )
    return [
        ShopLink(row.partner_id, row.name, row.title, row.url, row.decided_at)
        for row in db.execute(query)
        if _stands(row.url, row.hosts)
    ]


def _stands(url: str, hosts: list[str]) -> bool:
    try:
        checked_url(url, hosts=hosts)
    except Invalid:
        return False
    return True
