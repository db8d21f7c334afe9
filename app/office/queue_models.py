from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class QueueAssignment(Base):
    """Who looks after something that waits in the Department's queue. Insert-only.

    Of one thing the latest counts; without an assignee it is nobody's again. What waits, and how
    it ended, stands with the thing itself.
    """

    __tablename__ = "queue_assignment"
    __table_args__ = (
        CheckConstraint(
            "subject_kind IN ('report', 'signal', 'finding', 'measure', 'test', 'objection')",
            name="subject_kind",
        ),
        CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="priority"),
        CheckConstraint("(assignee_id IS NULL) = (assignee = '')", name="assignee"),
        Index("ix_queue_assignment_subject", "subject_kind", "subject_id", "id"),
        Index("ix_queue_assignment_assignee_id", "assignee_id", "subject_kind"),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    subject_kind: Mapped[str] = mapped_column(String(9))
    subject_id: Mapped[int] = mapped_column(BigInt)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    assignee: Mapped[str] = mapped_column(String(120), default="")
    priority: Mapped[str] = mapped_column(String(6), default="normal")
    due_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(120))
    set_by_id: Mapped[int | None] = mapped_column(BigInt)
