from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.entities.practice_queries import real
from app.entities.queries import get_active_entity
from app.identity.rules import Actor
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.products.link_models import ProductLink
from app.products.models import (
    OcopCertificate,
    Product,
    ProductPack,
    ProductPicture,
    ProductStandard,
)
from app.products.rules import CertificateFacts, ProductStatus

Part = TypeVar("Part", ProductPicture, ProductStandard, OcopCertificate, ProductPack, ProductLink)

SORTS: Final = {"name": (Product.folded,)}
EXPIRES_SOON: Final = timedelta(days=90)
CERTIFICATE_STATES: Final = (
    "stars_5",
    "stars_4",
    "stars_3",
    "valid",
    "expiring",
    "expired",
    "revoked",
    "none",
)


@dataclass(frozen=True)
class CertificateFilter:
    """Products by the state of their OCOP certificates on a day, one of CERTIFICATE_STATES."""

    state: str
    on: date


class NoSuchProduct(NotFound):
    """There is no such product"""

    code = "products.not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


class ProductRetired(Conflict):
    """The product is no longer made"""

    code = "products.retired"
    detail = N_("Bring it back on the product's page before you add lots or stamps.")


class NoSuchPart(NotFound):
    """The product has no such record"""

    code = "products.part_not_found"
    detail = N_("It may be removed already. Load the product again.")


def get_product(db: Session, product_id: int, *, actor: Actor) -> Product:
    """Return a product the actor sees, or raise NoSuchProduct."""
    product = db.get(Product, product_id)
    if product is None or not actor.sees(product.entity_id):
        raise NoSuchProduct
    return product


def lock_product(db: Session, product_id: int) -> Product:
    """Return a product as it stands now, held until this transaction ends."""
    return db.get_one(Product, product_id, with_for_update=True, populate_existing=True)


def get_made_product(db: Session, product_id: int, *, actor: Actor) -> Product:
    """Return a product on the market of an entity in operation, or say which is not."""
    product = get_product(db, product_id, actor=actor)
    get_active_entity(db, product.entity_id, actor=actor)
    if product.status != ProductStatus.ACTIVE:
        raise ProductRetired
    return product


def find_by_gtin(db: Session, gtin14: str) -> Product | None:
    return db.scalars(select(Product).where(Product.gtin == gtin14)).one_or_none()


def find_pack_by_gtin(db: Session, gtin14: str) -> ProductPack | None:
    return db.scalars(select(ProductPack).where(ProductPack.gtin == gtin14)).one_or_none()


def list_products(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    text: str = "",
    entity_id: int = 0,
    status: str = "",
    group: str = "",
    certificate: CertificateFilter | None = None,
) -> Page[Product]:
    """Return the products the actor sees; `text` is part of a name, or a whole GTIN or own code."""
    query = select(Product)
    scope = actor.scope()
    if scope is None and not entity_id:
        # A practice farm stands apart: its products are there where it is asked for.
        query = query.where(real(Product.entity_id))
    if scope is not None:
        query = query.where(Product.entity_id.in_(scope))
    if text:
        gtin = text.strip().zfill(14)
        query = query.where(
            Product.folded.contains(fold(text), autoescape=True)
            | (Product.gtin == gtin)
            | (Product.own_code == text.strip())
            | Product.id.in_(select(ProductPack.product_id).where(ProductPack.gtin == gtin))
        )
    if entity_id:
        query = query.where(Product.entity_id == entity_id)
    if status:
        query = query.where(Product.status == status)
    if group:
        query = query.where(Product.ocop_group == group)
    if certificate is not None:
        query = query.where(_has(certificate))
    return take(db, query, Product.id, cut, SORTS)


def _has(wanted: CertificateFilter) -> ColumnElement[bool]:
    """Return the condition that a product's certificates are in a state on a day."""
    made, day = OcopCertificate, wanted.on
    standing = made.revoked_on.is_(None) | (made.revoked_on > day)
    valid = (made.valid_from <= day) & (made.valid_to >= day) & standing

    def any_(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        stands = made.struck_at.is_(None)
        return exists().where(made.product_id == Product.id, stands, condition)

    if wanted.state.startswith("stars_"):
        return any_(valid & (made.stars == int(wanted.state.removeprefix("stars_"))))
    soon = day + EXPIRES_SOON
    states: dict[str, ColumnElement[bool]] = {
        "valid": any_(valid),
        "expiring": any_(valid) & ~any_(valid & (made.valid_to > soon)),
        "expired": ~any_(valid) & any_((made.valid_to < day) & standing),
        "revoked": ~any_(valid) & any_(made.revoked_on <= day),
        "none": ~any_(made.id.is_not(None)),
    }
    return states[wanted.state]


def names_of(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of products by id, in one query."""
    rows = db.execute(select(Product.id, Product.name).where(Product.id.in_(set(ids))))
    return {product_id: name for product_id, name in rows}  # noqa: C416 - a Row is no plain pair to dict()


def forms_of(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the forms products are sold in, by id."""
    rows = db.execute(select(Product.id, Product.form).where(Product.id.in_(set(ids))))
    return {product_id: form for product_id, form in rows}  # noqa: C416 - as above


def pictures_of(db: Session, product_ids: Iterable[int]) -> Mapping[int, list[ProductPicture]]:
    """Return pictures by product, the leading one first; each product asked for has a list."""
    wanted = set(product_ids)
    query = select(ProductPicture).where(ProductPicture.product_id.in_(wanted))
    order = ProductPicture.position, ProductPicture.id
    return _by_product(wanted, db.scalars(query.order_by(*order)))


def standards_of(db: Session, product_ids: Iterable[int]) -> Mapping[int, list[ProductStandard]]:
    """Return the standards products are made to, by product; those that were taken off not."""
    wanted = set(product_ids)
    query = select(ProductStandard).where(
        ProductStandard.product_id.in_(wanted), ProductStandard.retired_on.is_(None)
    )
    return _by_product(wanted, db.scalars(query.order_by(ProductStandard.id)))


def certificates_of(db: Session, product_ids: Iterable[int]) -> Mapping[int, list[OcopCertificate]]:
    """Return OCOP certificates by product, the latest first, revoked and expired ones too.

    Those struck out are left out.
    """
    wanted = set(product_ids)
    query = select(OcopCertificate).where(
        OcopCertificate.product_id.in_(wanted), OcopCertificate.struck_at.is_(None)
    )
    order = OcopCertificate.valid_from.desc(), OcopCertificate.id.desc()
    return _by_product(wanted, db.scalars(query.order_by(*order)))


def packs_of(db: Session, product_ids: Iterable[int]) -> Mapping[int, list[ProductPack]]:
    """Return packs by product, those in use first."""
    wanted = set(product_ids)
    query = select(ProductPack).where(ProductPack.product_id.in_(wanted))
    order = ProductPack.retired_on.is_not(None), ProductPack.id
    return _by_product(wanted, db.scalars(query.order_by(*order)))


def list_packs(db: Session, product_id: int) -> list[ProductPack]:
    return packs_of(db, [product_id])[product_id]


def list_pictures(db: Session, product_id: int) -> list[ProductPicture]:
    return pictures_of(db, [product_id])[product_id]


def list_standards(db: Session, product_id: int) -> list[ProductStandard]:
    return standards_of(db, [product_id])[product_id]


def list_certificates(db: Session, product_id: int) -> list[OcopCertificate]:
    return certificates_of(db, [product_id])[product_id]


def get_part(db: Session, kind: type[Part], part_id: int, *, product_id: int) -> Part:
    """Return a picture, standard, certificate, pack or link of that product, or NoSuchPart."""
    part = db.get(kind, part_id)
    if part is None or part.product_id != product_id:
        raise NoSuchPart
    return part


def certificate_facts(certificate: OcopCertificate) -> CertificateFacts:
    """Return what the rules judge a certificate's stars by."""
    return CertificateFacts(
        id=certificate.id,
        stars=certificate.stars,
        decision_no=certificate.decision_no,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        certificate_no=certificate.certificate_no,
        issuer=certificate.issuer,
        revoked_on=certificate.revoked_on,
    )


def _by_product(wanted: set[int], parts: Iterable[Part]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {product_id: [] for product_id in wanted}
    for part in parts:
        found[part.product_id].append(part)
    return found


def is_pictured(db: Session, sha256: str) -> bool:
    """Tell whether a stored file is a picture of some product."""
    query = select(ProductPicture.id).where(ProductPicture.sha256 == sha256).limit(1)
    return db.scalar(query) is not None
