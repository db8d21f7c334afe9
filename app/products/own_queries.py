from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.products.models import Product


def list_own(db: Session, *, actor: Actor) -> list[Product]:
    """Return the products of the actor's own entities by name, those in the market first."""
    query = select(Product).where(Product.entity_id.in_(frozenset(actor.memberships)))
    order = Product.status, Product.folded, Product.id
    return list(db.scalars(query.order_by(*order)))
