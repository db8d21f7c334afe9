from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class IpRight(Base):
    """A geographical indication or a mark. Dates that may lack day or month are ISO texts."""

    __tablename__ = "ip_right"
    __table_args__ = (
        CheckConstraint(
            "type IN ('gi', 'certification_mark', 'collective_mark', 'trademark')", name="type"
        ),
        CheckConstraint("(checked_on IS NULL) = (checked_by = '')", name="checked"),
        CheckConstraint("resumed_on >= suspended_on", name="resumed"),
    )

    id: Mapped[Key]
    type: Mapped[str] = mapped_column(String(20))
    sign: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), index=True)
    goods: Mapped[str] = mapped_column(String(300), default="")
    application_no: Mapped[str] = mapped_column(String(40), default="")
    registration_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    registration_no_as_written: Mapped[str] = mapped_column(String(40), default="")
    registration_date: Mapped[str] = mapped_column(String(10), default="")
    decision_no: Mapped[str] = mapped_column(String(60), default="")
    decision_date: Mapped[str] = mapped_column(String(10), default="")
    expires_on: Mapped[date | None]
    owner: Mapped[str] = mapped_column(String(200), default="")
    owner_entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    managing_body: Mapped[str] = mapped_column(String(200), default="")
    area_as_written: Mapped[str] = mapped_column(Text, default="")
    suspended_on: Mapped[date | None]
    resumed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    status_reason: Mapped[str] = mapped_column(Text, default="")
    checked_on: Mapped[date | None]
    checked_by: Mapped[str] = mapped_column(String(120), default="")
    checked_against: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RightProduct(Base):
    """The link of an entity's own trademark to a product that bears it."""

    __tablename__ = "right_product"

    right_id: Mapped[int] = mapped_column(ForeignKey("ip_right.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True, index=True)


class UseRight(Base):
    """A right of one entity to use an IP right for one product."""

    __tablename__ = "use_right"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        CheckConstraint("resumed_on >= suspended_on", name="resumed"),
    )

    id: Mapped[Key]
    right_id: Mapped[int] = mapped_column(ForeignKey("ip_right.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    form: Mapped[str] = mapped_column(String(20), default="")
    certificate_no: Mapped[str] = mapped_column(String(60), default="")
    decision_no: Mapped[str] = mapped_column(String(60), default="")
    issuer: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    suspended_on: Mapped[date | None]
    resumed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    status_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
