from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class EntryDecision(Base):
    """What was decided of an entry that was recorded too late to stand by itself: once."""

    __tablename__ = "entry_decision"
    __table_args__ = {"info": {"guard": "insert_only"}}  # noqa: RUF012 - SQLAlchemy's own declaration

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("diary_entry.id"), primary_key=True)
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_by_id: Mapped[int | None] = mapped_column(BigInt)


class LotClearance(Base):
    """What an officer lets pass of what a lot lacks, with the reason.

    An early harvest is let pass as it was judged: of that entry, against a period that ends no
    later. A test and photos are let pass of a stage of the lot's template.
    """

    __tablename__ = "lot_clearance"
    __table_args__ = (
        CheckConstraint("item IN ('harvested_early', 'test', 'photos')", name="item"),
        CheckConstraint(
            "(item = 'harvested_early') = (entry_id IS NOT NULL AND until IS NOT NULL)",
            name="early",
        ),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    item: Mapped[str] = mapped_column(String(20))
    stage: Mapped[str] = mapped_column(String(60), default="")
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("diary_entry.id"))
    # The first day on which there was nothing to wait for.
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    cleared_at: Mapped[datetime]
    cleared_by: Mapped[str] = mapped_column(String(120))
    cleared_by_id: Mapped[int | None] = mapped_column(BigInt)
