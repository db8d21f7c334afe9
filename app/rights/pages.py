from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import list_entities
from app.entities.queries import names_of as entity_names_of
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, In, Line, Note, filled_from, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.queries import list_products
from app.products.queries import names_of as product_names_of
from app.rights import actions, queries
from app.rights.api import CheckIn, Day, LinkIn, RightIn
from app.rights.dates import spoken
from app.rights.file_pages import rights_file, use_rights_file
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.row_queries import RightRow, State, UserRow, right_row, user_rows

router = APIRouter(prefix="/office/rights", route_class=Edge, include_in_schema=False)

ADDED = sayable(N_("The right was added. Check it against its certificate to let it give badges."))
CHANGED = sayable(N_("The right was changed."))
CHECKED = sayable(N_("The right is checked: from today it gives badges."))
STANDING_CHANGED = sayable(N_("Recorded. Pages and badges follow at once."))
LINKED = sayable(N_("The product bears this trademark now."))
UNLINKED = sayable(N_("The product no longer bears this trademark."))
TYPES: Final = [(one.value, one.label) for one in RightType]
MAX_CHOICES: Final = 2000
STANDING_FIELDS: Final = ["suspended_on", "resumed_on", "ended_on"]


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
class RightView:
    """One right with its users and, for a trademark, the products that bear it."""

    row: RightRow
    registered: str
    decided: str
    owner: str
    users: Page[UserRow]
    users_next: str | None
    users_previous: str | None
    bearing: list[tuple[int, str]]
    linkable: list[tuple[str, str]]
    check: Filled
    link: Filled
    may_change: bool


@dataclass(frozen=True)
class RightFormView:
    """The form that adds or changes a right."""

    form: Filled
    right: IpRight | None
    kinds: list[tuple[str, str]]
    entities: list[tuple[str, str]]


@dataclass(frozen=True)
class StandingView:
    """The form that suspends, resumes or ends a right or a use right."""

    form: Filled
    subject: str
    state: State
    back: str
    users: int


class StandingIn(In):
    """The days a right is suspended, resumed and ended, and why."""

    suspended_on: Day | None = None
    resumed_on: Day | None = None
    ended_on: Day | None = None
    status_reason: Annotated[Note, Field(max_length=2000)] = ""


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
    given = read_form(RightIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, given)
    try:
        right = actions.add_right(db, actor=actor, now=now, **given.model_dump())
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words))
    return go(f"/office/rights/{right.id}", say=ADDED)


@router.get("/{right_id}")
def right(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    right_id: Id,
    file: AsFile = None,
) -> Response:
    found, day = queries.get_right(db, right_id), day_of(now)
    if file:
        row = right_row(found, day)
        users = every(lambda part: _users(db, actor, day, found, part), cut)
        return use_rights_file(file, ((user, row) for user in users), words)
    return _show(request, db, actor, day, found, cut)


@router.get("/{right_id}/edit")
def edit_right(request: Request, db: Db, actor: CurrentActor, right_id: Id) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    form = filled_from(found, RightIn.model_fields)
    dates = {name: spoken(form.value(name)) for name in ("registration_date", "decision_date")}
    written = {"registration_no": found.registration_no_as_written}
    return _form(request, db, actor, Filled({**form.values, **dates, **written}), found)


@router.post("/{right_id}/edit")
def change_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    found = queries.get_right(db, right_id)
    actor.require_officer()
    given = read_form(RightIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, given, found)
    try:
        actions.change_right(db, actor=actor, now=now, right_id=right_id, **given.model_dump())
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words), found)
    return go(f"/office/rights/{right_id}", say=CHANGED)


@router.post("/{right_id}/check")
def check_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    found = queries.get_right(db, right_id)
    actor.require_officer()
    given = read_form(CheckIn, sent, words)
    if isinstance(given, Filled):
        return _show(request, db, actor, day_of(now), found, check=given)
    try:
        actions.check_right(db, actor=actor, now=now, right_id=right_id, against=given.against)
    except actions.NoNumberToCheck as error:
        wrong = refused(sent, error, words)
        return _show(request, db, actor, day_of(now), found, check=wrong)
    return go(f"/office/rights/{right_id}", say=CHECKED)


@router.get("/{right_id}/standing")
def ask_standing(request: Request, db: Db, actor: CurrentActor, now: Now, right_id: Id) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    return _standing(request, db, found, day_of(now), filled_from(found, STANDING_FIELDS))


@router.post("/{right_id}/standing")
def change_standing(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    given = read_form(StandingIn, sent, words)
    if isinstance(given, Filled):
        return _standing(request, db, found, day_of(now), given)
    try:
        actions.change_right(db, actor=actor, now=now, right_id=right_id, **given.model_dump())
    except (Conflict, Invalid) as error:
        return _standing(request, db, found, day_of(now), refused(sent, error, words))
    return go(f"/office/rights/{right_id}", say=STANDING_CHANGED)


@router.post("/{right_id}/products")
def link_product(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    found = queries.get_right(db, right_id)
    actor.require_officer()
    given = read_form(LinkIn, sent, words)
    if isinstance(given, Filled):
        return _show(request, db, actor, day_of(now), found, link=given)
    try:
        actions.link_product(
            db, actor=actor, now=now, right_id=right_id, product_id=given.product_id
        )
    except (Conflict, Invalid) as error:
        wrong = refused(sent, error, words)
        return _show(request, db, actor, day_of(now), found, link=wrong)
    return go(f"/office/rights/{right_id}", say=LINKED)


@router.post("/{right_id}/products/{product_id}/unlink")
def unlink_product(db: Db, actor: CurrentActor, now: Now, right_id: Id, product_id: Id) -> Response:
    actions.unlink_product(db, actor=actor, now=now, right_id=right_id, product_id=product_id)
    return go(f"/office/rights/{right_id}", say=UNLINKED)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    day: date,
    right: IpRight,
    cut: Cut | None = None,
    *,
    check: Filled | None = None,
    link: Filled | None = None,
) -> Response:
    users = _users(db, actor, day, right, cut or Cut())
    bearing = product_names_of(db, queries.products_of(db, [right.id])[right.id])
    owners = entity_names_of(db, [right.owner_entity_id] if right.owner_entity_id else [])
    view = RightView(
        row=right_row(right, day),
        registered=spoken(right.registration_date),
        decided=spoken(right.decision_date),
        owner=owners.get(right.owner_entity_id or 0, ""),
        users=users,
        users_next=next_path(request, users),
        users_previous=previous_path(request, users),
        bearing=sorted(bearing.items()),
        linkable=_linkable(db, actor, right, bearing) if actor.officer else [],
        check=check or Filled(),
        link=link or Filled(),
        may_change=actor.officer,
    )
    return show(request, "rights/one.html", view, status=422 if check or link else 200)


def _users(db: Session, actor: Actor, day: date, right: IpRight, cut: Cut) -> Page[UserRow]:
    page = queries.list_use_rights(db, actor=actor, cut=cut, right_id=right.id)
    return page.having(user_rows(db, page.items, day))


def _linkable(
    db: Session, actor: Actor, right: IpRight, bearing: dict[int, str]
) -> list[tuple[str, str]]:
    if right.type != RightType.TRADEMARK or right.owner_entity_id is None:
        return []
    cut, owner = Cut(limit=MAX_CHOICES), right.owner_entity_id
    found = list_products(db, actor=actor, cut=cut, entity_id=owner, status="active")
    return [(str(one.id), one.name) for one in found.items if one.id not in bearing]


def _form(
    request: Request, db: Session, actor: Actor, form: Filled, right: IpRight | None = None
) -> Response:
    found = list_entities(db, actor=actor, cut=Cut(limit=MAX_CHOICES))
    entities = [(str(one.id), one.name) for one in sorted(found.items, key=lambda e: e.folded)]
    view = RightFormView(form=form, right=right, kinds=TYPES, entities=entities)
    return show(request, "rights/edit.html", view, status=422 if form.wrong else 200)


def _standing(request: Request, db: Session, right: IpRight, day: date, form: Filled) -> Response:
    view = StandingView(
        form=form,
        subject=f"{right.sign} {right.registration_no_as_written}".strip(),
        state=right_row(right, day).state,
        back=f"/office/rights/{right.id}",
        users=queries.count_users(db, right.id),
    )
    return show(request, "rights/standing.html", view, status=422 if form.wrong else 200)
