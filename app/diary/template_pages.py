"""The office's pages of process templates: the list, one with its versions, files in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary import template_actions as actions
from app.diary import template_queries as queries
from app.diary.models import ProductionProcess
from app.diary.template import Template, named_in
from app.diary.template_changes import Change, changes, told
from app.diary.template_file_pages import HOME, NewTemplateView, templates_file, unit_names
from app.diary.template_models import (
    ProcessTemplate,
    ProcessTemplateDraft,
    ProcessTemplateVersion,
)
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, In, Line, filled_from
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.saving import SEEN, as_said, beside, check_said, submit
from app.kit.web import Db, Id, Now, Words
from app.products.models import Product

router = APIRouter(prefix="/office/templates", route_class=OnceRoute, include_in_schema=False)

MOST_USERS: Final = 100
READY = sayable(N_("The ready templates were added. Look at them and fit them to your producers."))
ALL_THERE = sayable(N_("All ready templates are there already."))
ADDED = sayable(N_("The template was added. Write its stages, then publish it."))
RENAMED = sayable(N_("The template was renamed."))
RETIRED = sayable(N_("The template is no longer offered. What is kept by it stays."))
RESTORED = sayable(N_("The template is offered again."))
STATES: Final = {"in-use": False, "retired": True}


class NameForm(In):
    """What a template is called."""

    name: Annotated[Line, Field(max_length=200)] = ""
    name_en: Annotated[Line, Field(max_length=200)] = ""
    code: Annotated[str, Field(max_length=100)] = ""


class RenameForm(NameForm):
    """What a template shall be called, and what it was called when the form was opened."""

    seen: str = ""


@dataclass(frozen=True)
class TemplatesView:
    """A page of the templates, with the latest version and the draft of each."""

    page: Page[ProcessTemplate]
    names: Mapping[int, str]
    latest: Mapping[int, ProcessTemplateVersion]
    drafts: Mapping[int, ProcessTemplateDraft]
    next: str | None
    previous: str | None
    text: str
    state: str
    may_write: bool


@dataclass(frozen=True)
class TemplateView:
    """One template: its versions, its draft, the products that took it, and its names."""

    template: ProcessTemplate
    name: str
    versions: Sequence[ProcessTemplateVersion]
    draft: ProcessTemplateDraft | None
    users: Sequence[tuple[ProductionProcess, Product, int]]
    form: Filled
    may_write: bool


@dataclass(frozen=True)
class VersionView:
    """A version as it was published: its stages, and what differs from the one before."""

    template: ProcessTemplate
    name: str
    version: ProcessTemplateVersion
    body: Template
    language: str
    units: Mapping[str, str]
    changes: Sequence[tuple[Change, tuple[str, str]]] | None


@router.get("")
def templates(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Cutting,
    q: Line = "",
    state: str = "",
    file: AsFile = None,
) -> Response:
    def read(part: Cut) -> Page[ProcessTemplate]:
        return queries.list_templates(db, actor=actor, cut=part, text=q, retired=STATES.get(state))

    if file:
        return templates_file(db, file, every(read, cut), words)
    page = read(cut)
    ids = [one.id for one in page.items]
    view = TemplatesView(
        page=page,
        names={one.id: _name(one, words) for one in page.items},
        latest=queries.latest_versions(db, ids),
        drafts=queries.drafts_of(db, ids) if actor.of_department else {},
        next=next_path(request, page),
        previous=previous_path(request, page),
        text=q,
        state=state,
        may_write=actor.officer,
    )
    return show(request, "diary/templates.html", view)


@router.post("/ready")
def install_ready(db: Db, actor: CurrentActor, now: Now) -> Response:
    added = actions.install_ready(db, actor=actor, now=now)
    return go(HOME, say=READY if added else ALL_THERE)


@router.get("/new")
def new_template(request: Request, actor: CurrentActor) -> Response:
    actor.require_officer()
    return show(request, "diary/template_new.html", NewTemplateView(Filled()))


@router.post("/new")
def add_template(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    made: list[ProcessTemplate] = []

    def save(given: NameForm) -> None:
        made.append(actions.add_template(db, actor=actor, now=now, **given.model_dump()))

    wrong = submit(db, NameForm, sent, words, save)
    if wrong is not None:
        return show(request, "diary/template_new.html", NewTemplateView(wrong), status=422)
    return go(f"{HOME}/{made[0].id}", say=ADDED)


@router.get("/{template_id}")
def template(
    request: Request, db: Db, actor: CurrentActor, words: Words, template_id: Id
) -> Response:
    return _one(request, db, actor, words, template_id)


@router.post("/{template_id}")
def rename_template(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    template_id: Id,
) -> Response:
    actor.require_officer()

    def save(given: RenameForm) -> None:
        check_said(_called(actions.lock_template(db, template_id, actor=actor)), given.seen)
        facts = given.model_dump(exclude={"code", SEEN})
        actions.rename_template(db, actor=actor, now=now, template_id=template_id, **facts)

    def stale() -> Filled:
        current = _called(queries.get_template(db, template_id, actor=actor))
        return beside(sent, current, words, lambda _, value: value)

    wrong = submit(db, RenameForm, sent, words, save, stale=stale)
    if wrong is not None:
        return _one(request, db, actor, words, template_id, wrong)
    return go(f"{HOME}/{template_id}", say=RENAMED)


@router.post("/{template_id}/retire")
def retire_template(db: Db, actor: CurrentActor, now: Now, template_id: Id) -> Response:
    actions.retire_template(db, actor=actor, now=now, template_id=template_id)
    return go(f"{HOME}/{template_id}", say=RETIRED)


@router.post("/{template_id}/restore")
def restore_template(db: Db, actor: CurrentActor, now: Now, template_id: Id) -> Response:
    actions.restore_template(db, actor=actor, now=now, template_id=template_id)
    return go(f"{HOME}/{template_id}", say=RESTORED)


@router.get("/{template_id}/versions/{version}")
def version(
    request: Request, db: Db, actor: CurrentActor, words: Words, template_id: Id, version: Id
) -> Response:
    found = queries.get_template(db, template_id, actor=actor)
    shown = queries.get_version(db, template_id, version)
    body = Template.of(shown.body)
    before = None
    if shown.version > 1:
        before = Template.of(queries.get_version(db, template_id, shown.version - 1).body)
    view = VersionView(
        template=found,
        name=_name(found, words),
        version=shown,
        body=body,
        language=words.language,
        units=unit_names(words),
        changes=said_changes(before, body, words) if before else None,
    )
    return show(request, "diary/template_version.html", view)


def said_changes(
    old: Template, new: Template, words: Translator
) -> list[tuple[Change, tuple[str, str]]]:
    return [(one, told(one, words)) for one in changes(old, new)]


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    template_id: int,
    wrong: Filled | None = None,
) -> Response:
    found = queries.get_template(db, template_id, actor=actor)
    view = TemplateView(
        template=found,
        name=_name(found, words),
        versions=queries.list_versions(db, template_id),
        draft=queries.find_draft(db, template_id) if actor.of_department else None,
        users=queries.users_of(db, template_id, actor=actor, limit=MOST_USERS),
        form=wrong or _called(found),
        may_write=actor.officer,
    )
    return show(request, "diary/template.html", view, status=422 if wrong else 200)


def _called(found: ProcessTemplate) -> Filled:
    return as_said(filled_from(found, ["name", "name_en"]))


def _name(found: ProcessTemplate, words: Translator) -> str:
    return named_in(words.language, found.name, found.name_en)
