from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class Product(Base):
    """A product of one entity, with or without a GTIN."""

    __tablename__ = "product"
    __table_args__ = (CheckConstraint("status IN ('active', 'retired')", name="status"),)

    id: Mapped[Key]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), index=True)
    gtin: Mapped[str | None] = mapped_column(String(14), unique=True)
    own_code: Mapped[str] = mapped_column(String(40), default="")
    brand: Mapped[str] = mapped_column(String(120), default="")
    model: Mapped[str] = mapped_column(String(120), default="", server_default="")
    ocop_group: Mapped[str] = mapped_column(String(30), default="")
    net_content: Mapped[str] = mapped_column(String(60), default="")
    # A right to use a sign is granted for a form; where none is said, any will do.
    form: Mapped[str] = mapped_column(String(20), default="", server_default="")
    # What one stamped piece holds, in a unit of the diary: active stamps are weighed against lots.
    net_quantity: Mapped[float | None] = mapped_column(Numeric(14, 3, asdecimal=False))
    net_unit: Mapped[str] = mapped_column(String(3), default="", server_default="")
    ingredients: Mapped[str] = mapped_column(Text, default="")
    usage: Mapped[str] = mapped_column(Text, default="")
    storage: Mapped[str] = mapped_column(Text, default="")
    warnings: Mapped[str] = mapped_column(Text, default="")
    shelf_life: Mapped[str] = mapped_column(String(120), default="")
    shelf_life_days: Mapped[int | None]
    origin: Mapped[str] = mapped_column(String(300), default="")
    story: Mapped[str] = mapped_column(Text, default="")
    self_declaration_no: Mapped[str] = mapped_column(String(60), default="", server_default="")
    self_declared_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(10), default="active")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProductPack(Base):
    """A pack a product is sold in, with its own GTIN where it has one. Retired, never deleted."""

    __tablename__ = "product_pack"
    __table_args__ = (CheckConstraint("net_quantity > 0", name="net_quantity"),)

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    net_quantity: Mapped[float | None] = mapped_column(Numeric(14, 3, asdecimal=False))
    net_unit: Mapped[str] = mapped_column(String(3), default="")
    gtin: Mapped[str | None] = mapped_column(String(14), unique=True)
    retired_on: Mapped[date | None]


class OcopSubgroup(Base):
    """A sub-group of the programme's product groups, in one version of the list."""

    __tablename__ = "ocop_subgroup"

    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    ocop_group: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(200))
    # The decision the list comes from, and from when on it is used.
    source: Mapped[str] = mapped_column(String(120), default="")
    valid_from: Mapped[date | None]


class ProductStandard(Base):
    """A standard a product is made to. Retired, never deleted."""

    __tablename__ = "product_standard"

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200), default="")
    issued: Mapped[str] = mapped_column(String(10), default="")
    retired_on: Mapped[date | None]


class ProductPicture(Base):
    """A picture of a product, kept by the SHA-256 of its stored master."""

    __tablename__ = "product_picture"

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    position: Mapped[int]
    created_at: Mapped[datetime]


class OcopCertificate(Base):
    """An OCOP certificate: stars for a product, from a day to a day, unless revoked."""

    __tablename__ = "ocop_certificate"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 3 AND 5", name="stars"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
    )

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    stars: Mapped[int]
    # As "version/code" of the list it was made under.
    subgroup: Mapped[str] = mapped_column(String(31), default="", server_default="")
    score: Mapped[float | None] = mapped_column(Numeric(5, 2, asdecimal=False))
    certificate_no: Mapped[str] = mapped_column(String(60), default="")
    decision_no: Mapped[str] = mapped_column(String(60))
    issuer: Mapped[str] = mapped_column(String(200))
    # Of which level the issuer is; empty where nobody said.
    issuer_level: Mapped[str] = mapped_column(String(10), default="", server_default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    revoked_on: Mapped[date | None]
    revocation_decision: Mapped[str] = mapped_column(String(60), default="")
    revocation_reason: Mapped[str] = mapped_column(Text, default="")
    # None for what was recorded before this was kept.
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
    struck_at: Mapped[datetime | None]
    struck_reason: Mapped[str] = mapped_column(Text, default="", server_default="")


class OcopIssuer(Base):
    """Which level grants so many stars from a day on. Rows are only added.

    Of those from one day the one recorded last counts; an empty level says that nothing is known.
    """

    __tablename__ = "ocop_issuer"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 3 AND 5", name="stars"),
        CheckConstraint("level IN ('', 'district', 'province', 'centre')", name="level"),
    )

    id: Mapped[Key]
    stars: Mapped[int]
    level: Mapped[str] = mapped_column(String(10))
    valid_from: Mapped[date]
    source: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
