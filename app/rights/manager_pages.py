"""The rights a mark manager keeps the users of, and who keeps those of a right."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor, Role
from app.kit.clock import day_of
from app.kit.forms import Filled, Form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words
from app.rights import manager_actions
from app.rights.kept_queries import KeptRight, Waiting, kept_rights, waiting_for
from app.rights.manager_api import ManagerIn
from app.rights.manager_queries import accounts_to_appoint, list_managers
from app.rights.models import IpRight
from app.rights.queries import get_right
from app.rights.use_models import RightManager

router = APIRouter(prefix="/office/rights", route_class=OnceRoute, include_in_schema=False)
kept_router = APIRouter(prefix="/office/managed", route_class=OnceRoute, include_in_schema=False)

objection_router = APIRouter(
    prefix="/office/objections", route_class=OnceRoute, include_in_schema=False
)

APPOINTED = sayable(N_("From now on this account keeps the users of the right."))
DISMISSED = sayable(N_("The account no longer keeps the users of the right."))
_OFFERED = 500


@dataclass(frozen=True)
class ManagersView:
    """Who keeps the users of a right, or did."""

    right: IpRight
    managers: Sequence[tuple[RightManager, str]]
    accounts: list[tuple[int, str]]
    form: Filled
    may_change: bool


@dataclass(frozen=True)
class KeptView:
    """A mark manager's own rights, and what waits there."""

    rights: list[KeptRight]
    waiting: list[Waiting]


@dataclass(frozen=True)
class ObjectionsView:
    """The open objections to use rights: all, or those to what a mark manager keeps."""

    waiting: list[Waiting]


@kept_router.get("")
def kept(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    actor.require_role(Role.MARK_MANAGER)
    rights = kept_rights(db, actor=actor, day=day_of(now))
    view = KeptView(rights=rights, waiting=waiting_for(db, actor=actor))
    return show(request, "rights/kept.html", view)


@objection_router.get("")
def objections(request: Request, db: Db, actor: CurrentActor) -> Response:
    if not actor.of_department:
        actor.require_role(Role.MARK_MANAGER)
    view = ObjectionsView(waiting_for(db, actor=actor))
    return show(request, "rights/objections.html", view)


@router.get("/{right_id}/managers")
def managers(request: Request, db: Db, actor: CurrentActor, right_id: Id) -> Response:
    actor.require_department()
    return _show(request, db, actor, get_right(db, right_id), Filled())


@router.post("/{right_id}/managers")
def appoint(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    found = get_right(db, right_id)
    actor.require_officer()

    def save(given: ManagerIn) -> None:
        manager_actions.appoint_manager(
            db, actor=actor, now=now, right_id=right_id, account_id=given.account_id
        )

    wrong = submit(db, ManagerIn, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, found, wrong)
    return go(f"/office/rights/{right_id}/managers", say=APPOINTED)


@router.post("/{right_id}/managers/{keeper_id}/end")
def end(db: Db, actor: CurrentActor, now: Now, right_id: Id, keeper_id: Id) -> Response:
    manager_actions.end_manager(db, actor=actor, now=now, right_id=right_id, account_id=keeper_id)
    return go(f"/office/rights/{right_id}/managers", say=DISMISSED)


def _show(request: Request, db: Session, actor: Actor, right: IpRight, form: Filled) -> Response:
    view = ManagersView(
        right=right,
        managers=list_managers(db, right.id),
        accounts=accounts_to_appoint(db, right.id, limit=_OFFERED) if actor.officer else [],
        form=form,
        may_change=actor.officer,
    )
    return show(request, "rights/managers.html", view, status=422 if form.wrong else 200)
