from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class RightHolder(Base):
    """Who owned or managed a right from a day to a day, and the document that says so.

    Without a first day it was so from the beginning, without a last it is so now. Of one role no
    two overlap. One recorded by mistake is struck, never deleted.
    """

    __tablename__ = "right_holder"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'manager')", name="role"),
        CheckConstraint("to_day >= from_day", name="days"),
        CheckConstraint("(struck_at IS NULL) = (struck_by = '')", name="struck"),
    )

    id: Mapped[Key]
    right_id: Mapped[int] = mapped_column(ForeignKey("ip_right.id"), index=True)
    role: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    from_day: Mapped[date | None]
    to_day: Mapped[date | None]
    document: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[str] = mapped_column(String(120), default="")


class RightArea(Base):
    """A part of a right's area: the name in the document, and the commune of today it is.

    A district, or a commune that was merged, has a row for each commune it is a part of now.
    """

    __tablename__ = "right_area"
    __table_args__ = (
        CheckConstraint("to_day >= from_day", name="days"),
        CheckConstraint("(struck_at IS NULL) = (struck_by = '')", name="struck"),
    )

    id: Mapped[Key]
    right_id: Mapped[int] = mapped_column(ForeignKey("ip_right.id"), index=True)
    place_code: Mapped[str | None] = mapped_column(ForeignKey("place.code"), index=True)
    as_written: Mapped[str] = mapped_column(String(120))
    from_day: Mapped[date | None]
    to_day: Mapped[date | None]
    document: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[str] = mapped_column(String(120), default="")


class RightDecision(Base):
    """A decision on a right as a whole. What a right's dates say follows from those that stand.

    One entered by mistake is annulled by another row that names it.
    """

    __tablename__ = "right_decision"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('registered', 'amended', 'renewed', 'suspended', 'resumed', 'ended', "
            "'annulled')",
            name="kind",
        ),
        CheckConstraint("(kind = 'renewed') = (expires_on IS NOT NULL)", name="renewed"),
        CheckConstraint("(kind = 'annulled') = (annuls_id IS NOT NULL)", name="annuls"),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    right_id: Mapped[int] = mapped_column(ForeignKey("ip_right.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    decision_no: Mapped[str] = mapped_column(String(60), default="")
    # As the decision gives it: a day, a month or a year.
    decided_on: Mapped[str] = mapped_column(String(10), default="")
    effective_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    # Of a renewal: the last day from now on and until then, and when it was asked for.
    expires_on: Mapped[date | None]
    expired_on: Mapped[date | None]
    filed_on: Mapped[date | None]
    annuls_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("right_decision.id"), unique=True
    )
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
