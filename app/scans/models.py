from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Scan(Base):
    """One look-up of a stamp: no address, no position. Kept 90 days."""

    __tablename__ = "scan"

    line: Mapped[int] = mapped_column(BigInt, primary_key=True)
    visitor: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    device: Mapped[str] = mapped_column(String(10))
    active: Mapped[bool]
    # Guessed from the operator's table of networks, where there is one.
    province: Mapped[str | None] = mapped_column(String(2))


class ScanTotal(Base):
    """How often a stamp was looked up, before and after its activation."""

    __tablename__ = "scan_total"

    line: Mapped[int] = mapped_column(BigInt, primary_key=True)
    active: Mapped[bool] = mapped_column(primary_key=True)
    lookups: Mapped[int] = mapped_column(BigInt)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class ScanMonth(Base):
    """How often a product's active stamps were looked up in a month of Vietnam. Kept for good.

    `month` is its first day. Without a foreign key: no row may hold up a flush.
    """

    __tablename__ = "scan_month"

    product_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    lookups: Mapped[int] = mapped_column(BigInt)


class VisitorKey(Base):
    """The key of one day's visitor hashes; deleted when its day is over."""

    __tablename__ = "visitor_key"

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))


class Suspicion(Base):
    """An officer's finding that a stamp's code is probably copied; nothing accuses by itself."""

    __tablename__ = "suspicion"

    line: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(120))


class CloneSignal(Base):
    """What makes a stamp's code look copied, until an officer decides; one row a stamp.

    The stamp's batch, product, entity and lot stand here as they were when the signal rose, to
    be listed by. `changed_at` is when an officer last decided, or when the signal first rose.
    """

    __tablename__ = "clone_signal"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'watched', 'ignored', 'warned', 'voided')", name="state"
        ),
        Index(
            "ix_clone_signal_waiting",
            "raised_at",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[Key]
    line: Mapped[int] = mapped_column(BigInt, unique=True)
    batch_id: Mapped[int] = mapped_column(BigInt)
    product_id: Mapped[int] = mapped_column(BigInt, index=True)
    entity_id: Mapped[int] = mapped_column(BigInt, index=True)
    lot_id: Mapped[int | None] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(String(8), index=True)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    devices: Mapped[int]
    threshold: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    raised_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    # What was known at the decision: only clearly more opens the signal again.
    decided_devices: Mapped[int | None]
    decided_reasons: Mapped[list[str] | None] = mapped_column(JSON)


class DisplayPack(Base):
    """A pack that stands on display: many look it up, so that alone is no sign of a copy."""

    __tablename__ = "display_pack"

    line: Mapped[int] = mapped_column(BigInt, primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInt, index=True)
    place: Mapped[str] = mapped_column(String(200))
    marked_at: Mapped[datetime]
    marked_by: Mapped[str] = mapped_column(String(120))
