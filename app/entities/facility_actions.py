from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Facility, FacilityCode
from app.entities.part_queries import find_by_location_code, get_code, get_part
from app.entities.parts import (
    CodeThere,
    EndsBeforeItStarts,
    HalfAPoint,
    LocationCodeTaken,
    NotYet,
    RetiredAlready,
)
from app.entities.queries import find_by_gln, get_entity, lock_entity
from app.entities.rules import checked_gln
from app.entities.trail_actions import note
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.saving import check_seen, touched
from app.kit.text import fold
from app.places.queries import get_commune

_GLN_DIGITS: Final = 13


def add_facility(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    **facts: Any,  # noqa: ANN401 - the columns of Facility
) -> Facility:
    """Add a place where the entity produces. Officers only; a code of 13 digits must be a GLN."""
    entity = _entity(db, actor, entity_id)
    facility = Facility(entity_id=entity.id, name="", folded="", created_at=now, updated_at=now)
    _apply(db, facility, facts, now)
    db.add(facility)
    db.flush()
    note(db, actor, now, "entity.facility.add", entity, None, {"facility": facility.name} | facts)
    return facility


def change_facility(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    facility_id: int,
    seen: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - as above
) -> Facility:
    """Change the given fields of a facility in use."""
    entity = _entity(db, actor, entity_id)
    facility = _in_use(db, entity, facility_id)
    check_seen(facility.updated_at, seen)
    before = {name: getattr(facility, name) for name in facts}
    _apply(db, facility, facts, now)
    facility.updated_at = touched(facility.updated_at, now)
    db.flush()
    named = {"facility": facility.name}
    note(db, actor, now, "entity.facility.change", entity, named | before, named | facts)
    return facility


def retire_facility(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, facility_id: int
) -> Facility:
    """Take a facility out of use; its lots, batches and codes keep naming it."""
    entity = _entity(db, actor, entity_id)
    facility = _in_use(db, entity, facility_id)
    facility.retired_on, facility.updated_at = day_of(now), touched(facility.updated_at, now)
    db.flush()
    named = {"facility": facility.name}
    note(db, actor, now, "entity.facility.retire", entity, None, named)
    return facility


def restore_facility(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, facility_id: int
) -> Facility:
    """Bring a retired facility back into use, if its location code is still free."""
    entity = _entity(db, actor, entity_id)
    facility = get_part(db, Facility, facility_id, entity_id=entity.id)
    if facility.retired_on is not None:
        _refuse_taken(db, facility, facility.location_code)
        facility.retired_on, facility.updated_at = None, touched(facility.updated_at, now)
        db.flush()
        named = {"facility": facility.name}
        note(db, actor, now, "entity.facility.restore", entity, None, named)
    return facility


def add_code(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    facility_id: int,
    scheme: str,
    code: str,
    issuer: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    market: str = "",
    area_ha: float | None = None,
    crop: str = "",
) -> FacilityCode:
    """Record a code an authority gave a facility in use: opaque, for a market, an area, a crop."""
    entity = _entity(db, actor, entity_id)
    facility = _in_use(db, entity, facility_id)
    if valid_from and valid_to and valid_to < valid_from:
        raise EndsBeforeItStarts(valid_from=valid_from)
    same = select(FacilityCode.id).where(
        FacilityCode.facility_id == facility.id,
        FacilityCode.scheme == scheme,
        FacilityCode.code == code,
        FacilityCode.retired_on.is_(None),
    )
    if db.scalar(same) is not None:
        raise CodeThere
    facts: dict[str, Any] = {"scheme": scheme, "code": code, "issuer": issuer}
    facts |= {"valid_from": valid_from, "valid_to": valid_to}
    facts |= {"market": market, "area_ha": area_ha, "crop": crop}
    made = FacilityCode(facility_id=facility.id, recorded_at=now, **facts)
    db.add(made)
    db.flush()
    named = {"facility": facility.name, "code_id": made.id} | facts
    note(db, actor, now, "entity.facility_code.add", entity, None, named)
    return made


def retire_code(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    facility_id: int,
    code_id: int,
    retired_on: date | None = None,
    decision_no: str = "",
    reason: str = "",
) -> FacilityCode:
    """Take a code out of use, from today or from the past day a decision withdrew it.

    What was recorded under it stays.
    """
    entity = _entity(db, actor, entity_id)
    facility = get_part(db, Facility, facility_id, entity_id=entity.id)
    found = get_code(db, code_id, facility_id=facility.id)
    if found.retired_on is not None:
        raise RetiredAlready(retired_on=found.retired_on)
    day = retired_on or day_of(now)
    if day > day_of(now):
        raise NotYet(field="retired_on")
    found.retired_on, found.retire_decision, found.retire_reason = day, decision_no, reason
    db.flush()
    named = {"facility": facility.name, "code_id": found.id, "scheme": found.scheme}
    named["code"] = found.code
    told = {"retired_on": day, "decision_no": decision_no, "reason": reason}
    before = named | {"retired_on": None}
    note(db, actor, now, "entity.facility_code.retire", entity, before, named | told)
    return found


def _entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    """Return the entity, held so that two changes of its places come one after the other."""
    get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    return lock_entity(db, entity_id)


def _in_use(db: Session, entity: Entity, facility_id: int) -> Facility:
    facility = get_part(db, Facility, facility_id, entity_id=entity.id)
    db.refresh(facility)
    if facility.retired_on is not None:
        raise RetiredAlready(retired_on=facility.retired_on)
    return facility


def _apply(db: Session, facility: Facility, facts: dict[str, Any], now: datetime) -> None:
    if "location_code" in facts:
        facts["location_code"] = _checked_code(db, facility, facts["location_code"] or "")
    # Who is in a commune that was merged since stays there until somebody says where that is now.
    if facts.get("commune_code") not in {None, "", facility.commune_code}:
        get_commune(db, facts["commune_code"], on=day_of(now))
    for name, value in facts.items():
        setattr(facility, name, value)
    if (facility.latitude is None) != (facility.longitude is None):
        raise HalfAPoint
    facility.folded = fold(facility.name)


def _checked_code(db: Session, facility: Facility, written: str) -> str:
    bare = written.replace(" ", "")
    code = bare if bare.isdecimal() else written
    if _is_gln(code):
        code = checked_gln(code, field="location_code") or ""
    _refuse_taken(db, facility, code)
    return code


def _is_gln(code: str) -> bool:
    return len(code) == _GLN_DIGITS and code.isdecimal()


def _refuse_taken(db: Session, facility: Facility, code: str) -> None:
    """Refuse a GLN of another place; an entity's own codes need differ among its places only."""
    if not code:
        return
    owner = find_by_gln(db, code) if _is_gln(code) else None
    if owner is not None and owner.id != facility.entity_id:
        raise LocationCodeTaken(name=owner.name)
    among = None if _is_gln(code) else facility.entity_id
    other = find_by_location_code(db, code, besides=facility.id, entity_id=among)
    if other is not None:
        raise LocationCodeTaken(name=other.name)
