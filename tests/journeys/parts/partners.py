"""Shops: who keeps them and their keys, what their keys open, who decides on their offers."""

from typing import Any

from sqlalchemy.orm import Session

from app.partners.actions import add_partner
from app.partners.key_actions import issue_key
from app.partners.listing_actions import propose_listings
from app.partners.listing_queries import find_by_external
from app.partners.offers import Offer
from app.partners.rules import Scope
from app.stamps.keyring import Keyring
from tests import make

_SHOP, _PAGE = "/api/v1/partners/{partner_id}", "/office/partners/{partner_id}"
_KEY = "keys/{shop_key_id}"
_LISTING = "listings/{listing_id}"

PUBLIC = """
    POST /api/v1/verify
    GET /api/v1/verify/products /api/v1/verify/products/{product}
"""
ALLOWED = {
    # Only a shop's own key opens these, and no person has one.
    "": """
        GET /api/v1/listings
        POST /api/v1/listings /api/v1/listings/csv /api/v1/listings/{external_id}/withdraw
    """,
    "owfpairmx": "GET /app/listings /api/v1/shop-listings",
    "fpair": "GET /office/listings",
    "fpa": f"""
        GET /api/v1/partners {_SHOP} {_SHOP}/keys {_SHOP}/uses
            /office/partners /office/partners/new {_PAGE} {_PAGE}/edit {_PAGE}/keys/new
            {_PAGE}/listings/new /office/{_LISTING}/refuse
        PATCH {_SHOP}
        POST /api/v1/partners {_SHOP}/retire {_SHOP}/restore {_SHOP}/keys
            {_SHOP}/{_KEY}/rotate {_SHOP}/{_KEY}/revoke
            /office/partners/new {_PAGE}/edit {_PAGE}/retire {_PAGE}/restore {_PAGE}/keys/new
            {_PAGE}/{_KEY}/rotate {_PAGE}/{_KEY}/revoke {_PAGE}/listings/new
            /office/listings/confirm /office/{_LISTING}/refuse
    """,
    "ofpa": f"""
        GET /app/{_LISTING}/refuse
        POST /app/{_LISTING}/confirm /app/{_LISTING}/refuse
            /api/v1/shop-{_LISTING}/confirm /api/v1/shop-{_LISTING}/refuse
    """,
}

SHOP = {"name": "Chợ Quê", "kind": "shop", "hosts": ["choque.vn"]}
KEY = {"label": "web", "scopes": ["verify"]}
REASON = {"reason": "Không phải hàng của chúng tôi"}
OFFER = {"external_id": "B-2", "url": "https://shop.vn/b2", "title": "Khô", "product": "1"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "POST /api/v1/verify": {"codes": [ids["code"], "TEST-ACTIVE"]},
        "POST /api/v1/partners": SHOP,
        f"PATCH {_SHOP}": {"contact": "Anh Ba"},
        f"POST {_SHOP}/keys": KEY,
        f"POST {_SHOP}/{_KEY}/rotate": {},
        "POST /api/v1/listings": {"listings": [OFFER]},
        f"POST /api/v1/shop-{_LISTING}/confirm": {},
        f"POST /api/v1/shop-{_LISTING}/refuse": REASON,
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    seen = ids["listing_seen"]
    return {
        "/office/partners/new": {**SHOP, "hosts": "choque.vn"},
        f"{_PAGE}/edit": {**SHOP, "hosts": "choque.vn"},
        f"{_PAGE}/keys/new": {"label": "web", "verify": "on"},
        "/office/listings/confirm": {f"listing_{ids['listing_id']}": seen},
        f"/office/{_LISTING}/refuse": REASON | {"seen": seen},
        f"/app/{_LISTING}/confirm": {"seen": seen},
        f"/app/{_LISTING}/refuse": REASON | {"seen": seen},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    made = db.info.setdefault("shops", [])
    made.append(f"shop{len(made)}.vn")
    partner = add_partner(db, **who, name=made[-1], kind="shop", hosts=[made[-1]])
    key, _token = issue_key(db, **who, partner_id=partner.id, label="web", scopes=list(Scope))
    offer = Offer(1, "A-1", f"https://{made[-1]}/a1", "Một tin", str(ids["product_id"]))
    propose_listings(db, by=make.SYSTEM, now=make.NOW, partner_id=partner.id, offers=[offer])
    listing = find_by_external(db, partner_id=partner.id, external_id="A-1")
    assert listing is not None
    return {
        "product": ids["product_id"],
        "partner_id": partner.id,
        "shop_key_id": key.id,
        "listing_id": listing.id,
        "listing_seen": listing.updated_at.isoformat(),
        "external_id": "A-1",
    }
