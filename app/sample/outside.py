"""What the sample's shops, buyers and copiers did: an offer, a link, a report, a clone signal."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.oversight.report_actions import Told, send_report
from app.oversight.rules import REFERENCE_BYTES, About, Trouble, grouped_reference, sent_hash
from app.partners.actions import add_partner
from app.partners.key_actions import issue_key
from app.partners.listing_actions import confirm_listing, propose_listings
from app.partners.offers import Offer
from app.partners.rules import Scope
from app.products.link_actions import add_link, allow_host
from app.products.models import Product
from app.sample.people import DEPARTMENT
from app.scans.actions import Lookup, Visit
from app.scans.count_actions import count_lookups
from app.scans.rules import VISITOR_BYTES, DeviceClass, minute_of
from app.scans.signal_actions import raise_signal
from app.scans.signals import WINDOW
from app.stamps.keyring import Keyring
from app.stamps.queries import get_stamp
from app.stamps.signal_queries import list_copied
from app.stamps.trace_queries import trace_code

SHOP: Final = "Chợ đặc sản trực tuyến (mẫu)"
_HOSTS: Final = ("cho.example.vn", "cua.example.vn")
_COPIED_LOOKS: Final = 40
_PROVINCES: Final = ("96", "96", "92", "79", "01")


def sell(db: Session, product: Product, *, owner: Actor, now: datetime) -> str:
    """Add a shop with a key, its offer as the owner confirmed it, and a link of the owner's.

    Returns the key.
    """
    shop, own = _HOSTS
    acts: dict[str, Any] = {"actor": DEPARTMENT, "now": now - timedelta(days=3)}
    partner = add_partner(db, **acts, name=SHOP, kind="shop", hosts=[shop])
    _, key = issue_key(db, **acts, partner_id=partner.id, label="demo", scopes=list(Scope))
    offer = Offer(
        number=1,
        external_id="MAU-1",
        url=f"https://{shop}/cua-ca-mau",
        title=product.name,
        product=str(product.id),
    )
    [proposed] = propose_listings(
        db, by=DEPARTMENT, now=now - timedelta(days=2), partner_id=partner.id, offers=[offer]
    )
    assert proposed.listing_id is not None  # noqa: S101 - the offer is right
    confirm_listing(db, actor=owner, now=now - timedelta(days=1), listing_id=proposed.listing_id)
    allow_host(db, **acts, host=own)
    link: dict[str, Any] = {"rel": "recipeInfo", "title": "Cua rang me (mẫu)", "language": "vi"}
    url = f"https://{own}/cua-rang-me"
    add_link(db, actor=owner, now=now, product_id=product.id, url=url, **link)
    return key


def tell(db: Session, code: str, *, keyring: Keyring, now: datetime) -> str:
    """Send a buyer's report about a stamp and return its reference."""
    told = Told(
        about=About.STAMP,
        trouble=Trouble.COPIED,
        text="Tem bong mép, cùng một mã thấy trên hai hộp ở hai sạp (mẫu)",
        code=code,
        place="Chợ Năm Căn",
    )
    report = send_report(
        db,
        told=told.checked(),
        traced=trace_code(db, code, keyring=keyring),
        photo="",
        language="vi",
        sent_hash=sent_hash(("demo", code)),
        random=secrets.token_bytes(REFERENCE_BYTES),
        now=now - timedelta(hours=5),
    )
    return grouped_reference(report.reference)


def copy(db: Session, code: str, *, keyring: Keyring, now: datetime) -> None:
    """Have a stamp looked up as if it stood on many packs, and judge it as the work does."""
    stamp = get_stamp(db, keyring=keyring, text=code)
    count_lookups(
        db,
        (
            Lookup(
                Visit(
                    stamp.line,
                    number.to_bytes(VISITOR_BYTES),
                    minute_of(now - timedelta(days=number % 11, hours=number % 5)),
                ),
                DeviceClass.PHONE,
                active=True,
                product_id=stamp.product_id,
                province=_PROVINCES[number % len(_PROVINCES)],
            )
            for number in range(_COPIED_LOOKS)
        ),
    )
    for subject, signs in list_copied(db, now=now, since=now - WINDOW, thresholds={}):
        raise_signal(db, now=now, of=subject, signs=signs)
