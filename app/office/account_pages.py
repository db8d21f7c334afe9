from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity import actions, closing_actions, factor_actions
from app.identity.access import CurrentActor
from app.identity.rules import ROLE_LABELS, Actor, Belonging, Role
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cutting, Page, next_path
from app.kit.symbols import in_fours, qr_image
from app.kit.web import Db, Edge, Id, Now, Words, site
from app.office.account_actions import enrol_account
from app.office.account_queries import (
    AccountLine,
    get_account_line,
    list_account_lines,
    list_entity_names,
)

router = APIRouter(prefix="/office/accounts", route_class=Edge, include_in_schema=False)

CLOSED = sayable(N_("The account is closed: its devices, links and keys no longer work."))
FACTOR_RESET = sayable(
    N_("The second factor is reset: at the next sign-in the person sets up another one.")
)
OPENED = sayable(N_("The account is open again."))


class AccountIn(In):
    """An account as an officer enrols it."""

    phone: Annotated[Line, Field(min_length=1, max_length=20)]
    name: Annotated[Line, Field(min_length=1, max_length=120)]
    entity_id: Annotated[int, Field(ge=1, le=2**62)] | None = None
    belonging: Belonging = Belonging.OWNER
    administrator: bool = False
    officer: bool = False
    approver: bool = False
    inspector: bool = False
    mark_manager: bool = False
    agency_reader: bool = False

    def roles(self) -> set[Role]:
        return {role for role in Role if getattr(self, role)}


@dataclass(frozen=True)
class AccountsView:
    """A page of the list of accounts."""

    page: Page[AccountLine]
    next: str | None


@dataclass(frozen=True)
class AccountFormView:
    """The form that enrols somebody."""

    form: Filled
    entities: list[tuple[int, str]]
    belongings: list[tuple[str, str]]
    roles: list[tuple[str, str]]


@dataclass(frozen=True)
class OneAccountView:
    """One account and what may be done to it."""

    account: AccountLine
    may_change: bool
    own: bool


@dataclass(frozen=True)
class LinkView:
    """A one-time link, shown this once, to print or to send."""

    account: AccountLine
    url: str
    code: str
    picture: str
    days: int


@router.get("")
def accounts(request: Request, db: Db, actor: CurrentActor, cut: Cutting) -> Response:
    actor.require_officer()
    page = list_account_lines(db, cut=cut)
    return show(request, "office/accounts.html", AccountsView(page, next_path(request, page)))


@router.get("/new")
def new_account(request: Request, db: Db, actor: CurrentActor) -> Response:
    actor.require_officer()
    return _form(request, db, actor, Filled({"belonging": Belonging.OWNER}))


@router.post("/new")
def add_account(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
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
    return _link(request, db, account.id, token)


def _form(request: Request, db: Db, actor: Actor, form: Filled) -> Response:
    view = AccountFormView(
        form=form,
        entities=list_entity_names(db),
        belongings=[(one.value, ROLE_LABELS[one]) for one in Belonging],
        roles=[(role.value, ROLE_LABELS[role]) for role in Role] if _may_grant(actor) else [],
    )
    return show(request, "office/account_new.html", view, status=422 if form.wrong else 200)


def _may_grant(actor: Actor) -> bool:
    return Role.ADMINISTRATOR in actor.roles


def _link(request: Request, db: Db, account_id: int, token: str) -> Response:
    # No redirect: the code would have to travel in an address, and addresses are kept.
    url = f"{site(request).base_url}/enrol/{token}"
    view = LinkView(
        account=get_account_line(db, account_id),
        url=url,
        code=in_fours(token),
        picture=qr_image(url),
        days=actions.LINK_DAYS,
    )
    return show(request, "office/account_link.html", view)


@router.get("/{account_id}")
def account(request: Request, db: Db, actor: CurrentActor, account_id: Id) -> Response:
    actor.require_officer()
    line = get_account_line(db, account_id)
    view = OneAccountView(
        account=line,
        may_change=_may_grant(actor) or not line.roles,
        own=actor.account_id == account_id,
    )
    return show(request, "office/account.html", view)


@router.post("/{account_id}/link")
def make_link(request: Request, db: Db, actor: CurrentActor, now: Now, account_id: Id) -> Response:
    token = actions.make_link(db, actor=actor, now=now, account_id=account_id)
    return _link(request, db, account_id, token)


@router.post("/{account_id}/second-factor/reset")
def reset_factor(db: Db, actor: CurrentActor, now: Now, account_id: Id) -> Response:
    factor_actions.reset_factor(db, actor=actor, now=now, account_id=account_id)
    return go(f"/office/accounts/{account_id}", say=FACTOR_RESET)


@router.post("/{account_id}/close")
def close_account(db: Db, actor: CurrentActor, now: Now, account_id: Id) -> Response:
    closing_actions.close_account(db, actor=actor, now=now, account_id=account_id)
    return go(f"/office/accounts/{account_id}", say=CLOSED)


@router.post("/{account_id}/open")
def open_account(db: Db, actor: CurrentActor, now: Now, account_id: Id) -> Response:
    closing_actions.open_account(db, actor=actor, now=now, account_id=account_id)
    return go(f"/office/accounts/{account_id}", say=OPENED)
