from datetime import date, datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt


class Scan(Base):
    """One look-up of a stamp: no address, no position. Kept 90 days."""

    __tablename__ = "scan"

    line: Mapped[int] = mapped_column(BigInt, primary_key=True)
    visitor: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    device: Mapped[str] = mapped_column(String(10))
    active: Mapped[bool]


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
