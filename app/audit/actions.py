from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent

_LOCK = 7_021_954


class Author(Protocol):
    """Who acts, by plain values: this table outlives accounts."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...


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
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = db.scalar(select(func.max(AuditEvent.seq))) or 0
    event = AuditEvent(
        seq=last + 1,
        at=now,
        actor_id=by.account_id,
        actor_label=by.label,
        action=action,
        subject_kind=subject_kind or action.partition(".")[0],
        subject_id=str(subject_id),
        entity_id=entity_id,
        before=_plain(before),
        after=_plain(after),
    )
    db.add(event)
    db.flush()
    return event


def _plain(facts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if facts is None else {str(name): _json(value) for name, value in facts.items()}


def _json(value: object) -> object:
    """Return the value as JSON can hold it: days, instants and ids as text, at any depth."""
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_json(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
