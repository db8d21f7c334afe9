from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column, synonym

from app.kit.db import Base, BigInt


class PublicEvent(Base):
    """An event of the audit trail that the world is told of, as it was told: it never changes.

    `seq` is that of the audit trail.
    """

    __tablename__ = "public_event"
    __table_args__ = {"info": {"guard": "insert_only"}}  # noqa: RUF012 - SQLAlchemy's own declaration

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)

    # Lists page by `id`.
    id: Mapped[int] = synonym("seq")


class EventTail(Base):
    """How far the audit trail has been looked through; one row."""

    __tablename__ = "event_tail"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInt)
