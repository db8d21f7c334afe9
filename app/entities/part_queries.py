from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Consent, Contact, Facility, FacilityCode, Training
from app.entities.parts import Published, Subject
from app.entities.queries import get_entity
from app.entities.rules import reads_private
from app.identity.rules import Actor, NotAllowed
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold

Part = TypeVar("Part", Facility, Contact, Consent, Training)


class NoSuchPart(NotFound):
    """The entity has no such record"""

    code = "entities.part_not_found"
    detail = N_("It may belong to somebody else. Load the entity again.")


def get_part(db: Session, kind: type[Part], part_id: int, *, entity_id: int) -> Part:
    """Return a facility, contact, consent or training of that entity, or raise NoSuchPart."""
    part = db.get(kind, part_id)
    if part is None or part.entity_id != entity_id:
        raise NoSuchPart
    return part


def get_code(db: Session, code_id: int, *, facility_id: int) -> FacilityCode:
    code = db.get(FacilityCode, code_id)
    if code is None or code.facility_id != facility_id:
        raise NoSuchPart
    return code


def list_facilities(db: Session, *, actor: Actor, entity_id: int) -> list[Facility]:
    """Return the facilities of an entity, those in use first."""
    entity = get_entity(db, entity_id, actor=actor)
    order = Facility.retired_on.is_not(None), Facility.folded, Facility.id
    return list(
        db.scalars(select(Facility).where(Facility.entity_id == entity.id).order_by(*order))
    )


def codes_of(db: Session, facility_ids: Iterable[int]) -> Mapping[int, list[FacilityCode]]:
    """Return the codes of facilities, those in use first; each facility asked for has a list."""
    found: dict[int, list[FacilityCode]] = {facility_id: [] for facility_id in facility_ids}
    query = select(FacilityCode).where(FacilityCode.facility_id.in_(found))
    order = FacilityCode.retired_on.is_not(None), FacilityCode.id
    for code in db.scalars(query.order_by(*order)):
        found[code.facility_id].append(code)
    return found


def find_by_location_code(
    db: Session, code: str, *, besides: int | None, entity_id: int | None = None
) -> Facility | None:
    """Return another facility in use that has a location code, of that entity or of any."""
    query = select(Facility).where(Facility.location_code == code, Facility.retired_on.is_(None))
    if besides is not None:
        query = query.where(Facility.id != besides)
    if entity_id is not None:
        query = query.where(Facility.entity_id == entity_id)
    return db.scalars(query.order_by(Facility.id)).first()


def list_contacts(db: Session, *, actor: Actor, entity_id: int) -> list[Contact]:
    entity = get_entity(db, entity_id, actor=actor)
    order = Contact.retired_on.is_not(None), Contact.id
    return list(db.scalars(select(Contact).where(Contact.entity_id == entity.id).order_by(*order)))


def list_consents(db: Session, *, actor: Actor, entity_id: int) -> list[Consent]:
    """Return the consents of an entity, those that stand first: they name who gave them."""
    entity = get_entity(db, entity_id, actor=actor)
    if not reads_private(actor, entity.id):
        raise NotAllowed
    order = Consent.withdrawn_at.is_not(None), Consent.id.desc()
    return list(db.scalars(select(Consent).where(Consent.entity_id == entity.id).order_by(*order)))


def find_consent(
    db: Session, *, entity_id: int, subject: Subject, contact_id: int | None = None
) -> Consent | None:
    """Return the consent that stands for one field, or for one contact."""
    query = select(Consent).where(
        Consent.entity_id == entity_id,
        Consent.subject == subject,
        Consent.withdrawn_at.is_(None),
        Consent.contact_id.is_(None) if contact_id is None else Consent.contact_id == contact_id,
    )
    return db.scalars(query).first()


def published(db: Session, entity_id: int) -> Published:
    """Return which personal fields of an entity the public may read, by the consents that stand.

    The phone needs the entity's own `phone_public` besides.
    """
    return published_of(db, [entity_id])[entity_id]


def published_of(db: Session, entity_ids: Iterable[int]) -> Mapping[int, Published]:
    """Return what is published of entities; see `published`."""
    subjects: dict[int, set[str]] = {entity_id: set() for entity_id in entity_ids}
    contacts: dict[int, set[int]] = defaultdict(set)
    query = (
        select(Consent.entity_id, Consent.subject, Consent.contact_id, Entity.phone_public)
        .join(Entity, Entity.id == Consent.entity_id)
        .where(Consent.entity_id.in_(subjects), Consent.withdrawn_at.is_(None))
    )
    for entity_id, subject, contact_id, phone_public in db.execute(query):
        if contact_id is not None:
            contacts[entity_id].add(contact_id)
        elif subject != Subject.PHONE or phone_public:
            subjects[entity_id].add(subject)
    return {one: Published(frozenset(subjects[one]), frozenset(contacts[one])) for one in subjects}


def list_published_contacts(db: Session, shown: Published) -> list[Contact]:
    query = select(Contact).where(Contact.id.in_(shown.contacts), Contact.retired_on.is_(None))
    return list(db.scalars(query.order_by(Contact.id)))


def list_trainings(db: Session, *, actor: Actor, entity_id: int) -> list[Training]:
    """Return the trainings of an entity, the latest first, struck ones too."""
    entity = get_entity(db, entity_id, actor=actor)
    query = select(Training).where(Training.entity_id == entity.id)
    return list(db.scalars(query.order_by(Training.held_on.desc(), Training.id.desc())))


def list_all_trainings(db: Session, *, actor: Actor, cut: Cut, text: str = "") -> Page[Training]:
    """Return the trainings the actor sees, of all entities; `text` is part of an entity's name."""
    query = select(Training)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Training.entity_id.in_(scope))
    if text:
        query = query.where(Training.entity_id.in_(select(Entity.id).where(named(text))))
    return take(db, query, Training.id, cut)


def named(text: str) -> ColumnElement[bool]:
    """Return the condition that a part of an entity's name is as written, but for diacritics."""
    return Entity.folded.contains(fold(text), autoescape=True)
