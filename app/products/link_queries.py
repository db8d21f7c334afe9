from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.kit.errors import NotFound
from app.kit.hosts import is_under
from app.kit.paging import Cut, Page, take
from app.products.link_models import LinkHost, ProductLink
from app.products.links import FAULTS
from app.products.models import Product
from app.products.rules import ProductStatus

# So many checks in a row that found nothing make a dead link.
DEAD: Final = 3


class NoSuchHost(NotFound):
    """There is no such host on the list"""

    code: ClassVar[str] = "products.no_such_host"


@dataclass(frozen=True)
class LinkRow:
    """A link in use, with its product and producer; `open` where its host is on the list."""

    link: ProductLink
    product: str
    entity: str
    open: bool

    @property
    def dead(self) -> bool:
        return self.link.failures >= DEAD

    @property
    def why(self) -> str:
        """Return what the last check found wrong: a msgid, or the status of the answer."""
        return FAULTS.get(self.link.fault, f"HTTP {self.link.fault}")


def list_hosts(db: Session) -> list[LinkHost]:
    return list(db.scalars(select(LinkHost).order_by(LinkHost.host)))


def allowed_hosts(db: Session) -> frozenset[str]:
    return frozenset(db.scalars(select(LinkHost.host)))


def get_host(db: Session, host: str) -> LinkHost:
    found = db.get(LinkHost, host)
    if found is None:
        raise NoSuchHost
    return found


def list_links(db: Session, product_id: int) -> list[ProductLink]:
    """Return a product's links in use, in the order they were made."""
    query = select(ProductLink).where(
        ProductLink.product_id == product_id, ProductLink.retired_on.is_(None)
    )
    return list(db.scalars(query.order_by(ProductLink.id)))


def live_links(db: Session, product_id: int) -> list[ProductLink]:
    """Return what is linked publicly: in use, under an allowed host, and not found dead."""
    found = [one for one in list_links(db, product_id) if one.failures < DEAD]
    allowed = allowed_hosts(db) if found else frozenset()
    return [one for one in found if is_under(one.host, allowed)]


def list_all_links(db: Session, *, cut: Cut) -> Page[LinkRow]:
    """Return every link in use, with those last that were made first."""
    query = (
        select(ProductLink)
        .join(Product, Product.id == ProductLink.product_id)
        .where(ProductLink.retired_on.is_(None), Product.status == ProductStatus.ACTIVE)
    )
    found: Page[ProductLink] = take(db, query, ProductLink.id, cut)
    ids = {one.product_id for one in found.items}
    names = (
        select(Product.id, Product.name, Entity.name)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Product.id.in_(ids))
    )
    named = {key: (product, entity) for key, product, entity in db.execute(names)}
    allowed = allowed_hosts(db)
    return found.having(
        [LinkRow(one, *named[one.product_id], is_under(one.host, allowed)) for one in found.items]
    )


def due_links(db: Session, *, before: datetime, limit: int) -> list[tuple[int, str]]:
    """Return id and address of links that were not checked since an instant."""
    query = (
        select(ProductLink.id, ProductLink.url)
        .where(
            ProductLink.retired_on.is_(None),
            or_(ProductLink.checked_at.is_(None), ProductLink.checked_at < before),
        )
        .order_by(ProductLink.checked_at.is_not(None), ProductLink.checked_at, ProductLink.id)
    )
    return [(row.id, row.url) for row in db.execute(query.limit(limit))]
