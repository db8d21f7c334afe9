"""The people who sign in: the list, one of them, and ways in and out."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.identity import actions, closing_actions, factor_actions
from app.identity.access import CurrentActor
from app.identity.queries import list_roles
from app.identity.rules import ROLE_LABELS, Actor, Belonging, Role
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.symbols import in_fours, qr_image
from app.kit.web import Db, Edge, Id, Now, Words, site
from app.office.account_queries import (
    STATES,
    AccountLine,
    Wanted,
    get_account_line,
    list_account_lines,
)
from app.office.audit_terms import terms_for
from app.rights.manager_queries import rights_of_account

router = APIRouter(prefix="/office/accounts", route_class=Edge, include_in_schema=False)

CLOSED = sayable(N_("The account is closed: its devices, links and keys no longer work."))
FACTOR_RESET = sayable(
    N_("The second factor is reset: at the next sign-in the person sets up another one.")
)
OPENED = sayable(N_("The account is open again."))
ORDERS = [("", N_("By name")), ("newest", N_("Newest first"))]
# The last of what happened to an account; the audit trail holds the rest.
RECENT = 10


@dataclass(frozen=True)
class AccountsView:
    """A page of the list of accounts."""

    page: Page[AccountLine]
    next: str | None
    previous: str | None
    wanted: Wanted
    sort: str
    orders: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    states: dict[str, str]


@dataclass(frozen=True)
class OneAccountView:
    """One account, what happened to it and what may be done to it."""

    account: AccountLine
    may_change: bool
    administrator: bool
    own: bool
    history: list[Happened]
    # The rights whose users it keeps, by id and sign.
    kept: list[tuple[int, str]]
    may_appoint: bool


@dataclass(frozen=True)
class LinkView:
    """A one-time link, shown this once, to print or to send."""

    account: AccountLine
    url: str
    code: str
    picture: str
    days: int


@router.get("")
def accounts(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    q: str = "",
    role: str = "",
    entity: str = "",
    state: str = "",
) -> Response:
    actor.require_officer()
    wanted = Wanted(text=q[:200], role=role, entity=entity[:200], state=state)
    if file:
        rows = every(lambda part: list_account_lines(db, cut=part, wanted=wanted), cut)
        return _file(file, rows, words)
    page = list_account_lines(db, cut=cut, wanted=wanted)
    view = AccountsView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted=wanted,
        sort=cut.sort,
        orders=ORDERS,
        roles=[(one.value, ROLE_LABELS[one]) for one in (*Role, *Belonging)],
        states=STATES,
    )
    return show(request, "office/accounts.html", view)


def _file(kind: FileKind, rows: Iterable[AccountLine], words: Translator) -> Response:
    # Phone numbers stay here: a file leaves the house.
    heads = [
        ("id", N_("Account no.")),
        ("name", N_("Name")),
        ("roles", N_("Roles")),
        ("entities", N_("Entities")),
        ("sign_in", N_("Sign-in")),
        ("second_factor", N_("Second factor")),
    ]
    lines = (_cells(row, words) for row in rows)
    title = N_("Accounts")
    return file_of(kind, name="accounts", title=title, heads=heads, rows=lines, words=words)


def _cells(row: AccountLine, words: Translator) -> list[Cell]:
    roles = ", ".join(words.gettext(role) for role in row.roles)
    places = "; ".join(f"{words.gettext(one.label)}: {one.entity}" for one in row.places)
    factor = words.gettext(N_("Yes")) if row.factor else ""
    return [row.id, row.name, roles, places, words.gettext(row.state), factor]


@router.get("/{account_id}")
def account(
    request: Request, db: Db, actor: CurrentActor, words: Words, account_id: Id
) -> Response:
    actor.require_officer()
    line = get_account_line(db, account_id)
    view = OneAccountView(
        account=line,
        may_change=not line.erased and (is_administrator(actor) or not line.held),
        administrator=is_administrator(actor),
        own=actor.account_id == account_id,
        history=_history(db, actor, words, account_id),
        kept=[(one.id, one.sign) for _, one in rights_of_account(db, account_id)],
        may_appoint=Role.MARK_MANAGER in list_roles(db, account_id=account_id),
    )
    return show(request, "office/account.html", view)


def _history(db: Session, actor: Actor, words: Translator, account_id: int) -> list[Happened]:
    page = list_events(db, cut=Cut(limit=RECENT), subject_kind="account", subject_id=account_id)
    hide = not is_administrator(actor)
    return [tell(event, terms_for(event), words, hide=hide) for event in page.items]


def is_administrator(actor: Actor) -> bool:
    return Role.ADMINISTRATOR in actor.roles


def show_link(request: Request, db: Session, account_id: int, token: str) -> Response:
    """Answer with a one-time link, shown this once."""
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


@router.post("/{account_id}/link")
def make_link(request: Request, db: Db, actor: CurrentActor, now: Now, account_id: Id) -> Response:
    token = actions.make_link(db, actor=actor, now=now, account_id=account_id)
    return show_link(request, db, account_id, token)


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
