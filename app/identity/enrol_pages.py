from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from app.identity import actions, queries
from app.identity.access import check_origin
from app.identity.pages import counted_for, require_https
from app.identity.rules import WeakPassword, normalised_code, shown_phone
from app.identity.session_actions import forget_failures
from app.kit.errors import DomainError
from app.kit.forms import Filled, Form, Sent, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words, front_door

router = APIRouter(prefix="/enrol", route_class=Edge, include_in_schema=False)

PASSWORD_SET = sayable(N_("The password is set. Sign in with it."))


@dataclass(frozen=True)
class CodeView:
    """The form for a one-time code that was read out or printed."""


@dataclass(frozen=True)
class EnrolView:
    """The form behind a one-time link."""

    form: Filled
    name: str
    phone: str


@router.get("")
def code_form(request: Request, code: str = "") -> Response:
    require_https(request)
    typed = normalised_code(code)
    return go(f"/enrol/{typed}") if typed else show(request, "identity/code.html", CodeView())


@router.get("/{token}", dependencies=[Depends(front_door)])
def enrol_form(request: Request, db: Db, now: Now, token: str) -> Response:
    require_https(request)
    return _enrol(request, db, now, token, Filled())


def _enrol(request: Request, db: Db, now: Now, token: str, form: Filled) -> Response:
    link = queries.get_open_link(db, token=normalised_code(token), now=now)
    account = queries.get_account(db, link.account_id)
    view = EnrolView(form, account.name, shown_phone(account.phone))
    return show(request, "identity/enrol.html", view, status=422 if form.wrong else 200)


class Unequal(WeakPassword):
    """The two passwords differ"""

    code = "identity.unequal"
    detail = N_("Type the same password twice.")
    field = "again"


async def _new_hash(sent: Form) -> str | DomainError:
    if sent.fields.get("password", "") != sent.fields.get("again", ""):
        return Unequal()
    try:
        return await run_in_threadpool(actions.hash_password, sent.fields.get("password", ""))
    except WeakPassword as error:
        return error


@router.post("/{token}", dependencies=[Depends(front_door)])
def enrol(
    request: Request,
    new_hash: Annotated[str | DomainError, Depends(_new_hash)],
    db: Db,
    now: Now,
    words: Words,
    token: str,
) -> Response:
    require_https(request)
    check_origin(request)
    if isinstance(new_hash, DomainError):
        # A password is the one thing a form does not show again.
        return _enrol(request, db, now, token, refused(Sent({}, {}), new_hash, words))
    account = actions.set_password_by_link(
        db, now=now, token=normalised_code(token), password_hash=new_hash
    )
    # Whoever forgot it has often tried before they asked for the link.
    forget_failures(db, counted=counted_for(request, account.phone)[:1])
    return go("/sign-in", say=PASSWORD_SET)
