"""What hangs on an entity, over the API: contacts, consents, trainings."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.orm import Session

from app.entities import consent_actions, contact_actions, part_queries, training_actions
from app.entities.api import Email
from app.entities.part_models import Contact
from app.entities.parts import Subject
from app.entities.rules import reads_private
from app.identity.access import ApiRoute, CurrentActor
from app.identity.rules import Actor
from app.kit.forms import In, Line, Note, Out
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1/entities/{entity_id}", tags=["entities"], route_class=ApiRoute)

# The upper bound only keeps a slip of the pen out.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]
Name = Annotated[Line, Field(min_length=1, max_length=120)]


class ContactIn(In):
    """A person to turn to, private until a consent publishes it."""

    name: Name
    position: Annotated[Line, Field(max_length=120)] = ""
    phone: Annotated[Line, Field(max_length=20)] = ""
    email: Email = ""


class ContactPatch(ContactIn):
    """The fields of a contact to change; what is not named stays."""

    name: Name = ""


class ContactOut(Out):
    """A contact; phone and e-mail are null for who may not read them."""

    id: int
    name: str
    position: str
    phone: str | None
    email: str | None
    retired_on: date | None
    public: bool = False


class ConsentIn(In):
    """A consent to have one personal field published: given by whom, on which day, how."""

    subject: Subject
    contact_id: Annotated[int, Field(ge=1, le=2**62)] | None = None
    given_by: Name
    given_on: Day | None = None
    document: Annotated[Line, Field(max_length=200)] = ""


class ConsentOut(Out):
    id: int
    subject: str
    contact_id: int | None
    given_by: str
    given_on: date
    document: str
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str


class TrainingIn(In):
    """A training the entity's people took part in."""

    held_on: Day
    trainer: Name
    people: Annotated[int, Field(ge=1, le=10_000)]
    topic: Annotated[Line, Field(max_length=200)] = ""
    note: Annotated[Note, Field(max_length=2000)] = ""


class TrainingOut(Out):
    id: int
    held_on: date
    topic: str
    trainer: str
    people: int
    note: str
    recorded_at: datetime
    recorded_by: str
    struck_at: datetime | None


@router.get("/contacts")
def list_contacts(entity_id: Id, db: Db, actor: CurrentActor) -> list[ContactOut]:
    found = part_queries.list_contacts(db, actor=actor, entity_id=entity_id)
    return contacts_out(db, actor, entity_id, found)


@router.post("/contacts", status_code=201)
def add_contact(
    entity_id: Id, given: ContactIn, db: Db, actor: CurrentActor, now: Now
) -> ContactOut:
    contact = contact_actions.add_contact(
        db, actor=actor, now=now, entity_id=entity_id, **given.model_dump()
    )
    return contacts_out(db, actor, entity_id, [contact])[0]


@router.patch("/contacts/{contact_id}")
def change_contact(
    entity_id: Id, contact_id: Id, given: ContactPatch, db: Db, actor: CurrentActor, now: Now
) -> ContactOut:
    facts = given.model_dump(exclude_unset=True)
    contact = contact_actions.change_contact(
        db, actor=actor, now=now, entity_id=entity_id, contact_id=contact_id, **facts
    )
    return contacts_out(db, actor, entity_id, [contact])[0]


@router.post("/contacts/{contact_id}/retire")
def retire_contact(
    entity_id: Id, contact_id: Id, db: Db, actor: CurrentActor, now: Now
) -> ContactOut:
    contact = contact_actions.retire_contact(
        db, actor=actor, now=now, entity_id=entity_id, contact_id=contact_id
    )
    return contacts_out(db, actor, entity_id, [contact])[0]


@router.get("/consents")
def list_consents(entity_id: Id, db: Db, actor: CurrentActor) -> list[ConsentOut]:
    """Return the consents, for who may read the entity's personal fields."""
    found = part_queries.list_consents(db, actor=actor, entity_id=entity_id)
    return [ConsentOut.model_validate(consent) for consent in found]


@router.post("/consents", status_code=201)
def give_consent(
    entity_id: Id, given: ConsentIn, db: Db, actor: CurrentActor, now: Now
) -> ConsentOut:
    consent = consent_actions.give_consent(
        db, actor=actor, now=now, entity_id=entity_id, **given.model_dump()
    )
    return ConsentOut.model_validate(consent)


@router.post("/consents/{consent_id}/withdraw")
def withdraw_consent(
    entity_id: Id, consent_id: Id, db: Db, actor: CurrentActor, now: Now
) -> ConsentOut:
    """Withdraw a consent: what it published is private from this moment on."""
    consent = consent_actions.withdraw_consent(
        db, actor=actor, now=now, entity_id=entity_id, consent_id=consent_id
    )
    return ConsentOut.model_validate(consent)


@router.get("/trainings")
def list_trainings(entity_id: Id, db: Db, actor: CurrentActor) -> list[TrainingOut]:
    found = part_queries.list_trainings(db, actor=actor, entity_id=entity_id)
    return [TrainingOut.model_validate(training) for training in found]


@router.post("/trainings", status_code=201)
def record_training(
    entity_id: Id, given: TrainingIn, db: Db, actor: CurrentActor, now: Now
) -> TrainingOut:
    made = training_actions.record_training(
        db,
        actor=actor,
        now=now,
        people={entity_id: given.people},
        held_on=given.held_on,
        trainer=given.trainer,
        topic=given.topic,
        text=given.note,
    )
    return TrainingOut.model_validate(made[0])


@router.post("/trainings/{training_id}/strike")
def strike_training(
    entity_id: Id, training_id: Id, db: Db, actor: CurrentActor, now: Now
) -> TrainingOut:
    """Strike out a training entered by mistake; it stays in the history."""
    training = training_actions.strike_training(
        db, actor=actor, now=now, entity_id=entity_id, training_id=training_id
    )
    return TrainingOut.model_validate(training)


def contacts_out(
    db: Session, actor: Actor, entity_id: int, found: Sequence[Contact]
) -> list[ContactOut]:
    """Return contacts with phone and e-mail where they are public or the actor may read them."""
    shown = part_queries.published(db, entity_id).contacts
    told = []
    for contact in found:
        out = ContactOut.model_validate(contact)
        out.public = contact.id in shown
        if not (out.public or reads_private(actor, entity_id)):
            out.phone = out.email = None
        told.append(out)
    return told
