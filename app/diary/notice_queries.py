from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.notices import MadeBackwards, Subject
from app.diary.queries import get_lot
from app.diary.reach_queries import stopped_lots
from app.identity.rules import Actor
from app.products.queries import get_product

AnyNotice = LotNotice | ProductNotice


def subject_of(
    db: Session,
    *,
    actor: Actor,
    lot_id: int | None = None,
    product_id: int = 0,
    made_from: date | None = None,
    made_to: date | None = None,
) -> Subject:
    """Return what is meant, as far as the actor sees it, or raise NoSuchLot or NoSuchProduct."""
    if lot_id is not None:
        return subject_of_lot(get_lot(db, lot_id, actor=actor))
    product = get_product(db, product_id, actor=actor)
    if made_from is not None and made_to is not None and made_to < made_from:
        raise MadeBackwards
    return Subject(
        entity_id=product.entity_id, product_id=product.id, made_from=made_from, made_to=made_to
    )


def subject_of_lot(lot: Lot) -> Subject:
    return Subject(
        entity_id=lot.entity_id, product_id=lot.product_id, lot_id=lot.id, lot_number=lot.number
    )


def find_standing(db: Session, subject: Subject, *, kind: str) -> AnyNotice | None:
    """Return what stands against this very subject, not against one that covers it."""
    if subject.lot_id is not None:
        of_lot = select(LotNotice).where(LotNotice.lot_id == subject.lot_id, *_on(LotNotice, kind))
        return db.scalars(of_lot).one_or_none()
    of_product = select(ProductNotice).where(
        ProductNotice.product_id == subject.product_id,
        ProductNotice.made_from.is_not_distinct_from(subject.made_from),
        ProductNotice.made_to.is_not_distinct_from(subject.made_to),
        *_on(ProductNotice, kind),
    )
    return db.scalars(of_product).one_or_none()


def list_notices(db: Session, subject: Subject) -> Sequence[AnyNotice]:
    """Return all recalls and holds of a lot, or of any part of a product, newest first."""
    if subject.lot_id is not None:
        of_lot = select(LotNotice).where(LotNotice.lot_id == subject.lot_id)
        return db.scalars(of_lot.order_by(LotNotice.id.desc())).all()
    of_product = select(ProductNotice).where(ProductNotice.product_id == subject.product_id)
    return db.scalars(of_product.order_by(ProductNotice.id.desc())).all()


def stands(kind: str) -> ColumnElement[bool]:
    """Return the condition on lots against which a recall or a hold stands, the trace included."""
    return Lot.id.in_(stopped_lots(kind))


def _on(of: type[LotNotice] | type[ProductNotice], kind: str) -> tuple[ColumnElement[bool], Any]:
    return of.kind == kind, of.lifted_at.is_(None)
