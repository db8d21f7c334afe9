"""The draft of a template: its stages in order, its limits, publishing and discarding it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary import template_draft_actions as actions
from app.diary.template import Template, named_in
from app.diary.template_body import Body
from app.diary.template_changes import Change
from app.diary.template_drafts import drop_stage, move_stage
from app.diary.template_file_pages import HOME, unit_names, workbook_of
from app.diary.template_models import ProcessTemplate, ProcessTemplateDraft
from app.diary.template_pages import said_changes
from app.diary.template_queries import get_template, latest_versions
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.forms import Filled, Form, In, Note
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words

router = APIRouter(
    prefix="/office/templates/{template_id}/draft", route_class=Edge, include_in_schema=False
)

SAVED = sayable(N_("The draft was saved. Nothing changes for producers before it is published."))
PUBLISHED = sayable(
    N_("The version was published. Products take it on their page of the production process.")
)
DISCARDED = sayable(N_("The draft was discarded. What was published stays."))
CHANGED_SINCE: Final = N_(
    "Somebody has changed the draft since you opened it. Nothing was done; below it stands as it "
    "is now."
)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class _Asked:
    """What every act on a draft is asked with."""

    request: Request
    db: Db
    actor: CurrentActor
    now: Now
    words: Words
    sent: Form
    template_id: Id

    def who(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now, "template_id": self.template_id}


Asked = Annotated[_Asked, Depends()]


class LimitsForm(In):
    """When an entry of this template is late, and when it must be approved."""

    late_after_hours: Annotated[int, Field(ge=1, le=8760)] = 48
    approval_after_days: Annotated[int, Field(ge=1, le=365)] = 7
    seen: int = 0


class SeenForm(In):
    """What of the draft was seen, and what is done to it."""

    seen: int = 0
    note: Annotated[Note, Field(max_length=2000)] = ""


@dataclass(frozen=True)
class DraftView:
    """The draft of a template: its stages in order, limits, and what publishing would change."""

    template: ProcessTemplate
    name: str
    draft: ProcessTemplateDraft
    body: Template
    language: str
    units: Mapping[str, str]
    next: int
    changes: Sequence[tuple[Change, tuple[str, str]]] | None
    form: Filled


@router.post("")
def begin_draft(db: Db, actor: CurrentActor, now: Now, template_id: Id) -> Response:
    actions.begin_draft(db, actor=actor, now=now, template_id=template_id)
    return go(_at(template_id))


@router.get("")
def draft(request: Request, db: Db, actor: CurrentActor, words: Words, template_id: Id) -> Response:
    return _show(request, db, actor, words, template_id)


@router.get("/workbook")
def draft_workbook(db: Db, actor: CurrentActor, words: Words, template_id: Id) -> Response:
    found, kept = _found(db, actor, template_id)
    return workbook_of(found, Template.of(kept.body), words)


@router.post("/limits")
def save_limits(asked: Asked) -> Response:
    _, kept = _found(asked.db, asked.actor, asked.template_id)

    def save(given: LimitsForm) -> None:
        _save(asked, given.seen, {**kept.body, **given.model_dump(exclude={"seen"})})

    return _acted(asked, LimitsForm, save) or go(_at(asked.template_id), say=SAVED)


@router.post("/stages/{stage_code}/{act}")
def change_order(asked: Asked, stage_code: str, act: str) -> Response:
    """Move a stage up or down, or take it out."""
    _, kept = _found(asked.db, asked.actor, asked.template_id)
    changed: dict[str, Callable[[Body], Body]] = {
        "up": lambda body: move_stage(body, stage_code, by=-1),
        "down": lambda body: move_stage(body, stage_code, by=1),
        "drop": lambda body: drop_stage(body, stage_code),
    }
    if act not in changed:
        raise NotFound

    def save(given: SeenForm) -> None:
        _save(asked, given.seen, changed[act](kept.body))

    return _acted(asked, SeenForm, save) or go(_at(asked.template_id), say=SAVED)


@router.post("/publish")
def publish_draft(asked: Asked) -> Response:
    _found(asked.db, asked.actor, asked.template_id)

    def save(given: SeenForm) -> None:
        actions.publish_draft(asked.db, **asked.who(), **given.model_dump())

    return _acted(asked, SeenForm, save) or go(f"{HOME}/{asked.template_id}", say=PUBLISHED)


@router.post("/discard")
def discard_draft(asked: Asked) -> Response:
    _found(asked.db, asked.actor, asked.template_id)

    def save(given: SeenForm) -> None:
        actions.discard_draft(asked.db, **asked.who(), seen=given.seen)

    return _acted(asked, SeenForm, save) or go(f"{HOME}/{asked.template_id}", say=DISCARDED)


def _acted(asked: _Asked, model: type[M], save: Callable[[M], object]) -> Response | None:
    """Do what a form asks of the draft; where that is refused return the draft as it stands."""

    def stale() -> Filled:
        return Filled(asked.sent.fields, problem=asked.words.gettext(CHANGED_SINCE))

    wrong = submit(asked.db, model, asked.sent, asked.words, save, stale=stale)
    if wrong is None:
        return None
    return _show(asked.request, asked.db, asked.actor, asked.words, asked.template_id, wrong)


def _save(asked: _Asked, seen: int, body: Body) -> None:
    actions.save_draft(asked.db, **asked.who(), seen=seen, body=body)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    template_id: int,
    wrong: Filled | None = None,
) -> Response:
    found, kept = _found(db, actor, template_id)
    body = Template.of(kept.body)
    latest = latest_versions(db, [template_id]).get(template_id)
    limits = {name: str(kept.body[name]) for name in ("late_after_hours", "approval_after_days")}
    view = DraftView(
        template=found,
        name=named_in(words.language, found.name, found.name_en),
        draft=kept,
        body=body,
        language=words.language,
        units=unit_names(words),
        next=latest.version + 1 if latest else 1,
        changes=said_changes(Template.of(latest.body), body, words) if latest else None,
        form=Filled({**limits, **wrong.values}, wrong.errors, wrong.problem)
        if wrong
        else Filled(limits),
    )
    return show(request, "diary/template_draft.html", view, status=422 if wrong else 200)


def _found(
    db: Session, actor: Actor, template_id: int
) -> tuple[ProcessTemplate, ProcessTemplateDraft]:
    """Return a template with its draft. Officers only."""
    actor.require_officer()
    found = get_template(db, template_id, actor=actor)
    return found, actions.get_draft(db, template_id)


def _at(template_id: int) -> str:
    return f"{HOME}/{template_id}/draft"
