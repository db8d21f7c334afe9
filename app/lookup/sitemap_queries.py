"""The addresses of the public pages that search engines may list."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.lookup.right_words_queries import CONFIRMED
from app.products.models import Product
from app.rights.models import IpRight


def last_ids(db: Session) -> Mapping[str, int]:
    """Return the last ids of products (`p`), producers (`e`) and rights (`r`).

    Their pages are listed in parts.
    """
    return {
        "p": db.scalar(select(func.max(Product.id))) or 0,
        "e": db.scalar(select(func.max(Entity.id))) or 0,
        "r": db.scalar(select(func.max(IpRight.id)).where(*CONFIRMED)) or 0,
    }


def list_addresses(
    db: Session, kind: str, *, first: int, last: int
) -> list[tuple[int, datetime | None]]:
    """Return ids from one to another of what is made now, and since when it reads as it does."""
    if kind == "r":
        checked = select(IpRight.id, IpRight.updated_at).where(
            *CONFIRMED, IpRight.id.between(first, last)
        )
        return [(row.id, row.updated_at) for row in db.execute(checked.order_by(IpRight.id))]
    if kind == "p":
        made = (
            select(Product.id, Product.updated_at)
            .join(Entity, Entity.id == Product.entity_id)
            .where(Product.status == "active", Entity.status == "active")
            .where(Product.id.between(first, last), Entity.practice.is_(False))
        )
        return [(row.id, row.updated_at) for row in db.execute(made.order_by(Product.id))]
    has_products = exists().where(Product.entity_id == Entity.id)
    makers = select(Entity.id).where(
        Entity.status == "active",
        Entity.practice.is_(False),
        Entity.id.between(first, last),
        has_products,
    )
    return [(one, None) for one in db.scalars(makers.order_by(Entity.id))]
