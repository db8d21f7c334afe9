from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.entities.consent_actions import withdraw_consent
from app.entities.models import Entity
from app.entities.part_models import Contact
from app.entities.part_queries import find_consent, get_part
from app.entities.parts import NoWayToReach, RetiredAlready, Subject
from app.entities.queries import get_entity, lock_entity
from app.entities.trail_actions import note
from app.identity.rules import Actor
from app.kit.clock import day_of


def add_contact(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    name: str,
    position: str = "",
    phone: str = "",
    email: str = "",
) -> Contact:
    """Add a person to turn to: private until a consent publishes it. Officers only."""
    entity = _entity(db, actor, entity_id)
    contact = Contact(entity_id=entity.id, created_at=now)
    facts = {"name": name, "position": position, "phone": phone, "email": email}
    _apply(contact, facts)
    db.add(contact)
    db.flush()
    told = {"id": contact.id, "contact": name} | facts
    note(db, actor, now, "entity.contact.add", entity, None, told)
    return contact


def change_contact(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    contact_id: int,
    **facts: Any,  # noqa: ANN401 - the columns of Contact
) -> Contact:
    """Change the given fields of a contact.

    Another name is another person: a consent for the contact is withdrawn with it.
    """
    entity = _entity(db, actor, entity_id)
    contact = _in_use(db, entity, contact_id)
    before = {name: getattr(contact, name) for name in facts}
    _apply(contact, facts)
    db.flush()
    named = {"id": contact.id, "contact": contact.name}
    note(db, actor, now, "entity.contact.change", entity, named | before, named | facts)
    if before.get("name", contact.name) != contact.name:
        _hide(db, actor, now, entity, contact)
    return contact


def retire_contact(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, contact_id: int
) -> Contact:
    """Retire a contact: it is shown to nobody any more, and its consent ends."""
    entity = _entity(db, actor, entity_id)
    contact = _in_use(db, entity, contact_id)
    contact.retired_on = day_of(now)
    db.flush()
    told = {"id": contact.id, "contact": contact.name}
    note(db, actor, now, "entity.contact.retire", entity, None, told)
    _hide(db, actor, now, entity, contact)
    return contact


def _hide(db: Session, actor: Actor, now: datetime, entity: Entity, contact: Contact) -> None:
    consent = find_consent(db, entity_id=entity.id, subject=Subject.CONTACT, contact_id=contact.id)
    if consent is not None:
        withdraw_consent(db, actor=actor, now=now, entity_id=entity.id, consent_id=consent.id)


def _entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    return lock_entity(db, entity_id)


def _in_use(db: Session, entity: Entity, contact_id: int) -> Contact:
    contact = get_part(db, Contact, contact_id, entity_id=entity.id)
    db.refresh(contact)
    if contact.retired_on is not None:
        raise RetiredAlready(retired_on=contact.retired_on)
    return contact


def _apply(contact: Contact, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(contact, name, value)
    if not (contact.phone or contact.email):
        raise NoWayToReach
