from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class IpRight(Base):
    """A geographical indication or a mark. Dates that may lack day or month are ISO texts.

    Owner and managing body are those of today, the days it was suspended, resumed and ended what
    its decisions come to: `right_models` holds both over time. `pauses` are earlier suspensions,
    each from a day to the day before another.
    """

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
    # What a geographical indication says of the goods: what they owe to the place.
    quality: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Of the Nice classification, as "29, 31".
    classes: Mapped[str] = mapped_column(String(120), default="", server_default="")
    rules_of_use: Mapped[str] = mapped_column(Text, default="", server_default="")
    # The picture of the sign, by the SHA-256 of its stored master.
    image: Mapped[str] = mapped_column(String(64), default="", server_default="")
    image_width: Mapped[int] = mapped_column(default=0, server_default="0")
    image_height: Mapped[int] = mapped_column(default=0, server_default="0")
    application_no: Mapped[str] = mapped_column(String(40), default="")
    application_date: Mapped[str] = mapped_column(String(10), default="", server_default="")
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
    pauses: Mapped[list[tuple[str, str]]] = mapped_column(
        JSON, default=list, server_default=text("'[]'")
    )
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
    """A right of one entity to use an IP right for one product.

    The days it was suspended, resumed and ended are what its decisions come to: `use_models` holds
    those over time. `pauses` are as above.
    """

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
    source_area: Mapped[str] = mapped_column(String(300), default="", server_default="")
    # Whether the public list of the right's users names it.
    listed: Mapped[bool] = mapped_column(default=True, server_default=true())
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    suspended_on: Mapped[date | None]
    resumed_on: Mapped[date | None]
    pauses: Mapped[list[tuple[str, str]]] = mapped_column(
        JSON, default=list, server_default=text("'[]'")
    )
    ended_on: Mapped[date | None]
    # Whether it was taken away on that day, not given back.
    revoked: Mapped[bool] = mapped_column(default=False, server_default=false())
    status_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
