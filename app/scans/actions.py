import secrets
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.db import Base
from app.scans.models import Scan, Suspicion, VisitorKey
from app.scans.rules import RAW_DAYS

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


def _insert(db: Session, model: type[Base]) -> Any:  # noqa: ANN401 - the two dialects' own INSERT share no base with ON CONFLICT
    postgres = db.get_bind().dialect.name == "postgresql"
    table = Base.metadata.tables[model.__tablename__]
    return postgresql.insert(table) if postgres else sqlite.insert(table)


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, line: int, after: dict[str, str]
) -> None:
    record(db, by=actor, now=now, action=action, subject_id=line, after=after)
