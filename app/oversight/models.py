from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key

_OPEN = text("state <> 'closed'")
_AMISS = text("outcome <> 'in_order'")


class Report(Base):
    """A problem that somebody without an account told of. Nothing says who it was.

    `subject` is a stamp's code, a product's id or a listing's address, as `about` says. A
    position is there only where the visitor chose to send it.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("about IN ('stamp', 'product', 'shop', 'other')", name="about"),
        CheckConstraint("state IN ('new', 'taken', 'closed')", name="state"),
        CheckConstraint("state <> 'closed' OR outcome <> ''", name="outcome"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="position"),
        Index("ix_report_state_id", "state", "id"),
        Index("ix_report_about_subject", "about", "subject"),
        # What waits, the longest first, among all that was ever told.
        Index(
            "ix_report_waiting",
            "sent_at",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(String(10), unique=True)
    # Of the form as it was sent: a second tap on its button finds the first.
    sent_hash: Mapped[str] = mapped_column(String(64), unique=True)
    about: Mapped[str] = mapped_column(String(7))
    subject: Mapped[str] = mapped_column(String(500), default="")
    trouble: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(200), default="")
    latitude: Mapped[float | None] = mapped_column(Numeric(7, 5, asdecimal=False))
    longitude: Mapped[float | None] = mapped_column(Numeric(8, 5, asdecimal=False))
    photo: Mapped[str] = mapped_column(String(64), default="")
    language: Mapped[str] = mapped_column(String(2))
    # What was searched for is looked for here, folded.
    folded: Mapped[str] = mapped_column(Text)
    # A batch belongs to a higher slice, so this is no foreign key.
    batch_id: Mapped[int | None] = mapped_column(BigInt)
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    state: Mapped[str] = mapped_column(String(6), default="new")
    sent_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[str] = mapped_column(String(120), default="")
    taken_by_id: Mapped[int | None] = mapped_column(BigInt)
    outcome: Mapped[str] = mapped_column(String(12), default="")
    # The answer is for the reporter, the reason for the Department alone.
    answer: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(120), default="")
    closed_by_id: Mapped[int | None] = mapped_column(BigInt)


class Finding(Base):
    """What an inspector saw of a stamp, a batch, a lot, a product, an entity or a right.

    Insert-only. `key` is the code of a stamp, also of one that is not ours, or the id of the
    others. `verdict` holds the words of a look-up at that moment, a msgid. One of an inspection
    names it, and the item of its checklist where there is one.
    """

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint(
            "subject IN ('stamp', 'batch', 'lot', 'product', 'entity', 'right')", name="subject"
        ),
        CheckConstraint("outcome IN ('in_order', 'doubt', 'violation')", name="outcome"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="position"),
        Index("ix_finding_subject_key", "subject", "key"),
        # What is to be looked into, the longest first, among all that was in order.
        Index("ix_finding_amiss", "at", "id", sqlite_where=_AMISS, postgresql_where=_AMISS),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    sent_hash: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str] = mapped_column(String(7))
    key: Mapped[str] = mapped_column(String(120))
    batch_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    # No foreign key: the inspection may itself name a finding that led to it.
    inspection_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    item: Mapped[str] = mapped_column(String(40), default="", server_default="")
    verdict: Mapped[str] = mapped_column(String(120), default="")
    outcome: Mapped[str] = mapped_column(String(9))
    text: Mapped[str] = mapped_column(Text)
    measure: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    latitude: Mapped[float | None] = mapped_column(Numeric(7, 5, asdecimal=False))
    longitude: Mapped[float | None] = mapped_column(Numeric(8, 5, asdecimal=False))
    folded: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    actor_label: Mapped[str] = mapped_column(String(120))
    actor_id: Mapped[int | None] = mapped_column(BigInt)


class FindingClosing(Base):
    """How a finding that was not in order ended. Insert-only: it is closed once.

    One that a measure was set for is followed by the measure instead.
    """

    __tablename__ = "finding_closing"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('confirmed', 'unfounded', 'mended', 'forwarded', 'unclear')",
            name="outcome",
        ),
        {"info": {"guard": "insert_only"}},
    )

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(9))
    reason: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(120))
    closed_by_id: Mapped[int | None] = mapped_column(BigInt)


class FindingPhoto(Base):
    """A photo of a finding, by the SHA-256 of the stored file."""

    __tablename__ = "finding_photo"
    __table_args__ = {"info": {"guard": "insert_only"}}  # noqa: RUF012 - SQLAlchemy's own declaration

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
