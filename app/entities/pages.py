from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.entities import actions, queries
from app.entities.api import EntityIn
from app.entities.models import Entity
from app.entities.rules import KIND_LABELS
from app.identity.access import CurrentActor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, filled_from, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cutting, Page, next_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.places.models import Place
from app.places.queries import list_communes, list_provinces, place_text, province_of

router = APIRouter(prefix="/office/entities", route_class=Edge, include_in_schema=False)

ADDED = sayable(N_("The entity was added."))
CHANGED = sayable(N_("The entity was changed."))
LABELS = {kind.value: label for kind, label in KIND_LABELS.items()}


@dataclass(frozen=True)
class EntitiesView:
    """A page of the list of entities."""

    page: Page[Entity]
    next: str | None
    labels: dict[str, str]
    text: str
    province: str
    provinces: list[Place]
    may_add: bool


@dataclass(frozen=True)
class EntityView:
    """One entity."""

    entity: Entity
    place: str
    kind: str
    may_change: bool


@dataclass(frozen=True)
class EntityFormView:
    """The form that adds or changes an entity."""

    form: Filled
    labels: dict[str, str]
    provinces: list[Place]
    province: str
    communes: list[tuple[str, str]]
    entity: Entity | None


@router.get("")
def entities(
    request: Request, db: Db, actor: CurrentActor, cut: Cutting, q: str = "", province: str = ""
) -> Response:
    page = queries.list_entities(db, actor=actor, cut=cut, text=q, commune=province)
    view = EntitiesView(
        page=page,
        next=next_path(request, page),
        labels=LABELS,
        text=q,
        province=province,
        provinces=list_provinces(db),
        may_add=actor.officer,
    )
    return show(request, "entities/list.html", view)


@router.get("/new")
def new_entity(request: Request, db: Db, actor: CurrentActor) -> Response:
    actor.require_officer()
    return _form(request, db, Filled(dict(request.query_params)))


@router.post("/new")
def add_entity(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    given = read_form(EntityIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, given)
    try:
        entity = actions.add_entity(db, actor=actor, now=now, **given.model_dump())
    except (Conflict, Invalid) as error:
        return _form(request, db, refused(sent, error, words))
    return go(f"/office/entities/{entity.id}", say=ADDED)


@router.get("/{entity_id}")
def entity(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    found = queries.get_entity(db, entity_id, actor=actor)
    view = EntityView(
        entity=found,
        place=place_text(db, found.commune_code),
        kind=LABELS[found.kind],
        may_change=actor.officer,
    )
    return show(request, "entities/one.html", view)


@router.get("/{entity_id}/edit")
def edit_entity(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    found = queries.get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    kept = filled_from(found, list(EntityIn.model_fields))
    return _form(request, db, Filled({**kept.values, **request.query_params}), found)


@router.post("/{entity_id}/edit")
def change_entity(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, entity_id: Id
) -> Response:
    found = queries.get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    given = read_form(EntityIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, given, found)
    try:
        actions.change_entity(db, actor=actor, now=now, entity_id=entity_id, **given.model_dump())
    except (Conflict, Invalid) as error:
        return _form(request, db, refused(sent, error, words), found)
    return go(f"/office/entities/{entity_id}", say=CHANGED)


def _form(request: Request, db: Db, form: Filled, entity: Entity | None = None) -> Response:
    province = form.value("province") or province_of(db, form.value("commune_code"))
    view = EntityFormView(
        form=form,
        labels=LABELS,
        provinces=list_provinces(db),
        province=province or request.app.state.settings.province,
        communes=_communes(db, province or request.app.state.settings.province),
        entity=entity,
    )
    return show(request, "entities/edit.html", view, status=422 if form.wrong else 200)


def _communes(db: Db, province: str) -> list[tuple[str, str]]:
    found = list_communes(db, province=province)
    return [(place.code, f"{place.kind} {place.name}") for place in found]
