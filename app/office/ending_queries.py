"""What hangs on an entity or a product that is to end: shown before it is done."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.kit.i18n import N_
from app.products.models import Product
from app.rights.models import UseRight
from app.rights.use_queries import granted_on
from app.stamps.models import Batch, Span

_UNUSED: Final = ("issued", "received")


@dataclass(frozen=True)
class Touched:
    """How many of something are touched, what becomes of them, and where to see them."""

    label: str
    count: int
    effect: str
    path: str


def touched_by(db: Session, *, entity_id: int, product_id: int | None, day: date) -> list[Touched]:
    """Return what the end of an entity, or of one of its products, touches; empty kinds too."""
    mine = f"?product={product_id}" if product_id else f"?entity={entity_id}"
    stamps = _stamps(db, entity_id, product_id)
    made = [] if product_id else [_products(db, entity_id)]
    return [
        *made,
        Touched(
            N_("Lots that are not closed"),
            _count(db, Lot, entity_id, product_id, Lot.state == "open"),
            N_("They can still be written in and closed; no new lot can be opened."),
            f"/office/lots{mine}",
        ),
        Touched(
            N_("Batches that are asked for or approved"),
            _count(db, Batch, entity_id, product_id, Batch.state.in_(("requested", "approved"))),
            N_("They stay as they are: refuse them, or see to it that they are not handed over."),
            f"/office/batches{mine}",
        ),
        Touched(
            N_("Stamps that were issued and are not active"),
            sum(count for state, count in stamps.items() if state in _UNUSED),
            N_("They can't be activated any more. Have them returned or void them."),
            f"/office/batches{mine}",
        ),
        Touched(
            N_("Active stamps"),
            stamps.get("active", 0),
            N_("They stay active on their lots, and every look-up of them says what has ended."),
            f"/office/batches{mine}",
        ),
        Touched(
            N_("Use rights in force"),
            _count(db, UseRight, entity_id, product_id, *granted_on(day)),
            N_("They stay as they are: end them where the decision says so.")
            if product_id
            else N_("They end on that day by themselves: no page shows them as in force any more."),
            f"/office/use-rights{f'?product={product_id}' if product_id else ''}",
        ),
    ]


def _products(db: Session, entity_id: int) -> Touched:
    count = select(func.count()).where(Product.entity_id == entity_id, Product.status == "active")
    return Touched(
        N_("Products on the market"),
        db.scalar(count) or 0,
        N_("Their public pages say that the producer was dissolved."),
        f"/office/products?entity={entity_id}",
    )


def _count(
    db: Session,
    model: type[Lot | Batch | UseRight],
    entity_id: int,
    product_id: int | None,
    *wanted: ColumnElement[bool],
) -> int:
    query: Any = select(func.count()).where(model.entity_id == entity_id, *wanted)
    if product_id is not None:
        query = query.where(model.product_id == product_id)
    return db.scalar(query) or 0


def _stamps(db: Session, entity_id: int, product_id: int | None) -> dict[str, int]:
    query = (
        select(Span.state, func.sum(Span.last - Span.first + 1))
        .join(Batch, Batch.id == Span.batch_id)
        .where(Batch.entity_id == entity_id)
        .group_by(Span.state)
    )
    if product_id is not None:
        query = query.where(Batch.product_id == product_id)
    return {state: int(count) for state, count in db.execute(query)}
