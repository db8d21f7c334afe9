from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import say
from app.entities import actions, part_queries, queries
from app.entities.api import EntityFacts
from app.entities.file_pages import entities_file
from app.entities.models import Entity
from app.entities.parts import Subject
from app.entities.place_queries import PlaceChoice, place_choice
from app.entities.rules import KIND_LABELS, masked_tax_no
from app.entities.terms import ENTITY_TERMS
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, filled_from
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.saving import as_of, beside, submit
from app.kit.web import Db, Id, Now, Words
from app.places.models import Place
from app.places.queries import list_provinces, place_text
from app.places.text_queries import place_texts

router = APIRouter(prefix="/office/entities", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The entity was added."))
CHANGED = sayable(N_("The entity was changed."))
STATUSES: Final = [
    ("active", N_("In operation")),
    ("dissolved", N_("Dissolved")),
    ("practice", N_("Practice farms")),
]
_NOT_HELD: Final = {"consent_by", "consent_on", "consent_document"}
HELD: Final = [name for name in EntityFacts.model_fields if name not in _NOT_HELD]


@dataclass(frozen=True)
class EntityRow:
    """An entity in a list; a person's number is covered."""

    entity: Entity
    tax_no: str | None
    place: str


@dataclass(frozen=True)
class EntitiesView:
    """A page of the list of entities."""

    page: Page[EntityRow]
    next: str | None
    previous: str | None
    labels: Mapping[str, str]
    statuses: list[tuple[str, str]]
    wanted: Mapping[str, str]
    provinces: list[Place]
    communes: list[tuple[str, str]]
    may_add: bool


@dataclass(frozen=True)
class EntityFormView:
    """The form that adds or changes an entity."""

    form: Filled
    labels: Mapping[str, str]
    places: PlaceChoice
    entity: Entity | None
    agreed: bool


class EntityAdd(EntityFacts):
    """The form that adds an entity: only then it is said whether it is a practice farm."""

    practice: bool = False


class EntityEdit(EntityFacts):
    """The form that changes an entity: all its fields at once."""

    seen: datetime | None = None


@router.get("")
def entities(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    q: Annotated[str, Query(max_length=200)] = "",
    province: str = "",
    commune: str = "",
    kind: str = "",
    status: str = "",
) -> Response:
    def read(part: Cut) -> Page[Entity]:
        return queries.list_entities(
            db,
            actor=actor,
            cut=part,
            text=q,
            commune=commune or province,
            status="" if status == "practice" else status,
            kind=kind,
            practice=status == "practice",
        )

    named = cut if cut.sort else replace(cut, sort="name")
    if file:
        return entities_file(file, every(read, named), words)
    page = read(named)
    wanted = {"q": q, "province": province, "commune": commune, "kind": kind, "status": status}
    places = place_choice(db, Filled({"province": province}), usual="") if province else None
    view = EntitiesView(
        page=page.having(_rows(db, page.items)),
        next=next_path(request, page),
        previous=previous_path(request, page),
        labels=KIND_LABELS,
        statuses=STATUSES,
        wanted=wanted | {"sort": cut.sort},
        provinces=list_provinces(db),
        communes=places.communes if places else [],
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
    added: list[Entity] = []

    def save(given: EntityAdd) -> None:
        added.append(actions.add_entity(db, actor=actor, now=now, **given.model_dump()))

    wrong = submit(db, EntityAdd, sent, words, save)
    if wrong is not None:
        return _form(request, db, wrong)
    return go(f"/office/entities/{added[0].id}", say=ADDED)


@router.get("/{entity_id}/edit")
def edit_entity(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    found = queries.get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    kept = as_of(filled_from(found, HELD), found.updated_at)
    return _form(request, db, Filled({**kept.values, **request.query_params}), found)


@router.post("/{entity_id}/edit")
def change_entity(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, entity_id: Id
) -> Response:
    found = queries.get_entity(db, entity_id, actor=actor)
    actor.require_officer()

    def save(given: EntityEdit) -> None:
        actions.change_entity(db, actor=actor, now=now, entity_id=entity_id, **given.model_dump())

    def stale() -> Filled:
        current = as_of(filled_from(found, HELD), found.updated_at)
        return beside(sent, current, words, _speaker(db, words))

    wrong = submit(db, EntityEdit, sent, words, save, stale=stale)
    if wrong is not None:
        return _form(request, db, wrong, found)
    return go(f"/office/entities/{entity_id}", say=CHANGED)


def _speaker(db: Session, words: Translator) -> Callable[[str, str], str]:
    def speak(name: str, value: str) -> str:
        if name == "commune_code":
            return place_text(db, value)
        return say(name, value == "on" or value, ENTITY_TERMS, words) or ""

    return speak


def _rows(db: Session, found: Sequence[Entity]) -> list[EntityRow]:
    places = place_texts(db, [one.commune_code for one in found])
    return [EntityRow(one, masked_tax_no(one.tax_no), places[one.commune_code]) for one in found]


def _form(request: Request, db: Db, form: Filled, entity: Entity | None = None) -> Response:
    usual = request.app.state.settings.province
    agreed = entity is not None and part_queries.find_consent(
        db, entity_id=entity.id, subject=Subject.PHONE
    )
    view = EntityFormView(
        form=form,
        labels=KIND_LABELS,
        places=place_choice(db, form, usual=usual),
        entity=entity,
        agreed=bool(agreed),
    )
    return show(request, "entities/edit.html", view, status=422 if form.wrong else 200)
