from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class WebhookEndpoint(Base):
    """Where a partner is told what happens. Retired, never deleted.

    Events up to `after_seq` have been put into its outbox. Secrets are sealed; the old one signs
    beside the new one until `old_until`.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'paused', 'disabled', 'retired')", name="state"),
    )

    id: Mapped[Key]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(String(200), default="")
    # Types of events; none stands for all of them.
    events: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="active")
    # Why it was disabled.
    reason: Mapped[str] = mapped_column(String(10), default="")
    after_seq: Mapped[int] = mapped_column(BigInt)
    secret: Mapped[bytes] = mapped_column(LargeBinary(200))
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary(200))
    old_until: Mapped[datetime | None]
    # Failures since the last success: until `rest_until` it is left alone.
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    rest_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class WebhookDelivery(Base):
    """One event for one endpoint: the outbox, and afterwards the log.

    A test has no `seq`.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "message_id"),
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
        Index("ix_webhook_delivery_state_next_at", "state", "next_at"),
        Index("ix_webhook_delivery_endpoint_id_id", "endpoint_id", "id"),
        Index("ix_webhook_delivery_created_at", "created_at"),
    )

    id: Mapped[Key]
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    message_id: Mapped[str] = mapped_column(String(60))
    seq: Mapped[int | None] = mapped_column(ForeignKey("public_event.seq"))
    type: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    last_status: Mapped[int | None]
    # The code of what went wrong last.
    last_error: Mapped[str] = mapped_column(String(40), default="")
    milliseconds: Mapped[int | None]
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
