from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.models import Entity
from app.entities.queries import find_by_gln, find_by_tax_no, get_entity
from app.entities.rules import checked_gln, normalised_tax_no
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import fold
from app.places.queries import get_commune


class TaxNumberTaken(Conflict):
    """Another entity has this tax number"""

    code = "entities.tax_no_taken"
    detail = N_("It belongs to {name}. Change that record instead of adding a second one.")
    field = "tax_no"

    def __init__(self, *, name: str) -> None:
        self.name = name


class GlnTaken(Conflict):
    """Another entity has this GLN"""

    code = "entities.gln_taken"
    detail = N_("It belongs to {name}. Check the number.")
    field = "gln"

    def __init__(self, *, name: str) -> None:
        self.name = name


def add_entity(db: Session, *, actor: Actor, now: datetime, **facts: Any) -> Entity:  # noqa: ANN401 - the columns of Entity
    """Add an entity. Officers only; number and commune are checked."""
    actor.require_officer()
    entity = Entity(created_at=now, updated_at=now, name="", folded="")
    _apply(db, entity, facts, now)
    db.add(entity)
    db.flush()
    _noted(db, actor, now, "entity.add", entity, None, facts)
    return entity


def change_entity(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> Entity:
    """Change the given fields of an entity; the old values go to the audit trail."""
    entity = get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    before = {name: getattr(entity, name) for name in facts}
    _apply(db, entity, facts, now)
    db.flush()
    _noted(db, actor, now, "entity.change", entity, before, facts)
    return entity


def _apply(db: Session, entity: Entity, facts: dict[str, Any], now: datetime) -> None:
    if "tax_no" in facts:
        facts["tax_no"] = normalised_tax_no(facts["tax_no"] or "")
        _refuse_other(
            entity, facts["tax_no"] and find_by_tax_no(db, facts["tax_no"]), TaxNumberTaken
        )
    if "gln" in facts:
        facts["gln"] = checked_gln(facts["gln"] or "")
        _refuse_other(entity, facts["gln"] and find_by_gln(db, facts["gln"]), GlnTaken)
    if facts.get("commune_code"):
        get_commune(db, facts["commune_code"], on=day_of(now))
    for name, value in facts.items():
        setattr(entity, name, value)
    if "dissolved_on" in facts:
        entity.status = "dissolved" if facts["dissolved_on"] else "active"
    entity.folded, entity.updated_at = fold(entity.name), now


def _refuse_other(
    entity: Entity, other: Entity | str | None, refusal: type[TaxNumberTaken | GlnTaken]
) -> None:
    if isinstance(other, Entity) and other is not entity:
        raise refusal(name=other.name)


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    entity: Entity,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
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
