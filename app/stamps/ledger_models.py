from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Handover(Base):
    """One hand-over of stamps of a batch, as its minutes say, and what the receiver counted."""

    __tablename__ = "stamp_handover"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received_quantity >= 0", name="received_quantity"),
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("stamp_batch.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    at: Mapped[datetime]
    giver: Mapped[str] = mapped_column(String(120))
    receiver: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[int] = mapped_column(BigInt)
    document_no: Mapped[str] = mapped_column(String(60), default="")
    # Running numbers, as printed: [[first, last], ...].
    runs: Mapped[list[list[int]]] = mapped_column(JSON)
    # Stamps given out once before and returned, handed over again.
    again: Mapped[bool] = mapped_column(default=False)
    received_quantity: Mapped[int | None] = mapped_column(BigInt)
    received_at: Mapped[datetime | None]
    received_by: Mapped[str] = mapped_column(String(120), default="")
    received_note: Mapped[str] = mapped_column(Text, default="")


class Reconciliation(Base):
    """What was counted of a batch beside what its ledger says, with every difference explained."""

    __tablename__ = "stamp_reconciliation"
    __table_args__ = ({"info": {"guard": "insert_only"}},)

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("stamp_batch.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    actor_label: Mapped[str] = mapped_column(String(120))
    # The last movement it saw: a later one makes it stale.
    movement_id: Mapped[int] = mapped_column(BigInt)
    # Each line: the ledger's figure, what was counted, and why they differ.
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    settled: Mapped[bool]


class Quota(Base):
    """At most so many stamps in a year for a product, an entity or a facility."""

    __tablename__ = "stamp_quota"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("product_id IS NULL OR facility_id IS NULL", name="one_part"),
    )

    id: Mapped[Key]
    # "year/entity/product/facility": one quota for each subject.
    subject: Mapped[str] = mapped_column(String(80), unique=True)
    year: Mapped[int] = mapped_column(Integer, index=True)
    # Of the entity as a whole, unless a product or a facility of it is named.
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id"))
    quantity: Mapped[int] = mapped_column(BigInt)
    note: Mapped[str] = mapped_column(String(300), default="")
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(120))
    # Each approval that counts against it raises it: two that race can't both pass.
    version: Mapped[int] = mapped_column(BigInt, default=1)


class StampPolicy(Base):
    """The province's rules on stamps: one row, changed by administrators."""

    __tablename__ = "stamp_policy"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("two_people_from > 0", name="two_people_from"),
        CheckConstraint("undo_days BETWEEN 0 AND 10", name="undo_days"),
        CheckConstraint("lapse_months > 0", name="lapse_months"),
        CheckConstraint("tolerance_percent BETWEEN 0 AND 100", name="tolerance_percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    # From this quantity on, another person approves, issues, exports and voids.
    two_people_from: Mapped[int] = mapped_column(BigInt, default=10_000)
    # From this many stamps on, another officer confirms a recall and its lifting.
    recall_two_from: Mapped[int] = mapped_column(BigInt, default=1_000, server_default="1000")
    undo_days: Mapped[int] = mapped_column(default=10)
    # None: stamps never lapse.
    lapse_months: Mapped[int | None]
    tolerance_percent: Mapped[float] = mapped_column(Numeric(5, 2, asdecimal=False), default=5.0)


class SpanOrder(Base):
    """Stamps one person wants void, waiting for the second who confirms or declines it."""

    __tablename__ = "stamp_order"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'declined')", name="state"),
        CheckConstraint("first <= last", name="ends"),
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("stamp_batch.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    move: Mapped[str] = mapped_column(String(12))
    # Running numbers, as printed.
    first: Mapped[int] = mapped_column(BigInt)
    last: Mapped[int] = mapped_column(BigInt)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_by_id: Mapped[int | None] = mapped_column(BigInt)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    refusal: Mapped[str] = mapped_column(Text, default="")
