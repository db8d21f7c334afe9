from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, synonym

from app.kit.db import Base, BigInt


class AuditEvent(Base):
    """One act of one actor on one subject."""

    __tablename__ = "audit_event"
    # Each index ends in `seq`: a page of what it finds, newest first, is read off its end.
    __table_args__ = (
        Index("ix_audit_event_action_seq", "action", "seq"),
        Index("ix_audit_event_actor_id_seq", "actor_id", "seq"),
        Index("ix_audit_event_entity_id_seq", "entity_id", "seq"),
        Index("ix_audit_event_subject_kind_subject_id_seq", "subject_kind", "subject_id", "seq"),
        Index("ix_audit_event_at", "at"),
        {"info": {"guard": "insert_only"}},
    )

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    actor_label: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(60))
    entity_id: Mapped[int | None] = mapped_column(BigInt)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # The words of the event as they are searched; personal numbers are left out.
    folded: Mapped[str] = mapped_column(Text, default="", server_default="")

    # Lists page by `id`.
    id: Mapped[int] = synonym("seq")
