from datetime import datetime

from sqlalchemy import CheckConstraint, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Key

_Mm = Numeric(6, 2, asdecimal=False)


class PrintPreset(Base):
    """A grid of stamps on a sheet, or a roll of labels, as a print house wants it; lengths in mm.

    A file keeps the preset it was made with, so a change touches no file. Retired, never deleted.
    """

    __tablename__ = "print_preset"
    __table_args__ = (
        CheckConstraint("kind IN ('sheet', 'roll')", name="kind"),
        CheckConstraint("code_at IN ('below', 'beside')", name="code_at"),
        CheckConstraint("symbol BETWEEN 15 AND 40", name="symbol"),
        CheckConstraint("columns > 0 AND rows > 0", name="grid"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(5))
    page_width: Mapped[float] = mapped_column(_Mm)
    page_height: Mapped[float] = mapped_column(_Mm)
    # None: the columns stand in the middle of the page.
    margin_left: Mapped[float | None] = mapped_column(_Mm)
    margin_top: Mapped[float] = mapped_column(_Mm)
    columns: Mapped[int]
    rows: Mapped[int]
    cell_width: Mapped[float] = mapped_column(_Mm)
    cell_height: Mapped[float] = mapped_column(_Mm)
    gap_x: Mapped[float] = mapped_column(_Mm)
    gap_y: Mapped[float] = mapped_column(_Mm)
    symbol: Mapped[float] = mapped_column(_Mm)
    code_at: Mapped[str] = mapped_column(String(6))
    crop_marks: Mapped[bool]
    # Labels on one roll; 0 on sheets.
    per_roll: Mapped[int]
    # Raised by each change: a file of another version is another file.
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(120))
    retired_at: Mapped[datetime | None]
