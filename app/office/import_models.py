from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigInt, Key


class ImportJob(Base):
    """A spreadsheet an officer sent, from its dry run to what was made of it."""

    __tablename__ = "import_job"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'planned', 'asked', 'done', 'failed', 'dropped')", name="state"
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    # What the file is: its sheet, headings, and columns and sheets that were not read.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Its rows as they were read, packed; gone once they are no longer needed.
    given: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    # The records changed between dry run and import, and the dry run was made again.
    stale: Mapped[bool] = mapped_column(default=False)
    # How many rows have each fate, and at last what was made of them.
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problem: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_by_id: Mapped[int | None] = mapped_column(BigInt)
    # Who had the rows imported or dropped, and when the state last changed.
    moved_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_by_id: Mapped[int | None] = mapped_column(BigInt)


class ImportRow(Base):
    """A row of the report: what becomes, or became, of a row of the file."""

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_job_id_fate_number", "job_id", "fate", "number"),)

    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    fate: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(String(200))
    record_id: Mapped[int | None] = mapped_column(BigInt)
    # Field by field what is and what shall be, as people read it.
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
    faults: Mapped[list[Any]] = mapped_column(JSON)
