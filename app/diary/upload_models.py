from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class PhotoPromise(Base):
    """A photo that an entry came before: named by the file as the phone will send it.

    It stays when the photo is there, since the entry was committed to it, and goes where the
    entry's content is erased.
    """

    __tablename__ = "diary_photo_promise"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        # What never came is looked for among all that did.
        Index(
            "ix_diary_photo_promise_due",
            "entry_id",
            sqlite_where=text("received_at IS NULL"),
            postgresql_where=text("received_at IS NULL"),
        ),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("diary_entry.id"), primary_key=True)
    source_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    position: Mapped[int]
    received_at: Mapped[datetime | None]
