from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class Entity(Base):
    """An OCOP subject (chủ thể)."""

    __tablename__ = "entity"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'dissolved')", name="status"),
        CheckConstraint("(status = 'dissolved') = (dissolved_on IS NOT NULL)", name="dissolved"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    tax_no: Mapped[str | None] = mapped_column(String(14), unique=True)
    registration_no: Mapped[str] = mapped_column(String(40), default="", server_default="")
    gln: Mapped[str | None] = mapped_column(String(13), unique=True)
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("place.code"), index=True)
    address: Mapped[str] = mapped_column(String(300), default="")
    address_as_written: Mapped[str] = mapped_column(String(300), default="")
    # The address before the communes were merged, as certificates and labels still bear it.
    address_legacy: Mapped[str] = mapped_column(String(300), default="", server_default="")
    representative: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    phone_public: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str] = mapped_column(String(120), default="", server_default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(10), default="active")
    dissolved_on: Mapped[date | None]
    # A farm for training: nothing of it is public, counted or given stamps.
    practice: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
