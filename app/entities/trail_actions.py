from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.models import Entity
from app.identity.rules import Actor


def note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    entity: Entity,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record a change of an entity, or of what hangs on it, in the audit trail."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=entity.id,
        entity_id=entity.id,
        before=before,
        after=after,
    )
