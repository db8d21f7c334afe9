"""What the world is told was made from lots that are recalled or stopped."""

from typing import Any, Final

from sqlalchemy import exists, not_, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.notices import Subject
from app.diary.reach_queries import lots_in, reached_by
from app.entities.models import Entity
from app.products.models import Product
from app.stamps.models import Span

# An event stays small enough to be taken: it names so many lots, and says where there are more.
MOST_LOTS: Final = 500


def made_from_it(db: Session, of: Subject, base_url: str) -> dict[str, Any]:
    """Return products whose lots were made from a subject's and were ever on sale."""
    query = (
        select(Product.id, Product.name, Product.gtin, Entity.name.label("entity"))
        .add_columns(Lot.id.label("lot_id"), Lot.number)
        .join(Lot, Lot.product_id == Product.id)
        .join(Entity, Entity.id == Lot.entity_id)
        .where(Lot.id.in_(reached_by([of])), not_(lots_in(of)))
        .where(exists().where(Span.lot_id == Lot.id))
        .order_by(Product.id, Lot.id)
        .limit(MOST_LOTS + 1)
    )
    rows = db.execute(query).all()
    products: dict[int, dict[str, Any]] = {}
    for row in rows[:MOST_LOTS]:
        told = {"id": row.id, "name": row.name, "gtin": row.gtin, "entity": row.entity}
        product = products.setdefault(row.id, told | {"url": f"{base_url}/p/{row.id}", "lots": []})
        lot = {"id": row.lot_id, "number": row.number, "url": f"{base_url}/l/{row.lot_id}"}
        product["lots"].append(lot)
    return {"products": list(products.values()), "more": len(rows) > MOST_LOTS}
