from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Document(Base):
    """A paper of a record, by the SHA-256 of the stored file.

    `subject_kind` and `subject_id` name the record, which may be of a higher slice; `entity_id`
    is whose it is, none for what is the Department's.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("size > 0 AND pages > 0", name="size"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdraw_reason = '')", name="withdrawn"),
        Index("ix_document_subject", "subject_kind", "subject_id"),
        Index("ix_document_sha256", "sha256"),
    )

    id: Mapped[Key]
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigInt)
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    # As the sender's computer called it.
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    pages: Mapped[int]
    public: Mapped[bool] = mapped_column(default=False, server_default=false())
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(120))
    added_by_id: Mapped[int | None] = mapped_column(BigInt)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="")
    withdraw_reason: Mapped[str] = mapped_column(Text, default="")
