"""Products a right to use a sign may be granted for, as the public register has them."""

from datetime import date
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.kit.db import beyond_fence
from app.kit.text import fold
from app.products.models import Product
from app.products.queries import NoSuchProduct
from app.rights.use_checks import Bearer

# As many as one can choose from; the rest are found by a part of their name.
OFFERED: Final = 50

_Columns = Select[int, str, str, int, str, date | None, bool]


def get_bearer(db: Session, product_id: int) -> Bearer:
    """Return a product with its entity, or raise NoSuchProduct."""
    found = _read(db, _COLUMNS.where(Product.id == product_id))
    if not found:
        raise NoSuchProduct
    return found[0]


def find_bearers(db: Session, text: str, *, kept: int = 0) -> list[Bearer]:
    """Return products that are made, by a part of their or their maker's name.

    The one that is `kept` is the first.
    """
    wanted = fold(text)
    query = (
        _COLUMNS.where(
            Product.status == "active", Entity.status == "active", Entity.practice.is_(False)
        )
        .where(
            Product.folded.contains(wanted, autoescape=True)
            | Entity.folded.contains(wanted, autoescape=True)
        )
        .order_by(Product.folded, Product.id)
        .limit(OFFERED)
    )
    chosen = _read(db, _COLUMNS.where(Product.id == kept)) if kept else []
    return [*chosen, *(one for one in _read(db, query) if one not in chosen)]


_COLUMNS: Final = select(
    Product.id.label("product_id"),
    Product.name.label("product"),
    Product.form,
    Entity.id.label("entity_id"),
    Entity.name.label("entity"),
    Entity.dissolved_on,
    Entity.practice,
).join(Entity, Entity.id == Product.entity_id)


def _read(db: Session, query: _Columns) -> list[Bearer]:
    # A mark manager grants to entities whose records are not theirs to read: of these only what
    # the public register shows to everybody.
    with beyond_fence(db):
        return [Bearer(**row._asdict()) for row in db.execute(query)]
