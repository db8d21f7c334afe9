"""The form of a consent, and how it is withdrawn: by an officer or by the entity's owner."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities import consent_actions, part_queries, queries
from app.entities.models import Entity
from app.entities.part_api import ConsentIn
from app.entities.parts import SUBJECT_LABELS, Subject
from app.entities.rules import Kind
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.forms import Filled, Form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words

router = APIRouter(
    prefix="/office/entities/{entity_id}/consents", route_class=OnceRoute, include_in_schema=False
)

GIVEN = sayable(N_("The consent was recorded. The field is public from now on."))
WITHDRAWN = sayable(N_("The consent was withdrawn. The field is private from now on."))


@dataclass(frozen=True)
class ConsentFormView:
    """The form that records a consent: to a field, or to a contact."""

    form: Filled
    entity: Entity
    subjects: list[tuple[str, str]]
    contacts: list[tuple[str, str]]


@router.get("/new")
def new_consent(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    entity_id: Id,
    subject: str = "",
    contact: str = "",
) -> Response:
    entity = _entity(db, actor, entity_id)
    given = {"subject": subject, "contact_id": contact, "given_on": day_of(now).isoformat()}
    return _form(request, db, actor, entity, Filled(given))


@router.post("/new")
def give_consent(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, entity_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)

    def save(given: ConsentIn) -> None:
        consent_actions.give_consent(
            db, actor=actor, now=now, entity_id=entity_id, **given.model_dump()
        )

    wrong = submit(db, ConsentIn, sent, words, save)
    if wrong is not None:
        return _form(request, db, actor, entity, wrong)
    return go(f"/office/entities/{entity_id}", say=GIVEN)


@router.post("/{consent_id}/withdraw")
def withdraw_consent(
    db: Db, actor: CurrentActor, now: Now, entity_id: Id, consent_id: Id
) -> Response:
    consent_actions.withdraw_consent(
        db, actor=actor, now=now, entity_id=entity_id, consent_id=consent_id
    )
    return go(f"/office/entities/{entity_id}", say=WITHDRAWN)


def _entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    entity = queries.get_entity(db, entity_id, actor=actor)
    actor.require_member_or_officer(entity_id, owner=True)
    return entity


def _form(request: Request, db: Session, actor: Actor, entity: Entity, form: Filled) -> Response:
    left_out = set() if entity.kind == Kind.INDIVIDUAL else {Subject.ADDRESS}
    contacts = part_queries.list_contacts(db, actor=actor, entity_id=entity.id)
    view = ConsentFormView(
        form=form,
        entity=entity,
        subjects=[one for one in SUBJECT_LABELS.items() if one[0] not in left_out],
        contacts=[(str(one.id), one.name) for one in contacts if one.retired_on is None],
    )
    return show(request, "entities/consent.html", view, status=422 if form.wrong else 200)
