from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.scans.models import Scan, ScanTotal, Suspicion


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an active stamp was looked up, and how often of these by one visitor today."""

    lookups: int
    own: int
    first_at: datetime | None
    suspected_at: datetime | None


def find_tally(db: Session, *, line: int, visitor: bytes | None) -> Tally:
    """Return the counts of a stamp since its activation, in one statement and so of one moment."""
    total = (ScanTotal.line == line) & ScanTotal.active
    mine = (Scan.line == line) & (Scan.visitor == (visitor or b"")) & Scan.active
    row = db.execute(
        select(
            select(ScanTotal.lookups).where(total).scalar_subquery(),
            select(ScanTotal.first_at).where(total).scalar_subquery(),
            select(func.count()).select_from(Scan).where(mine).scalar_subquery(),
            select(Suspicion.set_at).where(Suspicion.line == line).scalar_subquery(),
        )
    ).one()
    lookups, first_at, own, suspected_at = row
    return Tally(lookups or 0, own, first_at, suspected_at)
