from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Allotment(Base):
    """A year's decision on stamps (kế hoạch cấp tem): one number, its rows become batches.

    A single batch is an allotment of one row, made when it is issued.
    """

    __tablename__ = "allotment"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'issued', 'cancelled')", name="state"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
    )

    id: Mapped[Key]
    year: Mapped[int]
    programme: Mapped[str] = mapped_column(String(120), default="")
    decision_no: Mapped[str] = mapped_column(String(60), default="")
    decided_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    # Counts the changes of its rows: who approves, approves what was on the screen.
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    made_by_id: Mapped[int | None] = mapped_column(BigInt)
    # Who set its rows last: from a set quantity on, another person approves them.
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    changed_by_id: Mapped[int | None] = mapped_column(BigInt)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(120), default="")
    # Why it was cancelled.
    reason: Mapped[str] = mapped_column(Text, default="")


class AllotmentRow(Base):
    """One row of an allotment: so many stamps of a product for its entity, or one facility."""

    __tablename__ = "allotment_row"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[Key]
    allotment_id: Mapped[int] = mapped_column(ForeignKey("allotment.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id"))
    quantity: Mapped[int] = mapped_column(BigInt)
    note: Mapped[str] = mapped_column(String(300), default="")
    # The batch it became, or the producer's request it answers.
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("stamp_batch.id"), unique=True)
