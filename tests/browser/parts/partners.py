"""Shops, their keys, their offers in the office and on the phone."""

from typing import Any

from sqlalchemy.orm import Session

from app.partners.actions import add_partner
from app.partners.key_actions import issue_key, use_key
from app.partners.listing_actions import confirm_listing, propose_listings, refuse_listing
from app.partners.listing_queries import find_by_external
from app.partners.offers import Offer
from app.partners.rules import Scope
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

_SHOP = "/office/partners/{shop}"

PAGES = {
    OFFICE: {
        "partners/list.html": ["/office/partners", "/office/partners?q=zzz"],
        "partners/one.html": [_SHOP],
        "partners/edit.html": ["/office/partners/new", f"{_SHOP}/edit"],
        "partners/key.html": [f"{_SHOP}/keys/new"],
        "partners/sent.html": [f"{_SHOP}/listings/new"],
        "partners/listings.html": ["/office/listings", "/office/listings?q=zzz"],
        "partners/refusal.html": ["/office/listings/{offer}/refuse"],
    },
    OWNER: {
        "partners/own_listings.html": ["/app/listings", "/app/listings?state=withdrawn"],
        "partners/own_refusal.html": ["/app/listings/{offer}/refuse"],
    },
}
ACTS = (
    Stop("partners/edit.html", OFFICE, "/office/partners/new", (("#hosts", "chợ"),), SEND),
    Stop("partners/token.html", OFFICE, f"{_SHOP}/keys/new", (("#label", "web"),), SEND),
    Stop("partners/sent.html", OFFICE, f"{_SHOP}/listings/new", (), SEND),
    Stop("partners/listings.html", OFFICE, "/office/listings", (), "main .acts button"),
    Stop("partners/own_refusal.html", OWNER, "/app/listings/{offer}/refuse", (), SEND),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    long = "Sàn thương mại điện tử nông sản và quà quê vùng đất Mũi Cà Mau"
    hosts = ["nongsandatmui.vn", "quaquecuatoi.com.vn"]
    shop = add_partner(db, **who, name=long, kind="platform", hosts=hosts, contact=long)
    for days, label in ((7, "máy chủ thử nghiệm"), (365, f"máy chủ chính của {long}"[:80])):
        key, _token = issue_key(
            db, **who, partner_id=shop.id, label=label, scopes=list(Scope), days=days
        )
        use_key(db, key_id=key.id, day=make.TODAY, per_day=9)
    offers = [
        Offer(number, f"A-{number}", f"https://m.{hosts[0]}/tom-kho/{number}", long, "1")
        for number in range(1, 4)
    ]
    propose_listings(db, by=make.SYSTEM, now=make.NOW, partner_id=shop.id, offers=offers)
    found = [find_by_external(db, partner_id=shop.id, external_id=f"A-{n}") for n in range(1, 4)]
    ids = [one.id for one in found if one is not None]
    confirm_listing(db, **who, listing_id=ids[1])
    refuse_listing(db, **who, listing_id=ids[2], reason=f"Không phải sản phẩm của {long}")
    return {"shop": shop.id, "offer": ids[0]}
