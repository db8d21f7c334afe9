from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.entities.consent_actions import agree
from app.entities.models import Entity
from app.entities.part_queries import find_consent
from app.entities.parts import ConsentMissing, NotYet, Subject
from app.entities.queries import (
    EntityDissolved,
    find_by_gln,
    find_by_tax_no,
    get_entity,
    lock_entity,
)
from app.entities.rules import PracticeOnly, checked_gln, marked, normalised_tax_no
from app.entities.trail_actions import note
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.saving import check_past, check_seen, touched
from app.kit.text import fold
from app.places.queries import get_commune

# Who agreed to have the phone published: kept as a consent, not with the entity.
_CONSENT: Final = ("consent_by", "consent_on", "consent_document")


# By these the world knows an entity: a practice farm has none.
_NUMBERS: Final = ("tax_no", "registration_no", "gln")


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


class NotDissolved(Conflict):
    """The entity is in operation"""

    code = "entities.not_dissolved"


def add_entity(db: Session, *, actor: Actor, now: datetime, **facts: Any) -> Entity:  # noqa: ANN401 - the columns of Entity
    """Add an entity. Officers only; number and commune are checked.

    `practice` makes it a practice farm, which it stays.
    `phone_public` needs `consent_by`, and may say `consent_on` and `consent_document`.
    """
    actor.require_officer()
    entity = Entity(created_at=now, updated_at=now, name="", folded="", phone_public=False)
    agreed = _taken_out(facts)
    _apply(db, entity, facts, now)
    db.add(entity)
    db.flush()
    note(db, actor, now, "entity.add", entity, None, facts)
    _publish_phone(db, actor, now, entity, agreed)
    return entity


def change_entity(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    seen: datetime | None = None,
    past_is_meant: bool = False,
    **facts: Any,  # noqa: ANN401 - as above
) -> Entity:
    """Change the given fields of an entity; the old values go to the audit trail.

    `seen` is as of when the writer saw it: RecordChanged where somebody was faster. A day of
    dissolution that is past must be meant: what the entity might use, it might not since then.
    """
    get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    entity = lock_entity(db, entity_id)
    check_seen(entity.updated_at, seen)
    gone_on = facts.get("dissolved_on")
    if gone_on is not None and gone_on != entity.dissolved_on:
        check_past(gone_on, day_of(now), meant=past_is_meant)
    agreed = _taken_out(facts)
    before = {name: getattr(entity, name) for name in facts}
    _apply(db, entity, facts, now)
    entity.updated_at = touched(entity.updated_at, now)
    db.flush()
    note(db, actor, now, "entity.change", entity, before, facts)
    _publish_phone(db, actor, now, entity, agreed)
    return entity


def _taken_out(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts.pop(name, None) for name in _CONSENT}


def _publish_phone(
    db: Session, actor: Actor, now: datetime, entity: Entity, agreed: dict[str, Any]
) -> None:
    """See to it that a phone that is to be public has a consent that stands."""
    if not entity.phone_public:
        return
    if find_consent(db, entity_id=entity.id, subject=Subject.PHONE) is not None:
        return
    if not agreed["consent_by"]:
        raise ConsentMissing
    agree(
        db,
        actor=actor,
        now=now,
        entity=entity,
        subject=Subject.PHONE,
        given_by=agreed["consent_by"],
        given_on=agreed["consent_on"],
        document=agreed["consent_document"] or "",
    )


def _apply(db: Session, entity: Entity, facts: dict[str, Any], now: datetime) -> None:
    if "tax_no" in facts:
        facts["tax_no"] = normalised_tax_no(facts["tax_no"] or "")
        _refuse_other(
            entity, facts["tax_no"] and find_by_tax_no(db, facts["tax_no"]), TaxNumberTaken
        )
    if "gln" in facts:
        facts["gln"] = checked_gln(facts["gln"] or "")
        _refuse_other(entity, facts["gln"] and find_by_gln(db, facts["gln"]), GlnTaken)
    # Who is in a commune that was merged since stays there until somebody says where that is now.
    if facts.get("commune_code") not in {None, "", entity.commune_code}:
        get_commune(db, facts["commune_code"], on=day_of(now))
    if facts.get("dissolved_on") and facts["dissolved_on"] > day_of(now):
        raise NotYet(field="dissolved_on")
    for name, value in facts.items():
        setattr(entity, name, value)
    if "dissolved_on" in facts:
        entity.status = "dissolved" if facts["dissolved_on"] else "active"
    if entity.practice:
        if any(getattr(entity, name) for name in _NUMBERS):
            raise PracticeOnly
        # Wherever the name stands, on a phone, in a list or a file, it says so.
        entity.name = marked(entity.name)
    entity.folded = fold(entity.name)


def _refuse_other(
    entity: Entity, other: Entity | str | None, refusal: type[TaxNumberTaken | GlnTaken]
) -> None:
    if isinstance(other, Entity) and other is not entity:
        raise refusal(name=other.name)


def dissolve_entity(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    dissolved_on: date,
    past_is_meant: bool = False,
) -> Entity:
    """Record that an entity ended on a day: it takes no new lots, stamps or products.

    From that day on its rights to use signs hold no longer, without a decision on each; they hold
    again where the dissolution is undone.
    """
    _entity_in(db, actor, entity_id, active=True)
    return change_entity(
        db,
        actor=actor,
        now=now,
        entity_id=entity_id,
        past_is_meant=past_is_meant,
        dissolved_on=dissolved_on,
    )


def revive_entity(db: Session, *, actor: Actor, now: datetime, entity_id: int) -> Entity:
    """Undo a dissolution that was recorded by mistake."""
    _entity_in(db, actor, entity_id, active=False)
    return change_entity(db, actor=actor, now=now, entity_id=entity_id, dissolved_on=None)


def _entity_in(db: Session, actor: Actor, entity_id: int, *, active: bool) -> None:
    entity = get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    if active and entity.dissolved_on is not None:
        raise EntityDissolved(dissolved_on=entity.dissolved_on)
    if not active and entity.dissolved_on is None:
        raise NotDissolved
