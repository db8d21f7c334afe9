from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.scans.models import Scan, ScanTotal, Suspicion


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an active stamp was looked up, and how often of these by one visitor today."""

    lookups: int
    own: int
    first_at: datetime | None
    suspected_at: datetime | None


class Waiting(NamedTuple):
    """Look-ups of one stamp that this process has not yet written."""

    own: int
    others: int
    first_at: datetime | None


_total = (ScanTotal.line == bindparam("line")) & ScanTotal.active
_own = (Scan.line == bindparam("line")) & (Scan.visitor == bindparam("visitor")) & Scan.active
# One statement, built once: building it anew takes longer than running it.
_TALLY: Final = select(
    select(ScanTotal.lookups).where(_total).scalar_subquery(),
    select(ScanTotal.first_at).where(_total).scalar_subquery(),
    select(func.count()).select_from(Scan).where(_own).scalar_subquery(),
    select(Suspicion.set_at).where(Suspicion.line == bindparam("line")).scalar_subquery(),
)


def find_tally(db: Session, *, line: int, visitor: bytes | None) -> Tally:
    """Return the counts of a stamp since its activation, in one statement and so of one moment."""
    row = db.execute(_TALLY, {"line": line, "visitor": visitor or b""}).one()
    lookups, first_at, own, suspected_at = row
    return Tally(lookups or 0, own, first_at, suspected_at)


def find_suspicion(db: Session, *, line: int) -> tuple[str, str, datetime] | None:
    """Return why a stamp is suspected, by whom and since when; None where it is not."""
    found = db.get(Suspicion, line)
    return (found.reason, found.set_by, found.set_at) if found else None
