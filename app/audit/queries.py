"""Reads of the audit trail. They know no roles: who may ask is the caller's to decide."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.audit.sought import Sought
from app.kit.paging import Cut, Page, take
from app.kit.text import fold


def list_events(
    db: Session,
    *,
    cut: Cut,
    subject_kind: str = "",
    subject_id: object = "",
    entity_id: int | None = None,
) -> Page[AuditEvent]:
    """Return the history of one subject, or of all that is an entity's, newest first."""
    entities = None if entity_id is None else (entity_id,)
    asked = Sought(subject_kind=subject_kind, subject_id=str(subject_id), entity_ids=entities)
    return search_events(db, cut=cut, sought=asked)


def search_events(db: Session, *, cut: Cut, sought: Sought) -> Page[AuditEvent]:
    """Return the events looked for, newest first."""
    found = take(db, _query(sought), AuditEvent.seq, replace(cut, newest=True, sort=""))
    return Page[AuditEvent](found.items, found.after, found.before)


def _query(sought: Sought) -> Select[Any]:
    query = select(AuditEvent)
    for column, value in (
        (AuditEvent.subject_kind, sought.subject_kind),
        (AuditEvent.subject_id, sought.subject_id),
        (AuditEvent.action, sought.action),
    ):
        if value:
            query = query.where(column == value)
    if sought.entity_ids is not None:
        query = query.where(AuditEvent.entity_id.in_(sought.entity_ids))
    if sought.actor_ids is not None:
        query = query.where(AuditEvent.actor_id.in_(sought.actor_ids))
    if sought.since is not None:
        query = query.where(AuditEvent.at >= sought.since)
    if sought.until is not None:
        query = query.where(AuditEvent.at < sought.until)
    for word in fold(sought.text).split():
        query = query.where(AuditEvent.folded.contains(word, autoescape=True))
    return query
