"""Codes of places, of all entities, as one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.certificates.kinds import BY_SCHEME, Kind
from app.certificates.rules import SOON, CertificateFacts, Source, Status, ends_soon, since, status
from app.entities.models import Entity
from app.entities.part_models import Facility, FacilityCode
from app.entities.parts import SCHEME_LABELS
from app.entities.practice_queries import real
from app.entities.queries import names_of
from app.identity.rules import Actor
from app.kit.paging import Cut, Page, take
from app.kit.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """A code of a place, with how it stands today."""

    code: FacilityCode
    facts: CertificateFacts
    scheme: str
    facility: str
    entity_id: int
    entity: str
    status: Status
    since: date | None
    soon: bool


def list_codes(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    day: date,
    text: str = "",
    scheme: str = "",
    state: str = "",
) -> Page[FacilityCode]:
    """Return codes of places the actor sees; `text` is part of a code, name, crop or market."""
    query = select(FacilityCode).join(Facility, Facility.id == FacilityCode.facility_id)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Facility.entity_id.in_(scope))
    else:
        query = query.where(real(Facility.entity_id))
    if text:
        query = query.where(_named(text))
    if scheme:
        query = query.where(FacilityCode.scheme == scheme)
    return take(db, query.where(_in_state(state, day)), FacilityCode.id, cut)


def _named(text: str) -> ColumnElement[bool]:
    folded, written = fold(text), text.strip()
    makers = select(Entity.id).where(Entity.folded.contains(folded, autoescape=True))
    return or_(
        Facility.folded.contains(folded, autoescape=True),
        Facility.entity_id.in_(makers),
        FacilityCode.code.contains(written, autoescape=True),
        FacilityCode.crop.contains(written, autoescape=True),
        FacilityCode.market.contains(written, autoescape=True),
    )


def _in_state(state: str, day: date) -> ColumnElement[bool]:
    made = FacilityCode
    used = made.retired_on.is_(None) | (made.retired_on > day)
    begun = made.valid_from.is_(None) | (made.valid_from <= day)
    in_force = and_(used, begun, made.valid_to.is_(None) | (made.valid_to >= day))
    states: dict[str, ColumnElement[bool]] = {
        "in_force": in_force,
        "expiring": and_(in_force, made.valid_to <= day + SOON),
        "expired": and_(used, made.valid_to < day),
        "revoked": made.retired_on <= day,
    }
    return states.get(state, made.id.is_not(None))


def code_rows(db: Session, found: Sequence[FacilityCode], day: date) -> list[CodeRow]:
    """Return codes as a list shows them, in their order."""
    query = select(Facility).where(Facility.id.in_({one.facility_id for one in found}))
    places = {one.id: one for one in db.scalars(query)}
    entities = names_of(db, {one.entity_id for one in places.values()})
    return [_row(one, places[one.facility_id], entities, day) for one in found]


def _row(one: FacilityCode, place: Facility, entities: dict[int, str], day: date) -> CodeRow:
    facts = CertificateFacts(
        id=one.id,
        kind=BY_SCHEME.get(one.scheme, Kind.OTHER),
        number=one.code,
        entity_id=place.entity_id,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        revoked_on=one.retired_on,
        source=Source.CODE,
    )
    return CodeRow(
        code=one,
        facts=facts,
        scheme=SCHEME_LABELS.get(one.scheme, one.scheme),
        facility=place.name,
        entity_id=place.entity_id,
        entity=entities[place.entity_id],
        status=status(facts, day),
        since=since(facts, day),
        soon=ends_soon(facts, day),
    )
