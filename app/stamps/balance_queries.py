from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.products.models import Product, ProductPack
from app.stamps.balance import Balance, Output, Packed, weigh
from app.stamps.models import Batch, Span
from app.stamps.policy_queries import get_policy
from app.stamps.rules import State


def weigh_lot(db: Session, lot: Lot, *, batch_id: int, quantity: int) -> Balance:
    """Return a lot's output against its active stamps and so many more of a batch."""
    each, unit = _content()
    of_batch = select(each, unit).select_from(Batch).join(Product, Product.id == Batch.product_id)
    more = db.execute(
        of_batch.outerjoin(ProductPack, ProductPack.id == Batch.pack_id).where(Batch.id == batch_id)
    ).one()
    return weigh(
        Output(lot.quantity, lot.unit),
        packed_of(db, lot.id),
        Packed(quantity, *more),
        tolerance_percent=get_policy(db).tolerance_percent,
    )


def packed_of(db: Session, lot_id: int) -> list[Packed]:
    """Return the active stamps of a lot, by what the piece they are on holds."""
    each, unit = _content()
    query = (
        select(func.sum(Span.last - Span.first + 1), each, unit)
        .select_from(Span)
        .join(Batch, Batch.id == Span.batch_id)
        .join(Product, Product.id == Batch.product_id)
        .outerjoin(ProductPack, ProductPack.id == Batch.pack_id)
        .where(Span.lot_id == lot_id, Span.state == State.ACTIVE)
        .group_by(each, unit)
    )
    return [Packed(int(stamps), size, code) for stamps, size, code in db.execute(query)]


def _content() -> tuple[ColumnElement[float | None], ColumnElement[str]]:
    """Return what one stamped piece of a batch holds: its pack's content, else its product's."""
    own = ProductPack.net_quantity.is_not(None)
    return (
        case((own, ProductPack.net_quantity), else_=Product.net_quantity),
        case((own, ProductPack.net_unit), else_=Product.net_unit),
    )
