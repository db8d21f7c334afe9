"""Trainings: the list of all, one training for many entities at once, one struck out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities import part_queries, queries, training_actions
from app.entities.models import Entity
from app.entities.part_api import Day, Name
from app.entities.part_models import Training
from app.entities.training_file_pages import trainings_file
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, In, Line, Note, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/office", route_class=OnceRoute, include_in_schema=False)

RECORDED = sayable(N_("The training was recorded."))
STRUCK = sayable(N_("The training was struck out. It stays in the history."))
# Each entity is a tick and a number, and a form has at most 300 fields.
MOST_SHOWN: Final = 100
_PEOPLE: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class TrainingsView:
    """A page of the list of all trainings, the latest recorded first."""

    page: Page[tuple[Training, str]]
    next: str | None
    previous: str | None
    text: str
    may_record: bool


@dataclass(frozen=True)
class TrainingFormView:
    """The form of one training; the ticked entities stand first, whatever is searched for."""

    form: Filled
    entities: list[Entity]
    more: bool


class TrainingForm(In):
    """What a training is, beside who took part."""

    held_on: Day
    trainer: Name
    topic: Annotated[Line, Field(max_length=200)] = ""
    note: Annotated[Note, Field(max_length=2000)] = ""


@router.get("/trainings")
def trainings(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    def read(part: Cut) -> Page[tuple[Training, str]]:
        found = part_queries.list_all_trainings(db, actor=actor, cut=part, text=q)
        names = queries.names_of(db, [training.entity_id for training in found.items])
        return found.map(lambda training: (training, names[training.entity_id]))

    if file:
        return trainings_file(file, every(read, cut), words)
    page = read(cut)
    view = TrainingsView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        text=q,
        may_record=actor.officer,
    )
    return show(request, "entities/trainings.html", view)


@router.get("/trainings/new")
def new_training(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    actor.require_officer()
    given = {"held_on": day_of(now).isoformat(), **request.query_params}
    return _form(request, db, actor, Filled(given))


@router.post("/trainings/new")
def record_training(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    given, people = read_form(TrainingForm, sent, words), _people(sent, words)
    if isinstance(given, Filled) or isinstance(people, Filled):
        wrong = [one for one in (given, people) if isinstance(one, Filled)]
        errors = {name: text for one in wrong for name, text in one.errors.items()}
        return _form(request, db, actor, Filled(sent.fields, errors))
    try:
        with db.begin_nested():
            training_actions.record_training(
                db,
                actor=actor,
                now=now,
                people=people,
                held_on=given.held_on,
                trainer=given.trainer,
                topic=given.topic,
                text=given.note,
            )
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words))
    return go("/office/trainings", say=RECORDED)


@router.post("/entities/{entity_id}/trainings/{training_id}/strike")
def strike_training(
    db: Db, actor: CurrentActor, now: Now, entity_id: Id, training_id: Id
) -> Response:
    training_actions.strike_training(
        db, actor=actor, now=now, entity_id=entity_id, training_id=training_id
    )
    return go(f"/office/entities/{entity_id}", say=STRUCK)


def _ticked(fields: Mapping[str, str]) -> list[int]:
    names = (name.removeprefix("entity_") for name in fields if name.startswith("entity_"))
    return [int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 19]  # noqa: PLR2004 - what surely fits the databases' 64 bits


def _people(sent: Sent, words: Translator) -> dict[int, int] | Filled:
    """Return how many people each ticked entity sent, or what is wrong with the numbers."""
    found, wrong = {}, {}
    for entity_id in _ticked(sent.fields):
        text = sent.text(f"people_{entity_id}")
        if _PEOPLE.fullmatch(text) and int(text) > 0:
            found[entity_id] = int(text)
        else:
            wrong[f"people_{entity_id}"] = words.gettext(N_("Write how many people came."))
    return Filled(sent.fields, wrong) if wrong else found


def _form(request: Request, db: Session, actor: Actor, form: Filled) -> Response:
    # As many as are ticked leave fewer to choose from: a form has an end.
    ticked = queries.list_by_ids(db, _ticked(form.values)[:MOST_SHOWN], actor=actor)
    page = queries.list_entities(
        db,
        actor=actor,
        cut=Cut(limit=MOST_SHOWN, sort="name"),
        text=form.value("q"),
        status="active",
    )
    known = {one.id for one in ticked}
    others = [one for one in page.items if one.id not in known]
    shown = [*ticked, *others][:MOST_SHOWN]
    more = page.after is not None or len(ticked) + len(others) > len(shown)
    view = TrainingFormView(form, shown, more)
    return show(request, "entities/training.html", view, status=422 if form.wrong else 200)
