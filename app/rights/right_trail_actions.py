from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.rights.models import IpRight


def note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    right: IpRight,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record a change of a right in the audit trail.

    Columns of the right go by their names, on both sides; what else is told goes by others.
    """
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=right.id,
        entity_id=right.owner_entity_id,
        before=before,
        after=after,
    )


def changed(right: IpRight, before: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what of a right's columns is another value now: what it was, and what it is."""
    names = [name for name, value in before.items() if value != getattr(right, name)]
    return {name: before[name] for name in names}, {name: getattr(right, name) for name in names}


def columns(right: IpRight, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(right, name) for name in names}
