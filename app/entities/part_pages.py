"""The forms of an entity's facilities and its contacts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities import contact_actions, facility_actions, queries
from app.entities.facility_api import FacilityIn
from app.entities.models import Entity
from app.entities.part_api import ContactIn
from app.entities.part_models import Contact, Facility
from app.entities.part_queries import get_part
from app.entities.place_queries import PlaceChoice, place_choice
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.forms import Filled, Form, filled_from
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import as_of, beside, submit
from app.kit.web import Db, Id, Now, Words
from app.places.queries import place_text

router = APIRouter(
    prefix="/office/entities/{entity_id}", route_class=OnceRoute, include_in_schema=False
)

FACILITY_SAVED = sayable(N_("The facility was saved."))
FACILITY_RETIRED = sayable(N_("The facility was retired. You can bring it back."))
FACILITY_RESTORED = sayable(N_("The facility is in use again."))
CONTACT_SAVED = sayable(N_("The contact was saved. It is private."))
CONTACT_RETIRED = sayable(N_("The contact was retired."))
_NEW: Final = Filled()


@dataclass(frozen=True)
class FacilityFormView:
    """The form that adds or changes a facility."""

    form: Filled
    entity: Entity
    facility: Facility | None
    places: PlaceChoice


@dataclass(frozen=True)
class ContactFormView:
    """The form that adds or changes a contact."""

    form: Filled
    entity: Entity
    contact: Contact | None


class FacilityEdit(FacilityIn):
    """The form that changes a facility: all its fields at once."""

    seen: datetime | None = None


def _entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    found = queries.get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    return found


def _home(entity_id: int, say: str) -> Response:
    return go(f"/office/entities/{entity_id}", say=say)


@router.get("/facilities/new")
def new_facility(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    entity = _entity(db, actor, entity_id)
    given = {"commune_code": entity.commune_code or ""}
    return _facility_form(request, db, entity, Filled(given | dict(request.query_params)))


@router.post("/facilities/new")
def add_facility(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, entity_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)

    def save(given: FacilityIn) -> None:
        facility_actions.add_facility(
            db, actor=actor, now=now, entity_id=entity_id, **given.model_dump()
        )

    wrong = submit(db, FacilityIn, sent, words, save)
    if wrong is not None:
        return _facility_form(request, db, entity, wrong)
    return _home(entity_id, FACILITY_SAVED)


@router.get("/facilities/{facility_id}/edit")
def edit_facility(
    request: Request, db: Db, actor: CurrentActor, entity_id: Id, facility_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)
    facility = get_part(db, Facility, facility_id, entity_id=entity_id)
    kept = as_of(filled_from(facility, FacilityIn.model_fields), facility.updated_at)
    form = Filled({**kept.values, **request.query_params})
    return _facility_form(request, db, entity, form, facility)


@router.post("/facilities/{facility_id}/edit")
def change_facility(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    entity_id: Id,
    facility_id: Id,
) -> Response:
    entity = _entity(db, actor, entity_id)
    facility = get_part(db, Facility, facility_id, entity_id=entity_id)

    def save(given: FacilityEdit) -> None:
        facts = given.model_dump() | {"entity_id": entity_id, "facility_id": facility_id}
        facility_actions.change_facility(db, actor=actor, now=now, **facts)

    def stale() -> Filled:
        current = as_of(filled_from(facility, FacilityIn.model_fields), facility.updated_at)
        said = {facility.commune_code: place_text(db, facility.commune_code)}
        return beside(sent, current, words, lambda _name, value: said.get(value, value))

    wrong = submit(db, FacilityEdit, sent, words, save, stale=stale)
    if wrong is not None:
        return _facility_form(request, db, entity, wrong, facility)
    return _home(entity_id, FACILITY_SAVED)


@router.post("/facilities/{facility_id}/retire")
def retire_facility(
    db: Db, actor: CurrentActor, now: Now, entity_id: Id, facility_id: Id
) -> Response:
    facility_actions.retire_facility(
        db, actor=actor, now=now, entity_id=entity_id, facility_id=facility_id
    )
    return _home(entity_id, FACILITY_RETIRED)


@router.post("/facilities/{facility_id}/restore")
def restore_facility(
    db: Db, actor: CurrentActor, now: Now, entity_id: Id, facility_id: Id
) -> Response:
    facility_actions.restore_facility(
        db, actor=actor, now=now, entity_id=entity_id, facility_id=facility_id
    )
    return _home(entity_id, FACILITY_RESTORED)


@router.get("/contacts/new")
def new_contact(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    return _contact_form(request, _entity(db, actor, entity_id), _NEW)


@router.post("/contacts/new")
def add_contact(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, entity_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)

    def save(given: ContactIn) -> None:
        contact_actions.add_contact(
            db, actor=actor, now=now, entity_id=entity_id, **given.model_dump()
        )

    wrong = submit(db, ContactIn, sent, words, save)
    if wrong is not None:
        return _contact_form(request, entity, wrong)
    return _home(entity_id, CONTACT_SAVED)


@router.get("/contacts/{contact_id}/edit")
def edit_contact(
    request: Request, db: Db, actor: CurrentActor, entity_id: Id, contact_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)
    contact = get_part(db, Contact, contact_id, entity_id=entity_id)
    return _contact_form(request, entity, filled_from(contact, ContactIn.model_fields), contact)


@router.post("/contacts/{contact_id}/edit")
def change_contact(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    entity_id: Id,
    contact_id: Id,
) -> Response:
    entity = _entity(db, actor, entity_id)
    contact = get_part(db, Contact, contact_id, entity_id=entity_id)

    def save(given: ContactIn) -> None:
        facts = given.model_dump() | {"entity_id": entity_id, "contact_id": contact_id}
        contact_actions.change_contact(db, actor=actor, now=now, **facts)

    wrong = submit(db, ContactIn, sent, words, save)
    if wrong is not None:
        return _contact_form(request, entity, wrong, contact)
    return _home(entity_id, CONTACT_SAVED)


@router.post("/contacts/{contact_id}/retire")
def retire_contact(
    db: Db, actor: CurrentActor, now: Now, entity_id: Id, contact_id: Id
) -> Response:
    contact_actions.retire_contact(
        db, actor=actor, now=now, entity_id=entity_id, contact_id=contact_id
    )
    return _home(entity_id, CONTACT_RETIRED)


def _facility_form(
    request: Request, db: Session, entity: Entity, form: Filled, facility: Facility | None = None
) -> Response:
    usual = request.app.state.settings.province
    view = FacilityFormView(form, entity, facility, place_choice(db, form, usual=usual))
    return show(request, "entities/facility.html", view, status=422 if form.wrong else 200)


def _contact_form(
    request: Request, entity: Entity, form: Filled, contact: Contact | None = None
) -> Response:
    view = ContactFormView(form, entity, contact)
    return show(request, "entities/contact.html", view, status=422 if form.wrong else 200)
