from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record_many
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.bulk import add_rows
from app.kit.imports import Fate, Planned
from app.kit.text import fold

# Every row the same columns, or the rows would not go into one statement.
_BLANK: Final = {
    column.name: None if column.nullable else ""
    for column in Entity.__table__.columns
    if column.name not in {"id", "created_at", "updated_at"}
} | {"phone_public": False, "practice": False, "status": "active"}


def import_entities(
    db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]
) -> None:
    """Add and change entities as planned, a few statements for all of them. Officers only.

    The plan must be of this transaction, with the table locked where others write to it.
    """
    actor.require_officer()
    new = [one for one in planned if one.fate is Fate.NEW]
    changed = [one for one in planned if one.fate is Fate.CHANGED]
    added = [_BLANK | _written(one.facts, now) | {"created_at": now} for one in new]
    ids = add_rows(db, Entity, added)
    if changed:
        db.execute(
            update(Entity), [{"id": one.record_id} | _written(one.facts, now) for one in changed]
        )
    record_many(
        db,
        by=actor,
        now=now,
        entries=[
            *(
                Entry("entity.add", key, entity_id=key, after=one.facts)
                for key, one in zip(ids, new, strict=True)
            ),
            *(
                Entry(
                    "entity.change",
                    one.record_id,
                    entity_id=one.record_id,
                    before=one.before,
                    after=one.facts,
                )
                for one in changed
            ),
        ],
    )


def _written(facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    written = facts | {"updated_at": now}
    if "name" in facts:
        written["folded"] = fold(facts["name"])
    if "dissolved_on" in facts:
        written["status"] = "dissolved"
    return written
