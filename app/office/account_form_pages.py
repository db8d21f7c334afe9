"""Forms about accounts: enrol somebody, change names, roles and what they belong to."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import get_entity
from app.identity import actions, role_actions
from app.identity.access import CurrentActor
from app.identity.rules import ROLE_LABELS, Actor, Belonging, Role
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Line, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.office.account_actions import NothingToDo, enrol_account
from app.office.account_pages import is_administrator, show_link
from app.office.account_queries import AccountLine, EntityChoice, get_account_line, offer_entities
from app.office.duties import ROLE_DUTIES

router = APIRouter(prefix="/office/accounts", route_class=Edge, include_in_schema=False)

CHANGED = sayable(N_("The account is changed."))
ROLES_CHANGED = sayable(N_("The roles are changed. They count from the next page on."))
JOINED = sayable(N_("The person belongs to the entity now."))
LEFT = sayable(N_("The person no longer belongs to the entity."))
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


class PersonIn(In):
    """What a person is called and signs in with."""

    phone: Annotated[Line, Field(min_length=1, max_length=20)]
    name: Annotated[Line, Field(min_length=1, max_length=120)]


class AccountIn(PersonIn, RolesIn):
    """An account as an officer enrols it."""

    entity_id: EntityId | None = None
    belonging: Belonging = Belonging.OWNER


class MembershipIn(In):
    """What an account shall be to an entity."""

    entity_id: EntityId
    belonging: Belonging


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


@dataclass(frozen=True)
class MembershipView:
    """The form that has an account belong to an entity."""

    account: AccountLine
    form: Filled
    choice: EntityChoice
    belongings: list[tuple[str, str]]
    duties: list[tuple[str, str]]


def _duties() -> list[tuple[str, str]]:
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


def _offer(db: Session, actor: Actor, form: Filled) -> EntityChoice:
    text, chosen = form.value("entity"), form.value("entity_id")
    return offer_entities(db, actor=actor, text=text, chosen=chosen)


def _form(request: Request, db: Session, actor: Actor, form: Filled) -> Response:
    view = AccountFormView(
        form=form,
        choice=_offer(db, actor, form),
        belongings=BELONGINGS,
        roles=_roles() if is_administrator(actor) else [],
        duties=_duties(),
    )
    return show(request, "office/account_new.html", view, status=422 if form.wrong else 200)


def _charged(db: Session, actor: Actor, account_id: int) -> AccountLine:
    """Return the account for a form, or refuse who may not change it."""
    actions.require_charge(db, actor, account_id)
    return get_account_line(db, account_id)


@router.get("/{account_id}/edit")
def edit_account(request: Request, db: Db, actor: CurrentActor, account_id: Id) -> Response:
    line = _charged(db, actor, account_id)
    return _person(request, line, Filled({"name": line.name, "phone": line.phone}))


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
    line = _charged(db, actor, account_id)
    given = read_form(PersonIn, sent, words)
    if isinstance(given, Filled):
        return _person(request, line, given)
    try:
        role_actions.change_account(
            db,
            actor=actor,
            now=now,
            account_id=account_id,
            name=given.name,
            phone=given.phone,
        )
    except (Conflict, Invalid) as error:
        return _person(request, line, refused(sent, error, words))
    return go(f"/office/accounts/{account_id}", say=CHANGED)


def _person(request: Request, line: AccountLine, form: Filled) -> Response:
    view = PersonFormView(line, form)
    return show(request, "office/account_edit.html", view, status=422 if form.wrong else 200)


@router.get("/{account_id}/roles")
def edit_roles(request: Request, db: Db, actor: CurrentActor, account_id: Id) -> Response:
    actor.require_role(Role.ADMINISTRATOR)
    line = get_account_line(db, account_id)
    return _roles_form(request, actor, line, Filled(dict.fromkeys(line.held, "on")))


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
    given = read_form(RolesIn, sent, words)
    if isinstance(given, Filled):
        return _roles_form(request, actor, line, given)
    try:
        role_actions.change_roles(
            db, actor=actor, now=now, account_id=account_id, roles=given.roles()
        )
    except Conflict as error:
        return _roles_form(request, actor, line, refused(sent, error, words))
    return go(f"/office/accounts/{account_id}", say=ROLES_CHANGED)


def _roles_form(request: Request, actor: Actor, line: AccountLine, form: Filled) -> Response:
    view = RolesView(line, form, _roles(), own=actor.account_id == line.id)
    return show(request, "office/account_roles.html", view, status=422 if form.wrong else 200)


@router.get("/{account_id}/memberships/new")
def new_membership(
    request: Request, db: Db, actor: CurrentActor, account_id: Id, entity_id: str = ""
) -> Response:
    line = _charged(db, actor, account_id)
    start = Filled({"belonging": Belonging.OWNER, "entity_id": entity_id})
    return _membership(request, db, actor, line, start)


@router.post("/{account_id}/memberships/new")
def join(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    account_id: Id,
) -> Response:
    line = _charged(db, actor, account_id)
    if sent.text("find"):
        return _membership(request, db, actor, line, Filled(sent.fields))
    given = _read_membership(sent, words)
    if isinstance(given, Filled):
        return _membership(request, db, actor, line, given)
    get_entity(db, given.entity_id, actor=actor)
    actions.join_entity(
        db,
        actor=actor,
        now=now,
        account_id=account_id,
        entity_id=given.entity_id,
        belonging=given.belonging,
    )
    return go(f"/office/accounts/{account_id}", say=JOINED)


def _read_membership(sent: Sent, words: Translator) -> MembershipIn | Filled:
    if not sent.text("entity_id"):
        return refused(sent, NothingToDo(), words)
    return read_form(MembershipIn, sent, words)


def _membership(
    request: Request, db: Session, actor: Actor, line: AccountLine, form: Filled
) -> Response:
    view = MembershipView(line, form, _offer(db, actor, form), BELONGINGS, _duties())
    return show(request, "office/account_join.html", view, status=422 if form.wrong else 200)


@router.post("/{account_id}/memberships/{entity_id}/end")
def leave(db: Db, actor: CurrentActor, now: Now, account_id: Id, entity_id: Id) -> Response:
    role_actions.end_membership(
        db, actor=actor, now=now, account_id=account_id, entity_id=entity_id
    )
    return go(f"/office/accounts/{account_id}", say=LEFT)
