"""The forms of the codes of an entity's facilities."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities import facility_actions, queries
from app.entities.facility_api import CodeEndIn, CodeIn
from app.entities.models import Entity
from app.entities.part_models import Facility, FacilityCode
from app.entities.part_queries import get_code, get_part
from app.entities.parts import SCHEME_LABELS
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
    prefix="/office/entities/{entity_id}", route_class=OnceRoute, include_in_schema=False
)

CODE_ADDED = sayable(N_("The code was recorded."))
CODE_RETIRED = sayable(N_("The code was retired."))


@dataclass(frozen=True)
class CodeEndView:
    """The form that takes a code out of use."""

    form: Filled
    entity: Entity
    code: FacilityCode


@dataclass(frozen=True)
class CodeFormView:
    """The form that records a facility's code."""

    form: Filled
    entity: Entity
    facility: Facility
    schemes: Mapping[str, str]


@router.get("/facilities/{facility_id}/codes/new")
def new_code(
    request: Request, db: Db, actor: CurrentActor, entity_id: Id, facility_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)
    facility = get_part(db, Facility, facility_id, entity_id=entity_id)
    return _code_form(request, entity, facility, Filled())


@router.post("/facilities/{facility_id}/codes/new")
def add_code(
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

    def save(given: CodeIn) -> None:
        facts = given.model_dump() | {"entity_id": entity_id, "facility_id": facility_id}
        facility_actions.add_code(db, actor=actor, now=now, **facts)

    wrong = submit(db, CodeIn, sent, words, save)
    if wrong is not None:
        return _code_form(request, entity, facility, wrong)
    return go(f"/office/entities/{entity_id}", say=CODE_ADDED)


@router.get("/facilities/{facility_id}/codes/{code_id}/retire")
def ask_end_of_code(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    entity_id: Id,
    facility_id: Id,
    code_id: Id,
) -> Response:
    entity = _entity(db, actor, entity_id)
    facility = get_part(db, Facility, facility_id, entity_id=entity_id)
    code = get_code(db, code_id, facility_id=facility.id)
    form = Filled({"retired_on": day_of(now).isoformat()})
    return show(request, "entities/code_end.html", CodeEndView(form, entity, code))


@router.post("/facilities/{facility_id}/codes/{code_id}/retire")
def retire_code(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    entity_id: Id,
    facility_id: Id,
    code_id: Id,
) -> Response:
    entity = _entity(db, actor, entity_id)
    facility = get_part(db, Facility, facility_id, entity_id=entity_id)
    code = get_code(db, code_id, facility_id=facility.id)

    def save(given: CodeEndIn) -> None:
        facts = given.model_dump() | {"facility_id": facility_id, "code_id": code_id}
        facility_actions.retire_code(db, actor=actor, now=now, entity_id=entity_id, **facts)

    wrong = submit(db, CodeEndIn, sent, words, save)
    if wrong is not None:
        view = CodeEndView(wrong, entity, code)
        return show(request, "entities/code_end.html", view, status=422)
    return go(f"/office/entities/{entity_id}", say=CODE_RETIRED)


def _entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    entity = queries.get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    return entity


def _code_form(request: Request, entity: Entity, facility: Facility, form: Filled) -> Response:
    view = CodeFormView(form, entity, facility, SCHEME_LABELS)
    return show(request, "entities/code.html", view, status=422 if form.wrong else 200)
