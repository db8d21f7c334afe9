from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.kit.db import numbers_asked
from app.scans.models import Scan, ScanMonth, ScanTotal, Suspicion


class Tally(NamedTuple):
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


NONE_WAIT: Final = Waiting(0, 0, None)
_asked = numbers_asked("lines")
# Built once: building them anew takes longer than running them.
_TOTALS: Final = (
    select(_asked.c.number, ScanTotal.lookups, ScanTotal.first_at, Suspicion.set_at)
    .select_from(_asked)
    .outerjoin(ScanTotal, and_(ScanTotal.line == _asked.c.number, ScanTotal.active))
    .outerjoin(Suspicion, Suspicion.line == _asked.c.number)
)
# SQLite reads the whole table for (line, visitor) IN (VALUES ...). So it seeks every pair of the
# two lists, and those not asked for are left aside.
_OWN: Final = (
    select(Scan.line, Scan.visitor, func.count().label("own"))
    .where(
        Scan.line.in_(bindparam("lines", expanding=True)),
        Scan.visitor.in_(bindparam("visitors", expanding=True)),
        Scan.active,
    )
    .group_by(Scan.line, Scan.visitor)
)
Looker = tuple[int, bytes | None]


def find_tally(db: Session, *, line: int, visitor: bytes | None) -> Tally:
    """Return the counts of a stamp since its activation, and those of one visitor."""
    return find_tallies(db, [(line, visitor)])[line, visitor]


def find_tallies(db: Session, lookers: Collection[Looker]) -> dict[Looker, Tally]:
    """Return the counts for each stamp and visitor asked for. Two statements, however many."""
    lines = list({line for line, _ in lookers})
    totals = {row.number: row for row in db.execute(_TOTALS, {"lines": lines})}
    looked_up = {line for line in lines if totals[line].lookups}
    visitors = {who for line, who in lookers if who is not None and line in looked_up}
    rows = db.execute(_OWN, {"lines": looked_up, "visitors": visitors}) if visitors else ()
    own = {(row.line, row.visitor): row.own for row in rows}
    return {
        (line, visitor): Tally(
            totals[line].lookups or 0,
            own.get((line, visitor), 0),
            totals[line].first_at,
            totals[line].set_at,
        )
        for line, visitor in lookers
    }


def lookups_by_month(
    db: Session, product_ids: Iterable[int], *, since: date
) -> dict[tuple[int, date], int]:
    """Return the look-ups of active stamps by product and first day of the month."""
    query = select(ScanMonth).where(
        ScanMonth.product_id.in_(set(product_ids)), ScanMonth.month >= since
    )
    return {(row.product_id, row.month): row.lookups for row in db.scalars(query)}


def find_suspicion(db: Session, *, line: int) -> tuple[str, str, datetime] | None:
    """Return why a stamp is suspected, by whom and since when; None where it is not."""
    found = db.get(Suspicion, line)
    return (found.reason, found.set_by, found.set_at) if found else None
