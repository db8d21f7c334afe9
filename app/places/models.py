from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


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
