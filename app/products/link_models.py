from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class LinkHost(Base):
    """A host that links may lead to, those under it included. Kept by officers."""

    __tablename__ = "link_host"

    host: Mapped[str] = mapped_column(String(120), primary_key=True)
    allowed_at: Mapped[datetime]
    allowed_by: Mapped[str] = mapped_column(String(120))


class ProductLink(Base):
    """A producer's own link for a product. Retired, never deleted.

    `language` is of its target, empty where it has none. `failures` counts the checks in a row
    that found nothing there; `fault` is the last one's reason, a msgid or a status.
    """

    __tablename__ = "product_link"

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    host: Mapped[str] = mapped_column(String(253))
    title: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(5), default="")
    rel: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    retired_on: Mapped[date | None]
    checked_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(80), default="")
