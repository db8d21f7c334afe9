from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Contact, Proposal
from app.products.models import Product, ProductPicture
from app.products.proposing import (
    ADDED,
    CONTACT,
    CONTACT_FIELDS,
    ENTITY_FIELDS,
    PRODUCT_FIELDS,
    SHOWN,
)
from app.products.queries import list_pictures


def values_now(db: Session, proposal: Proposal) -> dict[str, Any]:
    """Return how what a proposal changes stands now, by its keys."""
    if proposal.subject_kind == "product":
        known = product_values(db, db.get_one(Product, proposal.subject_id))
    else:
        known = entity_values(db, db.get_one(Entity, proposal.subject_id))
    return {key: known.get(key) for key in proposal.after}


def product_values(db: Session, product: Product) -> dict[str, Any]:
    """Return all that may be proposed of a product, as it stands."""
    values: dict[str, Any] = {name: getattr(product, name) for name in PRODUCT_FIELDS}
    for picture in list_pictures(db, product.id):
        values[f"{ADDED}{picture.sha256}"] = values[f"{SHOWN}{picture.id}"] = stored(picture)
    return values


def entity_values(db: Session, entity: Entity) -> dict[str, Any]:
    """Return all that may be proposed of an entity, as it stands; contacts in use only."""
    values: dict[str, Any] = {name: getattr(entity, name) for name in ENTITY_FIELDS}
    query = select(Contact).where(Contact.entity_id == entity.id, Contact.retired_on.is_(None))
    for contact in db.scalars(query.order_by(Contact.id)):
        values[f"{CONTACT}{contact.id}"] = {name: getattr(contact, name) for name in CONTACT_FIELDS}
    return values


def stored(picture: ProductPicture) -> Mapping[str, Any]:
    return {"sha256": picture.sha256, "width": picture.width, "height": picture.height}
