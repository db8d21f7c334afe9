"""Factories of what lots are made of and where they went."""

from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.trace_models import LotDispatch, LotInput
from tests import make


def link(db: Session, source: Lot, lot: Lot, *, quantity: float | None = None) -> LotInput:
    """Have a lot go into another, past the rules."""
    made = LotInput(
        lot_id=lot.id,
        source_lot_id=source.id,
        quantity=quantity,
        unit=source.unit if quantity else "",
        added_at=make.NOW,
        added_by="test",
    )
    db.add(made)
    db.flush()
    return made


def bought(db: Session, lot: Lot, material: str, *, supplier: str = "") -> LotInput:
    made = LotInput(
        lot_id=lot.id,
        material=material,
        supplier=supplier,
        added_at=make.NOW,
        added_by="test",
    )
    db.add(made)
    db.flush()
    return made


def sent(db: Session, lot: Lot, *, receiver: str, quantity: float | None = None) -> LotDispatch:
    made = LotDispatch(
        lot_id=lot.id,
        receiver=receiver,
        receiver_kind="shop",
        quantity=quantity,
        unit=lot.unit if quantity else "",
        sent_on=make.TODAY,
        added_at=make.NOW,
        added_by="test",
    )
    db.add(made)
    db.flush()
    return made
