from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class RecallOrder(Base):
    """A recall, or the lifting of one, that an officer asked for and a second one decides."""

    __tablename__ = "recall_order"
    __table_args__ = (
        CheckConstraint("kind IN ('recall', 'lift')", name="kind"),
        CheckConstraint("state IN ('waiting', 'done', 'declined')", name="state"),
        CheckConstraint("made_from <= made_to", name="made"),
        CheckConstraint(
            "lot_id IS NULL OR (made_from IS NULL AND made_to IS NULL)", name="one_subject"
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(6))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    # A lot, or else the product or its lots made between two days.
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    made_from: Mapped[date | None]
    made_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text, default="")
    # How many stamps it touched when it was asked for.
    stamps: Mapped[int] = mapped_column(BigInt)
    # The recall it is to lift, or has made.
    notice_id: Mapped[int | None] = mapped_column(BigInt)
    # The hold that was set with it, so that nothing is sold while it waits.
    hold_id: Mapped[int | None] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_by_id: Mapped[int | None] = mapped_column(BigInt)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    refusal: Mapped[str] = mapped_column(Text, default="")
