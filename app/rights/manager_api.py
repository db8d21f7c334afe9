"""Who keeps the users of a right."""

from datetime import datetime

from fastapi import APIRouter

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Out
from app.kit.web import Db, Id, Now
from app.rights import manager_actions
from app.rights.api import Key
from app.rights.manager_queries import list_managers
from app.rights.queries import get_right

router = APIRouter(prefix="/api/v1/rights", tags=["rights"], route_class=ApiRoute)


class ManagerIn(In):
    """The account of a mark manager."""

    account_id: Key


class ManagerOut(Out):
    """An account that keeps the users of a right, or did until `ended_at`."""

    account_id: int
    name: str = ""
    appointed_at: datetime
    appointed_by: str
    ended_at: datetime | None
    ended_by: str


@router.get("/{right_id}/managers")
def managers(right_id: Id, db: Db, actor: CurrentActor) -> list[ManagerOut]:
    """Return who keeps the users of a right, the present ones first."""
    actor.require_department()
    found = list_managers(db, get_right(db, right_id).id)
    return [ManagerOut.model_validate(one).model_copy(update={"name": name}) for one, name in found]


@router.post("/{right_id}/managers", status_code=201)
def appoint(right_id: Id, given: ManagerIn, db: Db, actor: CurrentActor, now: Now) -> ManagerOut:
    """Let a mark manager's account keep the users of a right."""
    made = manager_actions.appoint_manager(
        db, actor=actor, now=now, right_id=right_id, account_id=given.account_id
    )
    return ManagerOut.model_validate(made)


@router.post("/{right_id}/managers/{keeper_id}/end")
def end(right_id: Id, keeper_id: Id, db: Db, actor: CurrentActor, now: Now) -> ManagerOut:
    found = manager_actions.end_manager(
        db, actor=actor, now=now, right_id=right_id, account_id=keeper_id
    )
    return ManagerOut.model_validate(found)
