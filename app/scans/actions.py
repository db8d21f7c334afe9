import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.db import Base
from app.scans.models import Scan, ScanMonth, ScanTotal, Suspicion, VisitorKey
from app.scans.rules import month_of

RAW_DAYS: Final = 90
_KEY_BYTES: Final = 32


class Visit(NamedTuple):
    """What makes a look-up one: a stamp, a visitor of the day, a minute."""

    line: int
    visitor: bytes
    minute: datetime


class Lookup(NamedTuple):
    """A visit as it is kept; `active` tells whether the stamp was active by then."""

    visit: Visit
    device: str
    active: bool
    product_id: int
    province: str | None = None


class _Sum(NamedTuple):
    lookups: int
    first_at: datetime
    last_at: datetime


def count_lookups(db: Session, lookups: Sequence[Lookup]) -> int:
    """Store look-ups and add the new ones to the totals; return how many were new.

    The same visitor within a minute is one, whichever process saw it. Rows are written in one
    order everywhere, so that two processes never wait for each other in a circle.
    """
    rows = [
        {
            **row.visit._asdict(),
            "device": row.device,
            "active": row.active,
            "province": row.province,
        }
        for row in sorted(lookups, key=lambda row: row.visit)
    ]
    if not rows:
        return 0
    # Rows apart from the statement: all in one VALUES took 240 us a row to build.
    query = _insert(db, Scan).on_conflict_do_nothing()
    kept = db.execute(query.returning(Scan.line, Scan.active, Scan.minute), rows)
    new = [(line, active, minute) for line, active, minute in kept]
    _add_up(db, _sums(new))
    products = {row.visit.line: row.product_id for row in lookups}
    _add_to_months(
        db, Counter((products[line], month_of(minute)) for line, active, minute in new if active)
    )
    return len(new)


def day_key(db: Session, day: date) -> bytes:
    """Return the day's key, making it if no process has yet."""
    find = select(VisitorKey.key).where(VisitorKey.day == day)
    key = db.scalar(find)
    if key is None:
        fresh = {"day": day, "key": secrets.token_bytes(_KEY_BYTES)}
        db.execute(_insert(db, VisitorKey).values(fresh).on_conflict_do_nothing())
        key = db.scalars(find).one()
    return key


def tidy(db: Session, now: datetime) -> None:
    """Destroy the visitor keys of days that are over, and raw look-ups older than 90 days."""
    db.execute(delete(VisitorKey).where(VisitorKey.day < day_of(now)))
    db.execute(delete(Scan).where(Scan.minute < now - timedelta(days=RAW_DAYS)))


def mark_suspicious(
    db: Session, *, actor: Actor, now: datetime, line: int, reason: str
) -> Suspicion:
    """Have the page of a stamp warn that its code may have been copied. Officers only."""
    actor.require_officer()
    found = db.get(Suspicion, line)
    if found is None:
        found = Suspicion(line=line, reason=reason, set_at=now, set_by=actor.label)
        db.add(found)
    found.reason, found.set_at, found.set_by = reason, now, actor.label
    db.flush()
    _noted(db, actor, now, "stamp.suspect", line, {"reason": reason})
    return found


def clear_suspicion(db: Session, *, actor: Actor, now: datetime, line: int, reason: str) -> None:
    """Take the warning back; without one there is nothing to do. Officers only."""
    actor.require_officer()
    found = db.get(Suspicion, line)
    if found is not None:
        db.delete(found)
        db.flush()
        _noted(db, actor, now, "stamp.clear", line, {"reason": reason})


def _sums(new: Sequence[tuple[int, bool, datetime]]) -> dict[tuple[int, bool], _Sum]:
    minutes: dict[tuple[int, bool], list[datetime]] = defaultdict(list)
    for line, active, minute in new:
        minutes[line, active].append(minute)
    return {key: _Sum(len(all_), min(all_), max(all_)) for key, all_ in sorted(minutes.items())}


def _add_up(db: Session, sums: dict[tuple[int, bool], _Sum]) -> None:
    rows = [
        {"line": line, "active": active, **found._asdict()}
        for (line, active), found in sums.items()
    ]
    if not rows:
        return
    query = _insert(db, ScanTotal)
    more, old = query.excluded, ScanTotal
    first_at = case((more.first_at < old.first_at, more.first_at), else_=old.first_at)
    last_at = case((more.last_at > old.last_at, more.last_at), else_=old.last_at)
    db.execute(
        query.on_conflict_do_update(
            index_elements=["line", "active"],
            set_={"lookups": old.lookups + more.lookups, "first_at": first_at, "last_at": last_at},
        ),
        rows,
    )


def _add_to_months(db: Session, counted: Mapping[tuple[int, date], int]) -> None:
    rows = [
        {"product_id": product_id, "month": month, "lookups": lookups}
        for (product_id, month), lookups in sorted(counted.items())
    ]
    if not rows:
        return
    query = _insert(db, ScanMonth)
    added = ScanMonth.lookups + query.excluded.lookups
    db.execute(
        query.on_conflict_do_update(
            index_elements=["product_id", "month"], set_={"lookups": added}
        ),
        rows,
    )


def _insert(db: Session, model: type[Base]) -> Any:  # noqa: ANN401 - the two dialects' own INSERT share no base with ON CONFLICT
    postgres = db.get_bind().dialect.name == "postgresql"
    table = Base.metadata.tables[model.__tablename__]
    return postgresql.insert(table) if postgres else sqlite.insert(table)


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, line: int, after: dict[str, str]
) -> None:
    record(db, by=actor, now=now, action=action, subject_id=line, after=after)
