"""Batches to be inspected, found by their number, their product or its maker."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.kit.text import fold
from app.oversight.inspection_choice_queries import MOST, Choice
from app.oversight.rules import Subject
from app.products.models import Product
from app.stamps.models import Batch


def find_batches(db: Session, text: str, batch_id: int = 0) -> list[Choice]:
    """Return issued batches that a text names, the newest first, or the one of a number."""
    query = (
        select(
            Batch.id, Batch.entity_id, Batch.product_id, Product.name, Entity.name.label("maker")
        )
        .join(Product, Product.id == Batch.product_id)
        .join(Entity, Entity.id == Batch.entity_id)
        .where(Batch.first.is_not(None))
    )
    if batch_id:
        query = query.where(Batch.id == batch_id)
    else:
        named = [Product.folded.contains(fold(text), autoescape=True)]
        named.append(Entity.folded.contains(fold(text), autoescape=True))
        number = text.strip()
        if number.isascii() and number.isdecimal():
            named.append(Batch.id == int(number[:18]))
        query = query.where(or_(*named))
    return [
        Choice(Subject.BATCH, row.id, row.name, row.maker, row.entity_id, row.product_id)
        for row in db.execute(query.order_by(Batch.id.desc()).limit(MOST))
    ]
