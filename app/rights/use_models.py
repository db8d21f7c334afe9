from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class UseRightDecision(Base):
    """A decision on a use right, kept as it was recorded. Insert-only.

    It holds from `effective_on`; a suspension may say its last day in `until`. One that was
    mistaken is annulled by another. What holds today is read off all of them, see `deciding`.
    """

    __tablename__ = "use_right_decision"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('granted', 'amended', 'suspended', 'resumed', 'revoked', 'ended',"
            " 'annulled')",
            name="kind",
        ),
        CheckConstraint("(kind = 'annulled') = (annuls_id IS NOT NULL)", name="annuls"),
        CheckConstraint("until >= effective_on", name="until"),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    use_right_id: Mapped[int] = mapped_column(ForeignKey("use_right.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    decision_no: Mapped[str] = mapped_column(String(60), default="")
    decided_on: Mapped[date | None]
    effective_on: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    annuls_id: Mapped[int | None] = mapped_column(ForeignKey("use_right_decision.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_by_id: Mapped[int | None] = mapped_column(BigInt)


class UseObservation(Base):
    """Whether an entity was found to use a right in fact, on the day somebody looked. Insert-only.

    Without a product it was looked at for all of the entity's.
    """

    __tablename__ = "use_observation"
    __table_args__ = (
        Index("ix_use_observation_right_id_entity_id", "right_id", "entity_id"),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    right_id: Mapped[int] = mapped_column(ForeignKey("ip_right.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    seen_on: Mapped[date]
    in_use: Mapped[bool]
    # An inspection belongs to a higher slice, so this is no foreign key.
    inspection_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_by_id: Mapped[int | None] = mapped_column(BigInt)


class RightManager(Base):
    """An account that keeps the users of a right for its owner, until that is ended."""

    __tablename__ = "right_manager"
    __table_args__ = (
        Index(
            "uq_right_manager_now",
            "right_id",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by = '')", name="ended"),
    )

    id: Mapped[Key]
    right_id: Mapped[int] = mapped_column(ForeignKey("ip_right.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    appointed_at: Mapped[datetime]
    appointed_by: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(120), default="")


class UseObjection(Base):
    """What the Department holds against a use right, the manager's answer, and how it ended."""

    __tablename__ = "use_objection"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'settled', 'upheld', 'withdrawn')", name="outcome"),
        CheckConstraint("(closed_at IS NULL) = (outcome = '')", name="closed"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),
        Index(
            "ix_use_objection_open",
            "use_right_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    use_right_id: Mapped[int] = mapped_column(ForeignKey("use_right.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    raised_by: Mapped[str] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    outcome: Mapped[str] = mapped_column(String(9), default="")
    conclusion: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(120), default="")
