"""What shops are told of products: how they stand, one by one or by the page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    Select,
    exists,
    select,
    union,
)
from sqlalchemy.orm import Session

from app.certificates.queries import public_certificates
from app.certificates.rules import CertificateFacts, shown
from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.notices import HOLD, RECALL
from app.diary.reach_queries import stopped_lots
from app.diary.standing_queries import Standing, standing_of
from app.entities.models import Entity
from app.entities.practice_queries import real
from app.entities.queries import dissolutions_of
from app.kit.clock import day_of
from app.oversight.failing import QualityFacts, shown_tests
from app.oversight.quality_queries import tests_of_products
from app.partners.changed_queries import changed_since
from app.products.models import Product, ProductPack
from app.products.queries import certificate_facts, certificates_of, packs_of
from app.products.rules import CertificateLine, certificate_line
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.queries import ProductRights, right_facts, rights_by_id, use_right_facts
from app.rights.rules import Badge, UseRightFacts, badges
from app.stamps.models import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductState:
    """What a shop is told of a product on a day."""

    id: int
    name: str
    gtin: str | None
    pack_gtins: tuple[str, ...]
    entity_id: int
    entity: str
    dissolved: bool
    retired: bool
    certificate: CertificateLine | None
    badges: tuple[Badge, ...]
    # Other certificates in force on the day.
    papers: tuple[CertificateFacts, ...]
    # Tests that the whole product passed.
    tests: tuple[QualityFacts, ...]
    standing: Standing
    # What stands against some of its lots only: "recall", "hold".
    of_lots: frozenset[str]


def find_product_id(db: Session, written: str) -> int | None:
    """Return the id of a product by its GTIN, a GTIN of one of its packs, or the id itself.

    A number of eight digits and more is read as a GTIN first.
    """
    if not (written.isascii() and written.isdecimal()):
        return None
    if 8 <= len(written) <= 14:  # noqa: PLR2004 - the lengths of GTINs
        gtin = written.zfill(14)
        own = select(Product.id).where(Product.gtin == gtin)
        pack = select(ProductPack.product_id).where(ProductPack.gtin == gtin)
        found = db.scalar(own) or db.scalar(pack)
        if found is not None:
            return found
    number = int(written[:20])
    return number if 0 < number <= 2**62 else None


def list_changed(
    db: Session, *, now: datetime, since: datetime | None, after: int, limit: int
) -> tuple[list[ProductState], int | None]:
    """Return products by id after an id, and the id to go on from where there are more.

    With `since`, those that changed from then on: by what was written down, and by days that
    came or went meanwhile. It may name one too many, never one too few.
    """
    query = select(Product.id).where(Product.id > after, real(Product.entity_id))
    query = query.order_by(Product.id)
    if since is not None:
        query = query.where(changed_since(since, day_of(now)))
    ids = list(db.scalars(query.limit(limit + 1)))
    more = len(ids) > limit
    kept = ids[:limit]
    return states_of(db, kept, day=day_of(now)), kept[-1] if more else None


def states_of(db: Session, ids: Sequence[int], *, day: date) -> list[ProductState]:
    """Return what is told of products on a day, in the order of their ids.

    As many statements for a page of them as for one.
    """
    rows = db.execute(
        select(Product, Entity.name, Entity.status)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Product.id.in_(ids), Entity.practice.is_(False))
        .order_by(Product.id)
    ).all()
    certificates, packs = certificates_of(db, ids), packs_of(db, ids)
    rights = _rights_of(db, {product.id: product.entity_id for product, _, _ in rows})
    standing = standing_of(db, [(product_id, None) for product_id in ids])
    of_lots = _against_lots(db, ids)
    papers = public_certificates(db, {product.entity_id for product, _, _ in rows})
    tests = tests_of_products(db, [product.id for product, _, _ in rows])
    return [
        ProductState(
            id=product.id,
            name=product.name,
            gtin=product.gtin,
            pack_gtins=_gtins(packs[product.id]),
            entity_id=product.entity_id,
            entity=name,
            dissolved=status == "dissolved",
            retired=product.status == "retired",
            certificate=certificate_line(map(certificate_facts, certificates[product.id]), day),
            badges=badges(*rights[product.id], product.entity_id, product.id, day),
            papers=shown(papers[product.entity_id], product.id, day),
            tests=shown_tests(tests[product.id], of=(product.id, None), day=day),
            standing=standing.get((product.id, None), Standing()),
            of_lots=frozenset(of_lots.get(product.id, ())),
        )
        for product, name, status in rows
    ]


def _against_lots(db: Session, ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the kinds of notices that stand against lots of products, by product."""
    lots = (
        select(Lot.product_id, LotNotice.kind)
        .join(Lot, Lot.id == LotNotice.lot_id)
        .where(LotNotice.lifted_at.is_(None), Lot.product_id.in_(ids))
    )
    days = select(ProductNotice.product_id, ProductNotice.kind).where(
        ProductNotice.lifted_at.is_(None),
        ProductNotice.product_id.in_(ids),
        ProductNotice.made_from.is_not(None) | ProductNotice.made_to.is_not(None),
    )
    found: dict[int, set[str]] = {}
    for product_id, kind in db.execute(union(lots, days)):
        found.setdefault(product_id, set()).add(kind)
    for kind in (RECALL, HOLD):
        for product_id in db.scalars(_by_source(ids, kind)):
            found.setdefault(product_id, set()).add(kind)
    return found


def _by_source(ids: Sequence[int], kind: str) -> Select[int]:
    """Return the products of lots on sale that were made from what is stopped, or are it."""
    sold = exists().where(Span.lot_id == Lot.id)
    query = select(Lot.product_id).where(Lot.product_id.in_(ids), sold)
    return query.where(Lot.id.in_(stopped_lots(kind))).distinct()


def _gtins(packs: Iterable[ProductPack]) -> tuple[str, ...]:
    return tuple(one.gtin for one in packs if one.gtin and one.retired_on is None)


def _rights_of(db: Session, owners: Mapping[int, int]) -> dict[int, ProductRights]:
    """Return, by product, the rights that could bear on it; its entity is given with it."""
    granted: dict[int, list[UseRightFacts]] = {product_id: [] for product_id in owners}
    uses = (
        select(UseRight, Product.form, Entity.dissolved_on)
        .join(Product, Product.id == UseRight.product_id)
        .join(Entity, Entity.id == UseRight.entity_id)
        .where(UseRight.product_id.in_(owners))
        .order_by(UseRight.id)
    )
    for use, form, gone_on in db.execute(uses):
        if use.entity_id == owners[use.product_id]:
            granted[use.product_id].append(use_right_facts(use, form, gone_on))
    linked: dict[int, set[int]] = {product_id: set() for product_id in owners}
    links = select(RightProduct).where(RightProduct.product_id.in_(owners))
    for link in db.scalars(links):
        linked[link.product_id].add(link.right_id)
    wanted = {use.right_id for uses_ in granted.values() for use in uses_}
    known = rights_by_id(db, wanted.union(*linked.values()))
    gone = dissolutions_of(db, owners.values()) if any(linked.values()) else {}
    return {
        product_id: _bearing(
            product_id, owner, granted[product_id], linked[product_id], known, gone.get(owner)
        )
        for product_id, owner in owners.items()
    }


def _bearing(
    product_id: int,
    owner: int,
    uses: Collection[UseRightFacts],
    linked: Collection[int],
    known: Mapping[int, IpRight],
    gone_on: date | None,
) -> ProductRights:
    own = {right_id for right_id in linked if known[right_id].owner_entity_id == owner}
    bearing = sorted({use.right_id for use in uses} | own)
    return ProductRights(
        rights=tuple(
            right_facts(known[one], [product_id], gone_on)
            if one in linked
            else right_facts(known[one])
            for one in bearing
        ),
        use_rights=tuple(uses),
    )
