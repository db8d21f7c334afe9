"""The office's page of the province's rules on stamps."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor, Role
from app.kit.forms import Filled, Form, filled_from, read_form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words
from app.stamps.ledger_models import StampPolicy
from app.stamps.policy_actions import set_policy
from app.stamps.policy_api import PolicyIn
from app.stamps.policy_queries import get_policy

router = APIRouter(prefix="/office/policy", route_class=Edge, include_in_schema=False)

SAVED = sayable(N_("The rules were saved."))


@dataclass(frozen=True)
class PolicyView:
    """The rules as they stand, and the form of who may change them."""

    policy: StampPolicy
    form: Filled
    may_change: bool


@router.get("")
def policy(request: Request, db: Db, actor: CurrentActor) -> Response:
    actor.require_officer()
    found = get_policy(db)
    return _page(request, found, actor, filled_from(found, list(PolicyIn.model_fields)))


@router.post("")
def save(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_role(Role.ADMINISTRATOR)
    given = read_form(PolicyIn, sent, words)
    if isinstance(given, Filled):
        return _page(request, get_policy(db), actor, given)
    set_policy(db, actor=actor, now=now, **given.model_dump())
    return go("/office/policy", say=SAVED)


def _page(request: Request, found: StampPolicy, actor: Actor, form: Filled) -> Response:
    view = PolicyView(found, form, may_change=Role.ADMINISTRATOR in actor.roles)
    return show(request, "stamps/policy.html", view, status=422 if form.wrong else 200)
