from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.lookup.sheet import ShopPart
from app.partners.listing_queries import confirmed_listings
from app.partners.models import Listing

# A page for a phone on a slow line stays small: one offer of a shop, of so many shops.
MOST_SHOPS: Final = 6


def shops_of(db: Session, product_id: int) -> tuple[ShopPart, ...]:
    """Return where a product is sold, for its public pages: each shop's first confirmed offer."""
    firsts = {one.partner_id: one for one in reversed(confirmed_listings(db, product_id))}
    shown = sorted(firsts.values(), key=lambda one: (one.shop, one.partner_id))[:MOST_SHOPS]
    return tuple(ShopPart(shop=one.shop, title=one.title, url=one.url) for one in shown)


def count_shops(db: Session, *, product_id: int) -> int:
    """Return how many shops are known to sell a product."""
    query = select(func.count(Listing.partner_id.distinct())).where(
        Listing.product_id == product_id, Listing.state == "confirmed"
    )
    return db.scalar(query) or 0
