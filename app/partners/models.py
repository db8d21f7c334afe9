from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Partner(Base):
    """A shop or a platform that sells what others make. Retired, never deleted."""

    __tablename__ = "partner"
    __table_args__ = (CheckConstraint("kind IN ('shop', 'platform')", name="kind"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    website: Mapped[str] = mapped_column(String(200), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    # The hosts its listings may stand on; their subdomains are its own too.
    hosts: Mapped[list[str]] = mapped_column(JSON)
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PartnerKey(Base):
    """A key a partner's programs ask with. Of the token only a hash and its end are kept."""

    __tablename__ = "partner_key"
    __table_args__ = (
        CheckConstraint("per_minute > 0", name="per_minute"),
        CheckConstraint("per_day > 0", name="per_day"),
    )

    id: Mapped[Key]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The last characters of the token, by which people tell their keys apart.
    ending: Mapped[str] = mapped_column(String(4))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    per_minute: Mapped[int]
    per_day: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class PartnerUse(Base):
    """How often a key was used on a day of Vietnam, and how often it was refused for its quota."""

    __tablename__ = "partner_use"

    key_id: Mapped[int] = mapped_column(ForeignKey("partner_key.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int] = mapped_column(BigInt)
    refused: Mapped[int] = mapped_column(BigInt)


class Listing(Base):
    """What a partner says is offered on a page of its own: which product it is.

    One row for each number the partner gives its offers. It counts once it is confirmed.
    """

    __tablename__ = "partner_listing"
    __table_args__ = (
        UniqueConstraint("partner_id", "external_id"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name="state"),
        Index("ix_partner_listing_state_id", "state", "id"),
    )

    id: Mapped[Key]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    # Why it was refused, in the words of who decided.
    reason: Mapped[str] = mapped_column(Text, default="")
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    updated_at: Mapped[datetime]
