from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from app.identity import actions, queries, session_actions
from app.identity.access import (
    CurrentActor,
    MaybeActor,
    check_origin,
    cookie_name,
    session_token,
)
from app.identity.devices import device_name
from app.identity.factor_queries import find_half, has_factor
from app.identity.models import ApiKey, SessionToken
from app.identity.rules import (
    ROLE_LABELS,
    Actor,
    BadPhone,
    Belonging,
    hashed,
    normalised_phone,
)
from app.identity.second_factor import Step
from app.identity.tries import Counted, counted_by_network, counted_by_phone
from app.kit.errors import DomainError, Forbidden, Throttled, status_of
from app.kit.fences import EVERYTHING
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import LANGUAGES, N_
from app.kit.pages import go, sayable, show
from app.kit.web import Databases, Db, Edge, Id, Now, Words, front_door, site

router = APIRouter(route_class=Edge, include_in_schema=False)

DEVICE_OUT = sayable(N_("That device is signed out."))
KEY_REVOKED = sayable(N_("The key no longer works."))
KEY_DAYS = [(30, N_("30 days")), (90, N_("90 days")), (365, N_("1 year"))]
# Whose the session is, as a bare number: it opens nothing.
READER_COOKIE = "ocop-reader"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NeedsHttps(Forbidden):
    """Sign-in needs https"""

    code = "identity.needs_https"
    detail = N_("Open this site with https:// so that nobody on the way reads your password.")


@dataclass(frozen=True)
class SignInView:
    """The sign-in form."""

    form: Filled
    after: str


@dataclass(frozen=True)
class AccountView:
    """One's own account: roles, devices, keys."""

    actor: Actor
    roles: list[str]
    sessions: list[SessionToken]
    this_device: str
    keys: list[ApiKey]
    form: Filled
    days: list[tuple[int, str]]
    has_factor: bool
    owner: bool
    new_key: str = ""

    @staticmethod
    def device(session: SessionToken) -> str:
        return device_name(session.device)


class KeyIn(In):
    """An API key as its account asks for it."""

    label: Annotated[Line, Field(min_length=1, max_length=80)]
    days: Literal["30", "90", "365"]


def require_https(request: Request) -> None:
    if request.url.scheme != "https" and request.url.hostname not in LOOPBACK:
        raise NeedsHttps


def home_of(actor: Actor) -> str:
    return "/office" if actor.roles else "/app/today"


def own_path(path: str) -> str:
    """Return a path of this site, never an address elsewhere."""
    # Browsers read a backslash as a slash, and drop tabs and line breaks before they look.
    safe = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return path if safe and "\\" not in path else ""


def to_sign_in(request: Request) -> Response:
    """Send a reader without a session to the form, and back afterwards."""
    path = request.url.path if request.method == "GET" else ""
    query = f"?{request.url.query}" if path and request.url.query else ""
    return RedirectResponse(f"/sign-in?after={quote(path + query)}", status_code=303)


def step_path(step: Step, after: str) -> str:
    """Return the page of what a session still owes, on the way to where its reader was going."""
    path = {Step.CODE: "/sign-in/code", Step.ENROL: "/sign-in/second-factor"}[step]
    return f"{path}?after={quote(after)}" if after else path


def _find_step(request: Request) -> Step | None:
    token, held = session_token(request), site(request)
    if token is None:
        return None
    required = request.app.state.settings.second_factor_required
    with held.database.scoped(EVERYTHING).begin(write=False) as db:
        half = find_half(db, token=token, now=held.clock(), required=required)
        return half.step if half else None


@router.get("/sign-in")
def sign_in_form(request: Request, actor: MaybeActor, after: str = "") -> Response:
    if actor is not None:
        return go(own_path(after) or home_of(actor))
    require_https(request)
    step = _find_step(request)
    if step is not None:
        return go(step_path(step, own_path(after)))
    return show(request, "identity/sign_in.html", SignInView(Filled(), own_path(after)))


@dataclass(frozen=True)
class Claimed:
    """Whom the form names, and whether its password is theirs: found before the transaction."""

    account_id: int | None
    right: bool


async def _claimed(request: Request, database: Databases, sent: Form) -> Claimed:
    # argon2 is slow by design, so it runs before the writing transaction begins.
    def look() -> Claimed:
        with database.begin(write=False) as db:
            try:
                account = queries.find_account(db, phone=normalised_phone(sent.text("phone")))
            except BadPhone:
                account = None
        stored = account.password_hash if account else None
        right = actions.matches(sent.fields.get("password", "")[:200], stored)
        return Claimed(account.id if account else None, right)

    require_https(request)
    check_origin(request)
    return await run_in_threadpool(look)


@router.post("/sign-in", dependencies=[Depends(front_door)])
def sign_in(
    request: Request,
    sent: Form,
    claimed: Annotated[Claimed, Depends(_claimed)],
    db: Db,
    now: Now,
    words: Words,
) -> Response:
    account = queries.get_account(db, claimed.account_id) if claimed.account_id else None
    after = own_path(sent.text("after"))
    try:
        with db.begin_nested():
            opened = session_actions.sign_in(
                db,
                now=now,
                account=account,
                right=claimed.right,
                device=request.headers.get("user-agent", ""),
                counted=counted_for(request, sent.text("phone")),
                sealer=request.app.state.sealer,
                required=request.app.state.settings.second_factor_required,
            )
    except DomainError as error:
        view = SignInView(refused(sent, error, words), after)
        return wrong_again(show(request, "identity/sign_in.html", view, status=422), error)
    assert account is not None  # noqa: S101 - sign_in refuses where there is none
    if opened.step is Step.NONE:
        answer = go(after or home_of(queries.actor_for(db, account)))
    else:
        answer = go(step_path(opened.step, after))
    set_cookie(request, answer, opened.token)
    # For the app on the phone, which keeps each account's records apart: it can't read the
    # session, and asks the server only where there is a network.
    _set(request, answer, READER_COOKIE, str(account.id), readable=True)
    return answer


def counted_for(request: Request, phone: str) -> list[Counted]:
    """Return what a wrong try with this number from this reader's network is counted by."""
    sealer = request.app.state.sealer
    address = request.client.host if request.client else ""
    return [counted_by_phone(sealer, phone), counted_by_network(sealer, address)]


def wrong_again(response: Response, error: DomainError) -> Response:
    """Return the form's answer to a wrong try; one that came too soon says how long to wait."""
    if isinstance(error, Throttled):
        response.status_code = status_of(error)
        response.headers["Retry-After"] = str(error.seconds)
    return response


def set_cookie(request: Request, response: Response, token: str) -> None:
    _set(request, response, cookie_name(request), token)


def _set(
    request: Request, response: Response, name: str, value: str, *, readable: bool = False
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=session_actions.SESSION_DAYS * 86_400,
        secure=request.url.scheme == "https",
        httponly=not readable,
        samesite="lax",
    )


@router.post("/sign-out", dependencies=[Depends(front_door)])
def sign_out(request: Request, db: Db) -> Response:
    check_origin(request)
    token = session_token(request)
    if token:
        session_actions.sign_out(db, token=token)
    response = go("/sign-in")
    for name in (cookie_name(request), READER_COOKIE):
        response.delete_cookie(
            name,
            secure=request.url.scheme == "https",
            httponly=name != READER_COOKIE,
            samesite="lax",
        )
    return response


@router.get("/account")
def account(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    return _account(request, db, actor, now, Filled())


def _account(
    request: Request, db: Db, actor: CurrentActor, now: Now, form: Filled, new_key: str = ""
) -> Response:
    view = AccountView(
        actor=actor,
        roles=[ROLE_LABELS[role] for role in sorted(actor.roles)],
        sessions=queries.list_sessions(db, account_id=actor.account_id or 0, now=now),
        this_device=hashed(session_token(request) or ""),
        keys=queries.list_api_keys(db, account_id=actor.account_id or 0),
        form=form,
        days=KEY_DAYS,
        has_factor=has_factor(db, account_id=actor.account_id or 0),
        owner=Belonging.OWNER in actor.memberships.values(),
        new_key=new_key,
    )
    return show(request, "identity/account.html", view, status=422 if form.wrong else 200)


@router.post("/account/keys")
def make_key(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    given = read_form(KeyIn, sent, words)
    if isinstance(given, Filled):
        return _account(request, db, actor, now, given)
    key = actions.make_api_key(
        db,
        actor=actor,
        now=now,
        account_id=actor.account_id or 0,
        label=given.label,
        expires_at=now + timedelta(days=int(given.days)),
    )
    # No redirect: the key would have to travel in an address, and addresses are kept.
    return _account(request, db, actor, now, Filled(), new_key=key)


@router.post("/account/language")
def choose_language(db: Db, actor: CurrentActor, sent: Form) -> Response:
    language = sent.text("language")
    if language in LANGUAGES:
        actions.choose_language(db, actor=actor, language=language)
    return go("/account")


@router.post("/account/devices/{token_hash}/end")
def end_session(db: Db, actor: CurrentActor, token_hash: str) -> Response:
    session_actions.end_session(db, actor=actor, token_hash=token_hash)
    return go("/account", say=DEVICE_OUT)


@router.post("/account/keys/{key_id}/revoke")
def revoke_key(db: Db, actor: CurrentActor, now: Now, key_id: Id) -> Response:
    actions.revoke_api_key(db, actor=actor, now=now, key_id=key_id)
    return go("/account", say=KEY_REVOKED)
