from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import list_entities, names_of
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, Line, filled_from
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.saving import as_of, beside, submit
from app.kit.text import id_in
from app.kit.web import Db, Id, Now, Words
from app.rights import actions, queries
from app.rights.api import RightIn
from app.rights.dates import spoken
from app.rights.file_pages import rights_file
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.row_queries import RightRow, right_row

router = APIRouter(prefix="/office/rights", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The right was added. Check it against its certificate to let it give badges."))
CHANGED = sayable(N_("The right was changed."))
CHANGED_UNCHECKED = sayable(
    N_("The right was changed. It gives no badge until it is checked against its certificate.")
)
TYPES: Final = [(one.value, one.label) for one in RightType]
OFFERED: Final = 60
PARTIAL_DATES: Final = ("application_date", "registration_date", "decision_date")


@dataclass(frozen=True)
class RightsView:
    """A page of the list of rights."""

    page: Page[RightRow]
    next: str | None
    previous: str | None
    text: str
    kind: str
    kinds: list[tuple[str, str]]
    checked: str
    may_add: bool


@dataclass(frozen=True)
class RightFormView:
    """The form that adds or changes a right."""

    form: Filled
    right: IpRight | None
    kinds: list[tuple[str, str]]
    entities: list[tuple[str, str]]
    more: bool


class RightEdit(RightIn):
    """The form that changes a right: all its fields at once."""

    against: Annotated[Line, Field(max_length=200)] = ""
    past_is_meant: bool = False
    seen: datetime | None = None


@router.get("")
def rights(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    q: Line = "",
    kind: str = "",
    checked: str = "",
) -> Response:
    only = {"yes": True, "no": False}.get(checked)

    def read(part: Cut) -> Page[IpRight]:
        return queries.list_rights(db, cut=part, text=q, kind=kind, checked=only)

    if file:
        rows = (right_row(one, day_of(now)) for one in every(read, cut))
        return rights_file(file, rows, words)
    page = read(cut)
    view = RightsView(
        page=page.map(lambda one: right_row(one, day_of(now))),
        next=next_path(request, page),
        previous=previous_path(request, page),
        text=q,
        kind=kind,
        kinds=TYPES,
        checked=checked,
        may_add=actor.officer,
    )
    return show(request, "rights/list.html", view)


@router.get("/new")
def new_right(request: Request, db: Db, actor: CurrentActor) -> Response:
    actor.require_officer()
    return _form(request, db, actor, Filled())


@router.post("/new")
def add_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    if sent.text("find"):
        return _form(request, db, actor, Filled(sent.fields))
    added: list[IpRight] = []

    def save(given: RightIn) -> None:
        added.append(actions.add_right(db, actor=actor, now=now, **given.model_dump()))

    wrong = submit(db, RightIn, sent, words, save)
    if wrong is not None:
        return _form(request, db, actor, wrong)
    return go(f"/office/rights/{added[0].id}", say=ADDED)


@router.get("/{right_id}/edit")
def edit_right(request: Request, db: Db, actor: CurrentActor, right_id: Id) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    return _form(request, db, actor, _kept(found), found)


@router.post("/{right_id}/edit")
def change_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    found = queries.get_right(db, right_id)
    actor.require_officer()
    if sent.text("find"):
        return _form(request, db, actor, Filled(sent.fields), found)

    def save(given: RightEdit) -> None:
        actions.change_right(db, actor=actor, now=now, right_id=right_id, **given.model_dump())

    wrong = submit(
        db,
        RightEdit,
        sent,
        words,
        save,
        stale=lambda: beside(sent, _kept(found), words, _say(db, words)),
    )
    if wrong is not None:
        return _form(request, db, actor, wrong, found)
    lost = found.registration_no is not None and found.checked_on is None
    return go(f"/office/rights/{right_id}", say=CHANGED_UNCHECKED if lost else CHANGED)


def _kept(right: IpRight) -> Filled:
    form = filled_from(right, RightIn.model_fields)
    dates = {name: spoken(form.value(name)) for name in PARTIAL_DATES}
    written = {"registration_no": right.registration_no_as_written}
    return as_of(Filled({**form.values, **dates, **written}), right.updated_at)


def _say(db: Session, words: Translator) -> Callable[[str, str], str]:
    kinds = {one.value: words.gettext(one.label) for one in RightType}

    def say(name: str, value: str) -> str:
        if name == "owner_entity_id" and value:
            return names_of(db, [id_in(value)]).get(id_in(value), value)
        return kinds.get(value, value) if name == "type" else value

    return say


def _form(
    request: Request, db: Session, actor: Actor, form: Filled, right: IpRight | None = None
) -> Response:
    entities, more = offered_entities(db, actor, form, "owner_entity_id")
    view = RightFormView(form=form, right=right, kinds=TYPES, entities=entities, more=more)
    return show(request, "rights/edit.html", view, status=422 if form.wrong else 200)


def offered_entities(
    db: Session, actor: Actor, form: Filled, field: str
) -> tuple[list[tuple[str, str]], bool]:
    """Return the entities a form offers in a field, and whether there are more than those.

    They are found by what was written beside it; the one that is chosen stays among them.
    """
    cut = Cut(limit=OFFERED, sort="name")
    found = list_entities(db, actor=actor, cut=cut, text=form.value(f"{field}_find"))
    options = {str(one.id): one.name for one in found.items}
    chosen = id_in(form.value(field))
    if chosen and str(chosen) not in options:
        options |= {str(key): name for key, name in names_of(db, [chosen]).items()}
    return list(options.items()), found.after is not None
