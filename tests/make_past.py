"""Real acts, in an order drawn by lot, on what a public page tells: the makings of a past."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.actions import change_entity, dissolve_entity, revive_entity
from app.entities.consent_actions import give_consent
from app.entities.contact_actions import add_contact, change_contact
from app.entities.part_models import Contact
from app.kit.clock import day_of
from app.kit.db import Database
from app.kit.errors import DomainError
from app.partners.actions import add_partner, change_partner
from app.partners.listing_actions import confirm_listing, propose_listings, refuse_listing
from app.partners.models import Listing, Partner
from app.partners.offers import Offer
from app.products.actions import add_standard, change_product, retire_standard
from app.products.certificate_actions import add_certificate
from app.products.certificate_end_actions import revoke_certificate
from app.products.link_actions import (
    add_link,
    allow_host,
    change_link,
    refuse_host,
    retire_link,
)
from app.products.link_models import ProductLink
from app.products.models import OcopCertificate, Product, ProductPicture, ProductStandard
from app.products.picture_actions import place_picture, remove_picture
from app.rights.actions import change_right, check_right
from app.rights.deciding import DecisionKind
from app.rights.models import IpRight, UseRight
from app.rights.right_decision_actions import decide_right
from app.rights.right_link_actions import link_product, unlink_product
from app.rights.turn_checks import Paper
from app.rights.use_decision_actions import decide_use_right
from app.rights.use_right_actions import add_use_right
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from tests import make
from tests.conftest import Cast, Clock

SHOP = "shop.example.vn"


@dataclass
class Past:
    """What the acts are done to, and the dice. `codes` are of one batch, received in part."""

    database: Database
    cast: Cast
    keyring: Keyring
    clock: Clock
    product: Product
    other: Product
    lot: Lot
    source: Lot
    batch: Batch
    codes: tuple[str, ...]
    rng: Random
    done: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now

    @property
    def officer(self) -> dict[str, Any]:
        return {"actor": self.cast.officer.actor, "now": self.now}

    @property
    def owner(self) -> dict[str, Any]:
        return {"actor": self.cast.owner.actor, "now": self.now}

    def word(self) -> str:
        return (
            f"{self.rng.choice(('Tôm khô', 'Mắm ba khía', 'Cua Năm Căn'))} {self.rng.random():.4f}"
        )

    def step(self, acts: Sequence["Act"]) -> bool:
        """Do one of the acts, some time after the one before; tell whether the rules allowed it."""
        self.clock.now += timedelta(minutes=self.rng.choice((4, 37, 600, 2900)), seconds=7)
        new = [act for act in acts if act.__name__ not in self.done]
        act = self.rng.choice(new if new and self.rng.random() < 0.7 else acts)
        try:
            with self.database.begin() as db:
                act(self, db)
        except (DomainError, IndexError):
            return False
        self.done.append(act.__name__)
        return True


Act = Callable[[Past, Session], None]


def one_of(past: Past, db: Session, of: type[Any], *where: Any) -> Any:  # noqa: ANN401 - a row of any table
    """Return a row drawn by lot; IndexError where there is none."""
    return past.rng.choice(list(db.scalars(select(of).where(*where))))


def product_renamed(past: Past, db: Session) -> None:
    names = past.rng.sample(["name", "brand", "ingredients", "shelf_life", "net_content"], 2)
    facts: Any = {name: past.word() for name in names}
    change_product(db, product_id=past.product.id, **past.officer, **facts)


def entity_changed(past: Past, db: Session) -> None:
    facts: Any = {"name": past.word(), "address": past.word(), "phone": "+84912345678"}
    change_entity(db, entity_id=past.cast.entity.id, **past.officer, **facts)


def entity_moved(past: Past, db: Session) -> None:
    code = past.rng.choice((make.DAT_MUI, "32244", "32245"))
    change_entity(db, entity_id=past.cast.entity.id, commune_code=code, **past.officer)


def entity_dissolved(past: Past, db: Session) -> None:
    day = day_of(past.now) - timedelta(days=past.rng.choice((0, 3)))
    meant: Any = {"dissolved_on": day, "past_is_meant": True}
    dissolve_entity(db, entity_id=past.cast.entity.id, **meant, **past.officer)


def entity_revived(past: Past, db: Session) -> None:
    revive_entity(db, entity_id=past.cast.entity.id, **past.officer)


def product_retired_or_not(past: Past, db: Session) -> None:
    now = db.get_one(Product, past.product.id).status
    status = "retired" if now == "active" else "active"
    change_product(db, product_id=past.product.id, status=status, **past.officer)


def contact_published(past: Past, db: Session) -> None:
    on: Any = {"entity_id": past.cast.entity.id}
    made = add_contact(db, **on, name=past.word(), phone="+84911000111", **past.officer)
    given: dict[str, Any] = {"subject": "contact", "given_by": "Chị Chủ", "contact_id": made.id}
    give_consent(db, **on, **given, **past.owner)


def contact_changed(past: Past, db: Session) -> None:
    one = one_of(past, db, Contact, Contact.entity_id == past.cast.entity.id)
    on: Any = {"entity_id": past.cast.entity.id, "contact_id": one.id}
    change_contact(db, **on, position=past.word(), **past.officer)


def phone_published(past: Past, db: Session) -> None:
    on: dict[str, Any] = {"entity_id": past.cast.entity.id, "subject": "phone"}
    give_consent(db, **on, given_by="Chị Chủ", **past.owner)


def certificate_added(past: Past, db: Session) -> None:
    first = day_of(past.now) - timedelta(days=past.rng.choice((0, 40)))
    facts: Any = {"stars": past.rng.choice((3, 4)), "decision_no": past.word(), "valid_from": first}
    last = first + timedelta(days=past.rng.choice((60, 1000)))
    on: Any = {"product_id": past.product.id, "issuer": "UBND tỉnh"}
    add_certificate(db, **on, **facts, valid_to=last, **past.officer)


def certificate_revoked(past: Past, db: Session) -> None:
    """Dated back: it takes effect before anybody knew."""
    one = one_of(past, db, OcopCertificate, OcopCertificate.product_id == past.product.id)
    day = max(one.valid_from, day_of(past.now) - timedelta(days=9))
    on: Any = {"product_id": past.product.id, "certificate_id": one.id, "revoked_on": day}
    on["past_is_meant"] = True
    revoke_certificate(db, **on, decision_no="QĐ 9", reason="Giải thể", **past.officer)


def standard_added(past: Past, db: Session) -> None:
    on: Any = {"product_id": past.product.id, "kind": "tccs"}
    add_standard(db, **on, number=past.word(), **past.officer)


def standard_retired(past: Past, db: Session) -> None:
    one = one_of(past, db, ProductStandard, ProductStandard.product_id == past.product.id)
    retire_standard(db, product_id=past.product.id, standard_id=one.id, **past.officer)


def picture_placed(past: Past, db: Session) -> None:
    facts: Any = {"sha256": f"{past.rng.getrandbits(256):064x}", "width": 900, "height": 600}
    place_picture(db, product_id=past.product.id, **facts, **past.officer)


def picture_removed(past: Past, db: Session) -> None:
    one = one_of(past, db, ProductPicture, ProductPicture.product_id == past.product.id)
    remove_picture(db, product_id=past.product.id, picture_id=one.id, **past.officer)


def use_right_granted(past: Past, db: Session) -> None:
    right = one_of(past, db, IpRight, IpRight.type == "gi")
    facts: Any = {
        "valid_from": day_of(past.now),
        "certificate_no": past.word(),
        "decision_no": "QĐ 1",
    }
    facts["valid_to"] = day_of(past.now) + timedelta(days=past.rng.choice((25, 900)))
    add_use_right(db, right_id=right.id, product_id=past.product.id, **facts, **past.officer)


def use_right_decided(past: Past, db: Session) -> None:
    """Often dated back, as decisions are that come by post."""
    one = one_of(past, db, UseRight, UseRight.product_id == past.product.id)
    kinds = (DecisionKind.SUSPENDED, DecisionKind.RESUMED, DecisionKind.REVOKED)
    day = day_of(past.now) - timedelta(days=past.rng.choice((0, 0, 4)))
    paper = Paper(decision_no="QĐ 3", decided_on=day, effective_on=day, reason="Kiểm tra")
    on: Any = {"use_right_id": one.id, "kind": past.rng.choice(kinds), "past_is_meant": True}
    decide_use_right(db, **on, paper=paper, **past.officer)


def right_decided(past: Past, db: Session) -> None:
    one = one_of(past, db, IpRight)
    kind = past.rng.choice((DecisionKind.SUSPENDED, DecisionKind.RESUMED))
    on: Any = {"right_id": one.id, "kind": kind, "effective_on": day_of(past.now)}
    decide_right(db, **on, decision_no="QĐ 7", reason="Kiểm tra", **past.officer)


def right_renumbered(past: Past, db: Session) -> None:
    one = one_of(past, db, IpRight, IpRight.type == "gi")
    number = f"{past.rng.randrange(20_000, 99_999):05d}"
    change_right(db, right_id=one.id, registration_no=number, **past.officer)


def right_checked(past: Past, db: Session) -> None:
    one = one_of(past, db, IpRight, IpRight.checked_on.is_(None))
    check_right(db, right_id=one.id, against="Văn bằng", **past.officer)


def mark_linked(past: Past, db: Session) -> None:
    one = one_of(past, db, IpRight, IpRight.type == "trademark")
    link_product(db, right_id=one.id, product_id=past.product.id, **past.officer)


def mark_unlinked(past: Past, db: Session) -> None:
    one = one_of(past, db, IpRight, IpRight.type == "trademark")
    unlink_product(db, right_id=one.id, product_id=past.product.id, **past.officer)


def host_allowed(past: Past, db: Session) -> None:
    allow_host(db, host=SHOP, **past.officer)


def host_refused(past: Past, db: Session) -> None:
    refuse_host(db, host=SHOP, **past.officer)


def link_added(past: Past, db: Session) -> None:
    url = f"https://{SHOP}/{past.rng.random()}"
    facts: Any = {"url": url, "title": past.word(), "language": "vi", "rel": "pip"}
    add_link(db, product_id=past.product.id, **facts, **past.owner)


def link_changed(past: Past, db: Session) -> None:
    one = one_of(past, db, ProductLink, ProductLink.product_id == past.product.id)
    facts: Any = {"url": one.url, "title": past.word(), "language": one.language, "rel": one.rel}
    change_link(db, product_id=past.product.id, link_id=one.id, **facts, **past.owner)


def link_retired(past: Past, db: Session) -> None:
    one = one_of(past, db, ProductLink, ProductLink.product_id == past.product.id)
    retire_link(db, product_id=past.product.id, link_id=one.id, **past.owner)


def shop_added(past: Past, db: Session) -> None:
    facts: Any = {
        "name": past.word(),
        "kind": "shop",
        "website": "",
        "contact": "",
        "hosts": [SHOP],
    }
    add_partner(db, **past.officer, **facts)


def shop_changed(past: Past, db: Session) -> None:
    one = one_of(past, db, Partner)
    hosts = [past.rng.choice((SHOP, "other.example.vn"))]
    change_partner(db, partner_id=one.id, name=past.word(), hosts=hosts, **past.officer)


def offer_made(past: Past, db: Session) -> None:
    """Of this product or of another one, under a number that may be known."""
    one = one_of(past, db, Partner)
    product = past.rng.choice((past.product, past.product, past.other))
    row = Offer(1, past.rng.choice("AB"), f"https://{SHOP}/o", past.word(), str(product.id))
    propose_listings(db, by=past.cast.officer.actor, now=past.now, partner_id=one.id, offers=[row])


def offer_decided(past: Past, db: Session) -> None:
    one = one_of(past, db, Listing)
    if past.rng.random() < 0.7:
        confirm_listing(db, listing_id=one.id, **past.officer)
    else:
        refuse_listing(db, listing_id=one.id, reason="Không phải", **past.officer)


def source_renamed(past: Past, db: Session) -> None:
    change_product(db, product_id=past.other.id, name=past.word(), **past.officer)


REGISTER: tuple[Act, ...] = (
    product_renamed, entity_changed, entity_moved, entity_dissolved, entity_revived, entity_revived,
    product_retired_or_not, contact_published, contact_changed, phone_published, certificate_added,
    certificate_revoked, standard_added, standard_retired, picture_placed, picture_removed,
    use_right_granted, use_right_granted, use_right_decided, use_right_decided, right_decided,
    right_renumbered, right_checked, mark_linked, mark_unlinked, host_allowed, host_refused,
    link_added, link_changed, link_retired, shop_added, shop_changed, offer_made, offer_decided,
    source_renamed,
)  # fmt: skip
