from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class Level(StrEnum):
    PROVINCE = "province"
    COMMUNE = "commune"


class Place(Base):
    """A province or a commune, ward or special zone."""

    __tablename__ = "place"
    __table_args__ = (CheckConstraint("level IN ('province', 'commune')", name="level"),)

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("place.code"), index=True)
    level: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class FormerPlace(Base):
    """A commune's name before a merger, with the commune of today a part of it belongs to."""

    __tablename__ = "former_place"
    __table_args__ = (UniqueConstraint("folded", "district_folded", "commune_code"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80))
    district: Mapped[str] = mapped_column(String(80), default="")
    district_folded: Mapped[str] = mapped_column(String(80), default="")
    commune_code: Mapped[str] = mapped_column(ForeignKey("place.code"), index=True)
