from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class Certificate(Base):
    """A certificate of an entity: for all it makes, for one product, or for one place.

    It holds from `valid_from` to the end of `valid_to`, unless revoked; without a last day until
    it is revoked.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="validity"),
        CheckConstraint("revoked_on IS NULL OR revocation_reason <> ''", name="revoked"),
        CheckConstraint("(struck_at IS NULL) = (struck_reason = '')", name="struck"),
        Index("ix_certificate_kind_key", "kind", "number_key"),
    )

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(60))
    # The number without case, blanks and signs between: by it one typed twice is found.
    number_key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200), default="")
    issuer: Mapped[str] = mapped_column(String(200), default="")
    # What it covers, as the paper says it.
    scope: Mapped[str] = mapped_column(Text, default="")
    issued_on: Mapped[date | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(index=True)
    revoked_on: Mapped[date | None]
    revocation_decision: Mapped[str] = mapped_column(String(60), default="")
    revocation_reason: Mapped[str] = mapped_column(Text, default="")
    public: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The one this renews; that one keeps its own dates.
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    folded: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    updated_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[str] = mapped_column(String(120), default="")
    struck_reason: Mapped[str] = mapped_column(Text, default="")


class CertificatePolicy(Base):
    """What products of a group must have before stamps are activated, from a day on.

    Rows are only added: for a group the one from the latest day that has come counts, of one day
    the one recorded last. An empty group is every product of no row of its own.
    """

    __tablename__ = "certificate_policy"
    __table_args__ = (Index("ix_certificate_policy_group", "ocop_group", "in_force_from"),)

    id: Mapped[Key]
    ocop_group: Mapped[str] = mapped_column(String(30), default="")
    # Kinds that are all needed, and kinds of which one is enough.
    all_of: Mapped[list[str]] = mapped_column(JSON)
    any_of: Mapped[list[str]] = mapped_column(JSON)
    in_force_from: Mapped[date]
    source: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_by_id: Mapped[int | None] = mapped_column(BigInt)
