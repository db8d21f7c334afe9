from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key


class ProcessTemplate(Base):
    """A way of producing, as the Department describes it for many: what holds is in versions."""

    __tablename__ = "process_template"

    id: Mapped[Key]
    # Stays the same in exports and imports, whatever the name becomes.
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    folded: Mapped[str] = mapped_column(String(200), index=True)
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))


class ProcessTemplateVersion(Base):
    """A version of a template as it was published: never changed, lots are kept by it."""

    __tablename__ = "process_template_version"
    __table_args__ = (
        UniqueConstraint("template_id", "version"),
        {"info": {"guard": "insert_only"}},
    )

    id: Mapped[Key]
    template_id: Mapped[int] = mapped_column(ForeignKey("process_template.id"))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(120))


class ProcessTemplateDraft(Base):
    """What the next version of a template is to say, while officers still write it."""

    __tablename__ = "process_template_draft"

    template_id: Mapped[int] = mapped_column(ForeignKey("process_template.id"), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Counts up with each saving, so that two who write at once hear of each other.
    saved: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(120))
