from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice
from app.entities.models import Entity
from app.kit.i18n import N_
from app.products.models import Product
from app.rights.models import IpRight
from app.stamps.models import Batch, Export, Span

SHOWN = 20


@dataclass(frozen=True)
class BatchLine:
    """A batch that waits for somebody's next step."""

    id: int
    entity: str
    product: str
    quantity: int


@dataclass(frozen=True)
class LotLine:
    """A lot that is recalled or on hold."""

    id: int
    number: str
    product: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Waiting:
    """What waits for an officer, oldest first, each list cut after twenty."""

    to_decide: Sequence[BatchLine]
    to_issue: Sequence[BatchLine]
    to_print: Sequence[BatchLine]
    to_hand_over: Sequence[BatchLine]
    lots: Sequence[LotLine]
    unchecked_rights: int


def list_waiting(db: Session) -> Waiting:
    unchecked = select(func.count()).where(IpRight.checked_on.is_(None))
    return Waiting(
        to_decide=_batches(db, "requested"),
        to_issue=_batches(db, "approved"),
        to_print=_batches(db, "issued", printed=False),
        to_hand_over=_batches(db, "issued", printed=True),
        lots=_lots(db),
        unchecked_rights=db.scalar(unchecked) or 0,
    )


def _batches(db: Session, state: str, *, printed: bool | None = None) -> list[BatchLine]:
    query = (
        select(Batch.id, Entity.name, Product.name, Batch.granted, Batch.requested)
        .join(Entity, Entity.id == Batch.entity_id)
        .join(Product, Product.id == Batch.product_id)
        .where(Batch.state == state)
        .order_by(Batch.id)
        .limit(SHOWN)
    )
    if printed is not None:
        ready = select(Export.batch_id).where(Export.state == "ready")
        query = query.where(Batch.id.in_(ready) if printed else Batch.id.not_in(ready))
    return [
        BatchLine(batch_id, entity, product, granted or requested)
        for batch_id, entity, product, granted, requested in db.execute(query)
    ]


def _lots(db: Session) -> list[LotLine]:
    query = (
        select(Lot.id, Lot.number, Product.name, LotNotice.kind, LotNotice.reason)
        .join(LotNotice, LotNotice.lot_id == Lot.id)
        .join(Product, Product.id == Lot.product_id)
        .where(LotNotice.lifted_at.is_(None))
        .order_by(LotNotice.set_at)
        .limit(SHOWN)
    )
    return [LotLine(*row) for row in db.execute(query)]


def count_all(db: Session) -> list[tuple[str, int, str]]:
    """Return the register's figures: label, number, and the page that lists them."""
    size = Span.last - Span.first + 1
    active = select(func.sum(size)).where(Span.state == "active")
    granted = select(func.sum(Batch.granted)).where(Batch.first.is_not(None))
    return [
        (N_("Entities"), _count(db, Entity), "/office/entities"),
        (N_("Products"), _count(db, Product), "/office/products"),
        (N_("Stamps given out"), int(db.scalar(granted) or 0), "/office/batches"),
        (N_("Stamps active"), int(db.scalar(active) or 0), "/office/batches"),
        (N_("Lots"), _count(db, Lot), "/office/lots"),
    ]


def _count(db: Session, model: type[Entity | Product | Lot]) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0
