"""One's own second factor: set up, moved to another phone, its recovery codes, turned off."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.models import AuditEvent
from app.identity import factor_actions
from app.identity.access import CurrentActor, session_token
from app.identity.factor_models import SecondFactor
from app.identity.factor_queries import count_recovery_codes, find_reset, find_session
from app.identity.factor_views import CodesView, SetUp, set_up_of, sheet_of
from app.identity.models import SessionToken
from app.identity.pages import set_cookie, wrong_again
from app.identity.queries import get_account
from app.identity.rules import Actor
from app.identity.second_factor import WrongCode
from app.identity.session_actions import begin_factor
from app.kit.errors import Conflict, DomainError, Throttled, Unauthenticated
from app.kit.forms import Filled, Form, Sent, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words

HERE = "/account/second-factor"
router = APIRouter(prefix=HERE, route_class=Edge, include_in_schema=False)

ENDED = sayable(N_("The second factor is turned off."))


@dataclass(frozen=True)
class FactorView:
    """The state of one's own second factor, and what may be done to it."""

    actor: Actor
    factor: SecondFactor | None
    codes_left: int
    needed: bool
    reset: AuditEvent | None
    form: Filled


@dataclass(frozen=True)
class NewFactorView:
    """A new secret, to be confirmed by the app's code."""

    actor: Actor
    form: Filled
    set_up: SetUp


@router.get("")
def factor(request: Request, db: Db, actor: CurrentActor) -> Response:
    return _factor(request, db, actor, Filled())


def _factor(request: Request, db: Session, actor: Actor, form: Filled) -> Response:
    account_id = actor.account_id or 0
    view = FactorView(
        actor=actor,
        factor=db.get(SecondFactor, account_id),
        codes_left=count_recovery_codes(db, account_id=account_id),
        needed=bool(actor.roles) and request.app.state.settings.second_factor_required,
        reset=find_reset(db, account_id=account_id),
        form=form,
    )
    return show(request, "identity/factor.html", view, status=422 if form.wrong else 200)


def _session(request: Request, db: Session, actor: Actor, now: datetime) -> SessionToken:
    session = find_session(db, token=session_token(request) or "", now=now)
    # An API key acts for an account, but no device can be set up by it.
    if session is None or session.account_id != actor.account_id:
        raise Unauthenticated
    return session


def _proved(request: Request, db: Session, actor: Actor, now: datetime, sent: Sent) -> None:
    """Take a code of the app, or a recovery code, before anything about them changes."""
    recovery = sent.text("recovery")
    give = factor_actions.give_recovery_code if recovery else factor_actions.give_code
    give(
        db,
        sealer=request.app.state.sealer,
        now=now,
        account_id=actor.account_id or 0,
        code=recovery or sent.text("code"),
    )


@router.post("")
def begin(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    _session(request, db, actor, now)

    def start() -> Response:
        if db.get(SecondFactor, actor.account_id or 0) is not None:
            _proved(request, db, actor, now, sent)
        begin_factor(db, sealer=request.app.state.sealer, token=session_token(request) or "")
        return go(f"{HERE}/new")

    return _tried(request, db, actor, words, sent, start)


def _tried(
    request: Request,
    db: Session,
    actor: Actor,
    words: Words,
    sent: Sent,
    do: Callable[[], Response],
) -> Response:
    """Do it, or show the page again with what was wrong about the code."""
    try:
        with db.begin_nested():
            return do()
    except (WrongCode, Throttled, Conflict) as error:
        form = replace(refused(sent, error, words), values={})
        return wrong_again(_factor(request, db, actor, form), error)


@router.get("/new")
def new_factor(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    return _new(request, db, actor, now, Filled())


def _new(request: Request, db: Session, actor: Actor, now: datetime, form: Filled) -> Response:
    session = find_session(db, token=session_token(request) or "", now=now)
    account = get_account(db, actor.account_id or 0)
    candidate = session.candidate if session else None
    set_up = set_up_of(candidate, account.id, account.phone, request.app.state.sealer)
    if set_up is None:
        return go(HERE)
    view = NewFactorView(actor, form, set_up)
    return show(request, "identity/factor_new.html", view, status=422 if form.wrong else 200)


@router.post("/new")
def confirm(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    session = _session(request, db, actor, now)
    if session.candidate is None:
        return go(HERE)
    try:
        with db.begin_nested():
            token, codes = factor_actions.confirm_factor(
                db,
                sealer=request.app.state.sealer,
                now=now,
                session=session,
                code=sent.text("code"),
            )
    except DomainError as error:
        form = replace(refused(sent, error, words), values={})
        return _new(request, db, actor, now, form)
    answer = show(request, "identity/factor_codes.html", CodesView(sheet_of(codes), HERE))
    set_cookie(request, answer, token)
    return answer


@router.post("/codes")
def renew_codes(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    def renew() -> Response:
        _proved(request, db, actor, now, sent)
        codes = factor_actions.renew_codes(
            db, actor=actor, sealer=request.app.state.sealer, now=now
        )
        return show(request, "identity/factor_codes.html", CodesView(sheet_of(codes), HERE))

    return _tried(request, db, actor, words, sent, renew)


@router.post("/end")
def end_factor(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    required = request.app.state.settings.second_factor_required

    def end() -> Response:
        _proved(request, db, actor, now, sent)
        factor_actions.end_factor(db, actor=actor, now=now, required=required)
        return go(HERE, say=ENDED)

    return _tried(request, db, actor, words, sent, end)
