from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Lot(Base):
    """A production lot of one product."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("product_id", "number"),
        CheckConstraint("state IN ('open', 'closed', 'released', 'distributed')", name="state"),
        CheckConstraint("expiry_date >= production_date", name="dates"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("uq_lot_uid", "uid", unique=True),
    )

    id: Mapped[Key]
    # Made by the phone that opened the lot, so that the same again is the same lot.
    uid: Mapped[UUID | None]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="open")
    production_date: Mapped[date | None]
    expiry_date: Mapped[date | None]
    quantity: Mapped[float | None] = mapped_column(Numeric(14, 3, asdecimal=False))
    unit: Mapped[str] = mapped_column(String(3), default="")
    unit_as_entered: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    # What it is a lot of, where that is not yet the product: raw fish, washed fish.
    material: Mapped[str] = mapped_column(String(120), default="", server_default="")
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id"), index=True)
    # The diary is kept by this version, whatever the product takes later; none is the plain one.
    template_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("process_template_version.id")
    )
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    distributed_at: Mapped[datetime | None]
    # What the owner says is left when distribution is completed, in the lot's unit.
    left_quantity: Mapped[float | None] = mapped_column(Numeric(14, 3, asdecimal=False))
    distribution_note: Mapped[str] = mapped_column(Text, default="", server_default="")


class _Notice:
    """What a recall or a hold says, of whatever it is; lifted, never deleted."""

    kind: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text, default="")
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(120))
    set_by_id: Mapped[int | None] = mapped_column(BigInt)
    # The second person, where there was one; so of the lifting below.
    confirmed_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
    # Whether the Department set it: the owner may lift only what the owner has set.
    official: Mapped[bool] = mapped_column(default=True)
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(120), default="")
    lifted_by_id: Mapped[int | None] = mapped_column(BigInt)
    lift_confirmed_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
    lift_reason: Mapped[str] = mapped_column(Text, default="")


class LotNotice(_Notice, Base):
    """A recall or a hold of a lot."""

    __tablename__ = "lot_notice"
    __table_args__ = (
        CheckConstraint("kind IN ('recall', 'hold')", name="kind"),
        Index(
            "uq_lot_notice_standing",
            "lot_id",
            "kind",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)


class ProductNotice(_Notice, Base):
    """A recall or a hold of a product: of all of it, or of its lots made between two days."""

    __tablename__ = "product_notice"
    __table_args__ = (
        CheckConstraint("kind IN ('recall', 'hold')", name="kind"),
        CheckConstraint("made_from <= made_to", name="made"),
    )

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    # Both days are covered; none leaves that end open.
    made_from: Mapped[date | None]
    made_to: Mapped[date | None]


class DiaryEntry(Base):
    """The frozen header of a diary entry; what the law lets erase stands in `DiaryContent`."""

    __tablename__ = "diary_entry"
    __table_args__ = (
        UniqueConstraint("lot_id", "sequence"),
        # What a phone downloads: the last months of its own.
        Index("ix_diary_entry_received", "entity_id", "received_at"),
        # Who is late, and whose clock is wrong, is reckoned from this alone.
        Index("ix_diary_entry_lately", "received_at", "entity_id", "mark", "skew_seconds"),
        Index(
            "ix_diary_entry_approval",
            "entity_id",
            sqlite_where=text("mark = 'needs_approval'"),
            postgresql_where=text("mark = 'needs_approval'"),
        ),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    stage: Mapped[str] = mapped_column(String(60), default="")
    performed_at: Mapped[datetime]
    device_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    # The phone's time less its measured skew; `received_at` where that can't be trusted.
    recorded_at: Mapped[datetime | None]
    # The phone's clock less the server's when it was sent, whole seconds; none is unknown.
    skew_seconds: Mapped[int | None] = mapped_column(BigInt)
    # The late mark by the limits of the lot's template; empty is of before there were any.
    mark: Mapped[str] = mapped_column(String(14), default="", server_default="")
    location_code: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # Whether somebody else did the work: the content says who.
    on_behalf: Mapped[bool] = mapped_column(default=False, server_default=false())
    recorder_id: Mapped[int | None] = mapped_column(BigInt)
    recorder_label: Mapped[str] = mapped_column(String(120))
    amends: Mapped[UUID | None] = mapped_column(ForeignKey("diary_entry.id"), unique=True)
    public: Mapped[bool]
    request_hash: Mapped[str] = mapped_column(String(64))
    commit: Mapped[str] = mapped_column(String(64))


class DiaryContent(Base):
    """What an entry says. Never changed; erased where the law asks for it.

    The salt goes with it: as long as it stood, a short content could be guessed from `commit`.
    """

    __tablename__ = "diary_content"
    __table_args__ = {"info": {"guard": "no_update"}}  # noqa: RUF012 - SQLAlchemy's own declaration

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("diary_entry.id"), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    performer: Mapped[str] = mapped_column(String(120), default="", server_default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))


class DiaryPhoto(Base):
    """A photo of an entry, by the SHA-256 of the stored file."""

    __tablename__ = "diary_photo"
    __table_args__ = {"info": {"guard": "no_update"}}  # noqa: RUF012 - SQLAlchemy's own declaration

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("diary_entry.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Of the file as a phone sent it, by which the entry promised it; else empty.
    source_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    position: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]


class LotPhoto(Base):
    """A photo sent for a lot and not yet named by an entry."""

    __tablename__ = "lot_photo"

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    received_at: Mapped[datetime]


class ProductionProcess(Base):
    """A version of how a product is made: its stages, approved by an officer from a day on."""

    __tablename__ = "production_process"
    __table_args__ = (UniqueConstraint("product_id", "version"),)

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    version: Mapped[int]
    # What the stages were taken from, where they were taken from a template.
    template_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("process_template_version.id")
    )
    stages: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[date | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(120), default="")
