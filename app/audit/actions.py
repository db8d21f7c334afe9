from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.audit.differences import differences, without_personal
from app.audit.models import AuditEvent
from app.kit.db import beyond_fence
from app.kit.locks import Lock, alone
from app.kit.text import fold

# What is searched of one event: more would make the trail heavy, and nobody reads so far.
_WORDS_CHARS = 1000


class Author(Protocol):
    """Who acts, by plain values: this table outlives accounts."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What one event tells, as `record` takes it."""

    action: str
    subject_id: object
    subject_kind: str = ""
    entity_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(
    db: Session,
    *,
    by: Author,
    now: datetime,
    action: str,
    subject_id: object,
    subject_kind: str = "",
    entity_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add one event, numbered in the order of commits. `product.add` is of a product.

    On PostgreSQL the number is taken under a lock held to the end of the transaction: a
    sequence alone would let a reader who tails `seq` miss a late commit. SQLite has one writer.
    """
    entry = Entry(action, subject_id, subject_kind, entity_id, before, after)
    event = AuditEvent(**_row(entry, by, now, _last(db) + 1))
    db.add(event)
    db.flush()
    return event


def record_many(db: Session, *, by: Author, now: datetime, entries: Iterable[Entry]) -> None:
    """Add events in their order, as `record` does, in a few statements however many they are."""
    last = _last(db)
    rows = [_row(entry, by, now, last + place) for place, entry in enumerate(entries, start=1)]
    if rows:
        # Past the mapped class, which costs more than the rest together for a long import.
        db.connection().execute(insert(AuditEvent), rows)


def _last(db: Session) -> int:
    alone(db, Lock.AUDIT)
    # The number follows the last of all events, not of those the actor may read.
    with beyond_fence(db):
        return db.scalar(select(func.max(AuditEvent.seq))) or 0


def _row(entry: Entry, by: Author, now: datetime, seq: int) -> dict[str, Any]:
    row = {
        "seq": seq,
        "at": now,
        "actor_id": by.account_id,
        "actor_label": by.label,
        "action": entry.action,
        "subject_kind": entry.subject_kind or entry.action.partition(".")[0],
        "subject_id": str(entry.subject_id),
        "entity_id": entry.entity_id,
        "before": _plain(entry.before),
        "after": _plain(entry.after),
    }
    return row | {"folded": words_of(row)}


def words_of(event: Mapping[str, Any]) -> str:
    """Return what an event is found by: who, on what, and the values, folded."""
    changed = differences(event["before"], event["after"])
    values = [
        without_personal(value, one.field)
        for one in changed
        for value in (one.before, one.after)
        if value
    ]
    told = (event["actor_label"], event["subject_id"], *values)
    return " ".join(fold(str(one)) for one in told)[:_WORDS_CHARS]


def _plain(facts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if facts is None else {str(name): _json(value) for name, value in facts.items()}


def _json(value: object) -> object:
    """Return the value as JSON can hold it: days, instants and ids as text, at any depth."""
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_json(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
