from datetime import date, datetime

from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Consent, Contact
from app.entities.part_queries import find_consent, get_part
from app.entities.parts import (
    ConsentThere,
    ConsentWithdrawn,
    NothingToPublish,
    NotYet,
    Subject,
)
from app.entities.queries import get_entity, lock_entity
from app.entities.rules import Kind
from app.entities.trail_actions import note
from app.identity.rules import Actor
from app.kit.clock import day_of


def give_consent(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    subject: str,
    given_by: str,
    given_on: date | None = None,
    document: str = "",
    contact_id: int | None = None,
) -> Consent:
    """Record that a person agreed to have one personal field published, from now on.

    By an officer, or by the entity's owner. A consent to the phone publishes it too.
    """
    entity = _entity(db, actor, entity_id)
    wanted = Subject(subject)
    contact = get_part(db, Contact, contact_id, entity_id=entity.id) if contact_id else None
    _refuse_nothing(entity, wanted, contact)
    consent = agree(
        db,
        actor=actor,
        now=now,
        entity=entity,
        subject=wanted,
        given_by=given_by,
        given_on=given_on,
        document=document,
        contact_id=contact_id,
    )
    if wanted is Subject.PHONE:
        entity.phone_public = True
        db.flush()
    return consent


def agree(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity: Entity,
    subject: Subject,
    given_by: str,
    given_on: date | None,
    document: str,
    contact_id: int | None = None,
) -> Consent:
    """Add a consent to a field whose presence the caller has checked."""
    day = given_on or day_of(now)
    if day > day_of(now):
        raise NotYet(field="given_on")
    standing = find_consent(db, entity_id=entity.id, subject=subject, contact_id=contact_id)
    if standing is not None:
        raise ConsentThere(given_by=standing.given_by, given_on=standing.given_on)
    consent = Consent(
        entity_id=entity.id,
        contact_id=contact_id,
        subject=subject,
        given_by=given_by,
        given_on=day,
        document=document,
        recorded_at=now,
        recorded_by=actor.label,
    )
    db.add(consent)
    db.flush()
    facts = {"subject": subject, "given_by": given_by, "given_on": day, "document": document}
    if contact_id is not None:
        facts["contact"] = db.get_one(Contact, contact_id).name
    note(db, actor, now, "entity.consent.give", entity, None, facts)
    return consent


def withdraw_consent(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, consent_id: int
) -> Consent:
    """End a consent: what it published is private from this moment on."""
    entity = _entity(db, actor, entity_id)
    consent = get_part(db, Consent, consent_id, entity_id=entity.id)
    if consent.withdrawn_at is not None:
        raise ConsentWithdrawn
    consent.withdrawn_at, consent.withdrawn_by = now, actor.label
    facts: dict[str, str | bool] = {"subject": consent.subject, "given_by": consent.given_by}
    if consent.subject == Subject.PHONE:
        facts["phone_public"] = entity.phone_public
        entity.phone_public = False
    db.flush()
    note(db, actor, now, "entity.consent.withdraw", entity, facts, None)
    return consent


def _entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    get_entity(db, entity_id, actor=actor)
    actor.require_member_or_officer(entity_id, owner=True)
    return lock_entity(db, entity_id)


def _refuse_nothing(entity: Entity, subject: Subject, contact: Contact | None) -> None:
    """Refuse a consent to what is empty or retired, or to an address that is public anyway."""
    if subject is Subject.CONTACT:
        there = contact is not None and contact.retired_on is None
    elif subject is Subject.ADDRESS:
        there = entity.kind == Kind.INDIVIDUAL and bool(entity.address)
    else:
        there = contact is None and bool(getattr(entity, subject))
    if not there:
        raise NothingToPublish
