from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class KeyEpoch(Base):
    """An epoch of stamp codes and the next free number of its line."""

    __tablename__ = "key_epoch"

    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root_check: Mapped[bytes] = mapped_column(LargeBinary(32))
    next: Mapped[int] = mapped_column(BigInt)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Batch(Base):
    """A batch of stamps (đợt cấp tem) of one entity and one product.

    `first` and `last` are keys of the number line (epoch << 35 | number).
    """

    __tablename__ = "stamp_batch"
    __table_args__ = (
        CheckConstraint(
            "state IN ('requested', 'refused', 'approved', 'issued', 'handed_over')", name="state"
        ),
        CheckConstraint("requested > 0", name="requested"),
        CheckConstraint("granted > 0", name="granted"),
        CheckConstraint("handed_over <= granted", name="handed_over"),
        CheckConstraint("last - first + 1 = granted", name="span"),
    )

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    requested: Mapped[int] = mapped_column(BigInt)
    reason: Mapped[str] = mapped_column(Text, default="")
    granted: Mapped[int | None] = mapped_column(BigInt)
    decision_no: Mapped[str] = mapped_column(String(60), default="")
    refusal: Mapped[str] = mapped_column(Text, default="")
    programme: Mapped[str] = mapped_column(String(120), default="")
    allotment_id: Mapped[int | None] = mapped_column(ForeignKey("allotment.id"), index=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id"), index=True)
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("product_pack.id"))
    budget_year: Mapped[int | None]
    handed_over: Mapped[int] = mapped_column(BigInt, default=0)
    epoch: Mapped[int | None] = mapped_column(ForeignKey("key_epoch.epoch"))
    first: Mapped[int | None] = mapped_column(BigInt)
    last: Mapped[int | None] = mapped_column(BigInt)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    lapses_on: Mapped[date | None]
    requested_at: Mapped[datetime]
    requested_by: Mapped[str] = mapped_column(String(120))
    requested_by_id: Mapped[int | None] = mapped_column(BigInt)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_by_id: Mapped[int | None] = mapped_column(BigInt)
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[str] = mapped_column(String(120), default="")


class Span(Base):
    """A run of stamps in one state. Spans never overlap: the database sees to it."""

    __tablename__ = "stamp_span"
    __table_args__ = (
        CheckConstraint("first <= last", name="ends"),
        CheckConstraint(
            "state IN ('issued', 'received', 'active', 'void', 'lost', 'returned')", name="state"
        ),
        CheckConstraint("state <> 'active' OR lot_id IS NOT NULL", name="lot"),
        Index("ix_stamp_span_first", "first", unique=True),
        {"info": {"disjoint": ("first", "last")}},
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("stamp_batch.id"), index=True)
    first: Mapped[int] = mapped_column(BigInt)
    last: Mapped[int] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(String(10))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    # Copied from the movement, so that a look-up stays one index seek.
    activated_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInt, default=1)


class Movement(Base):
    """One change of a run of stamps: who, when, why. Insert-only."""

    __tablename__ = "stamp_movement"
    __table_args__ = ({"info": {"guard": "insert_only"}},)

    id: Mapped[Key]
    uuid: Mapped[UUID] = mapped_column(unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("stamp_batch.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    first: Mapped[int] = mapped_column(BigInt)
    last: Mapped[int] = mapped_column(BigInt)
    from_state: Mapped[str] = mapped_column(String(10), default="")
    to_state: Mapped[str] = mapped_column(String(10))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    actor_label: Mapped[str] = mapped_column(String(120))
    receiver: Mapped[str] = mapped_column(String(120), default="")
    document_no: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    commit: Mapped[str] = mapped_column(String(64))


class Refusal(Base):
    """An activation or void that was refused, and why: over-activation shows here first."""

    __tablename__ = "stamp_refusal"
    __table_args__ = ({"info": {"guard": "insert_only"}},)

    id: Mapped[Key]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    actor_label: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(60))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("stamp_batch.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(BigInt)
    first: Mapped[int | None] = mapped_column(BigInt)
    last: Mapped[int | None] = mapped_column(BigInt)
    # The figures it was refused by, where figures decide.
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class Export(Base):
    """A file of codes made for printing: recorded before its first byte leaves.

    It is of one batch, or of all batches of an allotment. `facts` is what stands on every stamp
    and how the sheets are laid out, frozen so that the file can be made the same again. `proof`
    tells how much of the finished file was read back.
    """

    __tablename__ = "stamp_export"
    __table_args__ = (
        CheckConstraint(
            "state IN ('asked', 'waiting', 'making', 'ready', 'failed')", name="state"
        ),
        CheckConstraint("form IN ('short', 'gs1')", name="form"),
        CheckConstraint("(batch_id IS NULL) <> (allotment_id IS NULL)", name="subject"),
        Index(
            "uq_stamp_export_same",
            "batch_id", "format", "form", "preset", "first", "count", "reason",
            unique=True,
        ),
        Index(
            "uq_stamp_export_allotment",
            "allotment_id", "format", "form", "preset", "reason",
            unique=True,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("stamp_batch.id"), index=True)
    allotment_id: Mapped[int | None] = mapped_column(ForeignKey("allotment.id"), index=True)
    format: Mapped[str] = mapped_column(String(4))
    # What stands in the symbols; of an allotment: the most that is taken, GTINs where there are.
    form: Mapped[str] = mapped_column(String(5), default="short", server_default="short")
    preset: Mapped[str] = mapped_column(String(20))
    first: Mapped[int] = mapped_column(BigInt)
    count: Mapped[int] = mapped_column(BigInt)
    reason: Mapped[str] = mapped_column(String(300))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8))
    done: Mapped[int] = mapped_column(BigInt, default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInt, default=0)
    proof: Mapped[dict[str, int] | None] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_by_id: Mapped[int | None] = mapped_column(BigInt)
    # The second person, where so many codes need two.
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
    ready_at: Mapped[datetime | None]
