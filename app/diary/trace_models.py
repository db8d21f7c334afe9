from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class _Said:
    """What is said of goods that came or left; withdrawn with a reason, never deleted."""

    document: Mapped[str] = mapped_column(String(120), default="", server_default="")
    quantity: Mapped[float | None] = mapped_column(Numeric(14, 3, asdecimal=False))
    unit: Mapped[str] = mapped_column(String(3), default="", server_default="")
    unit_as_entered: Mapped[str] = mapped_column(String(30), default="", server_default="")
    # Why it is said only now, where the lot's diary was closed already.
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
    withdraw_reason: Mapped[str] = mapped_column(Text, default="", server_default="")


class LotInput(_Said, Base):
    """What went into a lot: another lot, or material that was bought in."""

    __tablename__ = "lot_input"
    __table_args__ = (
        CheckConstraint("source_lot_id IS NOT NULL OR material <> ''", name="source"),
        CheckConstraint("source_lot_id <> lot_id", name="itself"),
        CheckConstraint("quantity > 0", name="quantity"),
        # The way up and the way down are walked on these alone.
        Index("ix_lot_input_up", "lot_id", "withdrawn_at", "source_lot_id"),
        Index("ix_lot_input_down", "source_lot_id", "withdrawn_at", "lot_id"),
    )

    id: Mapped[Key]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    source_lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    material: Mapped[str] = mapped_column(String(120), default="", server_default="")
    supplier: Mapped[str] = mapped_column(String(200), default="", server_default="")
    supplier_lot: Mapped[str] = mapped_column(String(60), default="", server_default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("diary_entry.id"), index=True)


class LotDispatch(_Said, Base):
    """What of a lot was sent to somebody, one step forward."""

    __tablename__ = "lot_dispatch"
    __table_args__ = (
        CheckConstraint(
            "receiver_kind IN ('producer', 'trader', 'shop', 'consumer', 'own', 'destroyed')",
            name="receiver_kind",
        ),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[Key]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    receiver: Mapped[str] = mapped_column(String(200))
    receiver_kind: Mapped[str] = mapped_column(String(12))
    receiver_entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    sent_on: Mapped[date]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("diary_entry.id"), index=True)
