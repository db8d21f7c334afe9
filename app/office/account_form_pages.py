"""Forms about accounts: enrol somebody, change names and roles."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity import actions, role_actions
from app.identity.access import CurrentActor
from app.identity.rules import ROLE_LABELS, Actor, Belonging, Role
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import SEEN, as_said, beside, check_said, submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.office.account_actions import enrol_account
from app.office.account_pages import is_administrator, show_link
from app.office.account_queries import AccountLine, EntityChoice, get_account_line, offer_entities
from app.office.duties import ROLE_DUTIES

router = APIRouter(prefix="/office/accounts", route_class=Edge, include_in_schema=False)

CHANGED = sayable(N_("The account is changed."))
ROLES_CHANGED = sayable(N_("The roles are changed. They count from the next page on."))
BELONGINGS = [(one.value, ROLE_LABELS[one]) for one in Belonging]
EntityId = Annotated[int, Field(ge=1, le=2**62)]


class RolesIn(In):
    """The roles an account shall hold."""

    administrator: bool = False
    officer: bool = False
    approver: bool = False
    inspector: bool = False
    mark_manager: bool = False
    agency_reader: bool = False

    def roles(self) -> set[Role]:
        return {role for role in Role if getattr(self, role)}


class RolesForm(RolesIn):
    """The roles an account shall hold, with those it held when the form was opened."""

    seen: str = ""


class PersonIn(In):
    """What a person is called and signs in with."""

    phone: Annotated[Line, Field(min_length=1, max_length=20)]
    name: Annotated[Line, Field(min_length=1, max_length=120)]


class PersonForm(PersonIn):
    """The same, with what was recorded when the form was opened."""

    seen: str = ""


class AccountIn(PersonIn, RolesIn):
    """An account as an officer enrols it."""

    entity_id: EntityId | None = None
    belonging: Belonging = Belonging.OWNER


@dataclass(frozen=True)
class AccountFormView:
    """The form that enrols somebody."""

    form: Filled
    choice: EntityChoice
    belongings: list[tuple[str, str]]
    roles: list[tuple[str, str, str]]
    duties: list[tuple[str, str]]


@dataclass(frozen=True)
class PersonFormView:
    """The form that changes a person's name and phone number."""

    account: AccountLine
    form: Filled


@dataclass(frozen=True)
class RolesView:
    """The form that gives and takes roles."""

    account: AccountLine
    form: Filled
    roles: list[tuple[str, str, str]]
    own: bool


def duties() -> list[tuple[str, str]]:
    return [(ROLE_LABELS[one], ROLE_DUTIES[one]) for one in Belonging]


def _roles() -> list[tuple[str, str, str]]:
    return [(role.value, ROLE_LABELS[role], ROLE_DUTIES[role]) for role in Role]


@router.get("/new")
def new_account(request: Request, db: Db, actor: CurrentActor, entity_id: str = "") -> Response:
    actor.require_officer()
    start = Filled({"belonging": Belonging.OWNER, "entity_id": entity_id})
    return _form(request, db, actor, start)


@router.post("/new")
def add_account(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    if sent.text("find"):
        return _form(request, db, actor, Filled(sent.fields))
    given = read_form(AccountIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, given)
    try:
        with db.begin_nested():
            account, token = enrol_account(
                db,
                actor=actor,
                now=now,
                phone=given.phone,
                name=given.name,
                roles=given.roles(),
                entity_id=given.entity_id,
                belonging=given.belonging,
            )
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words))
    return show_link(request, db, account.id, token)


def offer(db: Session, actor: Actor, form: Filled) -> EntityChoice:
    text, chosen = form.value("entity"), form.value("entity_id")
    return offer_entities(db, actor=actor, text=text, chosen=chosen)


def _form(request: Request, db: Session, actor: Actor, form: Filled) -> Response:
    view = AccountFormView(
        form=form,
        choice=offer(db, actor, form),
        belongings=BELONGINGS,
        roles=_roles() if is_administrator(actor) else [],
        duties=duties(),
    )
    return show(request, "office/account_new.html", view, status=422 if form.wrong else 200)


def charged(db: Session, actor: Actor, account_id: int) -> AccountLine:
    """Return the account for a form, or refuse who may not change it."""
    actions.require_charge(db, actor, account_id)
    return get_account_line(db, account_id)


@router.get("/{account_id}/edit")
def edit_account(request: Request, db: Db, actor: CurrentActor, account_id: Id) -> Response:
    line = charged(db, actor, account_id)
    return _person(request, line, _recorded(line))


def _recorded(line: AccountLine) -> Filled:
    return as_said(Filled({"name": line.name, "phone": line.phone}))


@router.post("/{account_id}/edit")
def change_account(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    account_id: Id,
) -> Response:
    line = charged(db, actor, account_id)

    def current() -> Filled:
        role_actions.hold_account(db, account_id)
        return _recorded(get_account_line(db, account_id))

    def save(given: PersonForm) -> None:
        check_said(current(), given.seen)
        facts = given.model_dump(exclude={SEEN})
        role_actions.change_account(db, actor=actor, now=now, account_id=account_id, **facts)

    def stale() -> Filled:
        return beside(sent, current(), words, lambda _, value: value)

    wrong = submit(db, PersonForm, sent, words, save, stale=stale)
    if wrong is not None:
        return _person(request, line, wrong)
    return go(f"/office/accounts/{account_id}", say=CHANGED)


def _person(request: Request, line: AccountLine, form: Filled) -> Response:
    view = PersonFormView(line, form)
    return show(request, "office/account_edit.html", view, status=422 if form.wrong else 200)


@router.get("/{account_id}/roles")
def edit_roles(request: Request, db: Db, actor: CurrentActor, account_id: Id) -> Response:
    actor.require_role(Role.ADMINISTRATOR)
    line = get_account_line(db, account_id)
    return _roles_form(request, actor, line, _held(line))


def _held(line: AccountLine) -> Filled:
    return as_said(Filled({role: "on" if role in line.held else "" for role in Role}))


@router.post("/{account_id}/roles")
def change_roles(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    account_id: Id,
) -> Response:
    actor.require_role(Role.ADMINISTRATOR)
    line = get_account_line(db, account_id)

    def current() -> Filled:
        role_actions.hold_account(db, account_id)
        return _held(get_account_line(db, account_id))

    def save(given: RolesForm) -> None:
        check_said(current(), given.seen)
        wanted = given.roles()
        role_actions.change_roles(db, actor=actor, now=now, account_id=account_id, roles=wanted)

    def stale() -> Filled:
        def say(_: str, value: str) -> str:
            return words.gettext(N_("Yes") if value else N_("No"))

        return beside(sent, current(), words, say)

    wrong = submit(db, RolesForm, sent, words, save, stale=stale)
    if wrong is not None:
        return _roles_form(request, actor, line, wrong)
    return go(f"/office/accounts/{account_id}", say=ROLES_CHANGED)


def _roles_form(request: Request, actor: Actor, line: AccountLine, form: Filled) -> Response:
    view = RolesView(line, form, _roles(), own=actor.account_id == line.id)
    return show(request, "office/account_roles.html", view, status=422 if form.wrong else 200)
