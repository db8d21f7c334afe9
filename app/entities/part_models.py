from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Integer, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Facility(Base):
    """A place where an entity produces: a pond, a plot, a workshop. Retired, never deleted."""

    __tablename__ = "facility"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="point"),
    )

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), index=True)
    # A GLN, or the entity's own code of the place.
    location_code: Mapped[str] = mapped_column(String(40), default="")
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("place.code"), index=True)
    address: Mapped[str] = mapped_column(String(300), default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    retired_on: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class FacilityCode(Base):
    """A code an authority gave a facility: a growing area, a pond, a packing house."""

    __tablename__ = "facility_code"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="validity"),)

    id: Mapped[Key]
    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), index=True)
    scheme: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60), index=True)
    issuer: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    # For which market the code is given, for how much land or water, and for what is grown.
    market: Mapped[str] = mapped_column(String(60), default="", server_default="")
    area_ha: Mapped[float | None] = mapped_column(Numeric(12, 4, asdecimal=False))
    crop: Mapped[str] = mapped_column(String(120), default="", server_default="")
    recorded_at: Mapped[datetime | None]
    # Taken out of use, or withdrawn by whoever gave it, on the day and by the decision told.
    retired_on: Mapped[date | None]
    retire_decision: Mapped[str] = mapped_column(String(60), default="", server_default="")
    retire_reason: Mapped[str] = mapped_column(Text, default="", server_default="")


class Contact(Base):
    """A person to turn to at an entity. Private unless a consent stands for it."""

    __tablename__ = "contact"

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    retired_on: Mapped[date | None]
    created_at: Mapped[datetime]


class Consent(Base):
    """A person's consent that one personal field is published; withdrawn, never deleted."""

    __tablename__ = "consent"

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    # Which field is published: representative, phone, email, address, contact.
    subject: Mapped[str] = mapped_column(String(20))
    given_by: Mapped[str] = mapped_column(String(120))
    given_on: Mapped[date]
    document: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="")


class Training(Base):
    """A training an entity's people took part in."""

    __tablename__ = "training"
    __table_args__ = (CheckConstraint("people > 0", name="people"),)

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    held_on: Mapped[date]
    topic: Mapped[str] = mapped_column(String(200), default="")
    trainer: Mapped[str] = mapped_column(String(120))
    people: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    # A training entered by mistake is struck out and stays in the history.
    struck_at: Mapped[datetime | None]


class Proposal(Base):
    """A change a producer proposes to its own records; live once an officer accepts it."""

    __tablename__ = "change_proposal"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('entity', 'product')", name="subject_kind"),
        CheckConstraint("state IN ('waiting', 'accepted', 'refused', 'withdrawn')", name="state"),
    )

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    subject_kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int] = mapped_column(BigInt)
    # The fields as they stood when it was proposed, and as they shall be.
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
