"""The second step of signing in: the code of the app, or setting the app up."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.models import AuditEvent
from app.identity import factor_actions
from app.identity.access import check_origin, session_token
from app.identity.factor_queries import Half, find_half, find_reset
from app.identity.factor_views import CodesView, SetUp, set_up_of, sheet_of
from app.identity.pages import home_of, own_path, require_https, set_cookie, wrong_again
from app.identity.queries import actor_for
from app.identity.second_factor import FactorThere, Step, WrongCode
from app.identity.session_actions import begin_factor
from app.kit.errors import DomainError, Throttled
from app.kit.forms import Filled, Form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words, front_door

router = APIRouter(
    prefix="/sign-in",
    route_class=Edge,
    include_in_schema=False,
    dependencies=[Depends(front_door)],
)

RECOVERED = sayable(
    N_("You signed in with a recovery code. If the phone is lost, set up another one now.")
)


@dataclass(frozen=True)
class CodeStepView:
    """The form for the code of the app, and the one for a recovery code."""

    form: Filled
    after: str
    name: str


@dataclass(frozen=True)
class EnrolStepView:
    """The app is set up before anything else opens."""

    form: Filled
    after: str
    name: str
    set_up: SetUp | None
    reset: AuditEvent | None


def _half(request: Request, db: Session, now: datetime, step: Step) -> Half | None:
    """Return the session if this is the step it owes."""
    require_https(request)
    check_origin(request)
    token = session_token(request) or ""
    required = request.app.state.settings.second_factor_required
    half = find_half(db, token=token, now=now, required=required)
    return half if half is not None and half.step is step else None


@router.get("/code")
def code_form(request: Request, db: Db, now: Now, after: str = "") -> Response:
    half = _half(request, db, now, Step.CODE)
    if half is None:
        return go("/sign-in")
    view = CodeStepView(Filled(), own_path(after), half.account.name)
    return show(request, "identity/factor_code.html", view)


@router.post("/code")
def give_code(request: Request, db: Db, now: Now, words: Words, sent: Form) -> Response:
    half = _half(request, db, now, Step.CODE)
    if half is None:
        return go("/sign-in")
    after, recovery = own_path(sent.text("after")), sent.text("recovery")
    give = factor_actions.give_recovery_code if recovery else factor_actions.give_code
    try:
        with db.begin_nested():
            give(
                db,
                sealer=request.app.state.sealer,
                now=now,
                account_id=half.account.id,
                code=recovery or sent.text("code"),
            )
    except (WrongCode, Throttled) as error:
        view = CodeStepView(_again(refused(sent, error, words)), after, half.account.name)
        return wrong_again(show(request, "identity/factor_code.html", view, status=422), error)
    token = factor_actions.make_whole(db, now=now, session=half.session)
    home = after or home_of(actor_for(db, half.account))
    answer = go("/account/second-factor", say=RECOVERED) if recovery else go(home)
    set_cookie(request, answer, token)
    return answer


def _again(form: Filled) -> Filled:
    # A code that was wrong is not worth correcting: the app shows another one by then.
    return Filled({}, form.errors, form.problem)


@router.get("/second-factor")
def set_up_form(request: Request, db: Db, now: Now, after: str = "") -> Response:
    half = _half(request, db, now, Step.ENROL)
    return _set_up(request, db, half, own_path(after), Filled()) if half else go("/sign-in")


def _set_up(request: Request, db: Session, half: Half, after: str, form: Filled) -> Response:
    view = EnrolStepView(
        form=form,
        after=after,
        name=half.account.name,
        set_up=set_up_of(
            half.session.candidate,
            half.account.id,
            half.account.phone,
            request.app.state.sealer,
        ),
        reset=find_reset(db, account_id=half.account.id),
    )
    return show(request, "identity/factor_step.html", view, status=422 if form.wrong else 200)


@router.post("/second-factor")
def set_up(request: Request, db: Db, now: Now, words: Words, sent: Form) -> Response:
    half, sealer = _half(request, db, now, Step.ENROL), request.app.state.sealer
    if half is None:
        return go("/sign-in")
    after = own_path(sent.text("after"))
    if half.session.candidate is None:
        begin_factor(db, sealer=sealer, token=session_token(request) or "")
        return _set_up(request, db, half, after, Filled())
    try:
        with db.begin_nested():
            token, codes = factor_actions.confirm_factor(
                db, sealer=sealer, now=now, session=half.session, code=sent.text("code")
            )
    except FactorThere:
        return go("/sign-in")
    except DomainError as error:
        return _set_up(request, db, half, after, _again(refused(sent, error, words)))
    home = after or home_of(actor_for(db, half.account))
    answer = show(request, "identity/factor_codes.html", CodesView(sheet_of(codes), home))
    set_cookie(request, answer, token)
    return answer
