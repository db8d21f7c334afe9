"""The forms that record who owns and manages a right, and since when somebody does no more."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.forms import Filled
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import as_of
from app.kit.web import Db, Id
from app.rights import holder_actions, queries
from app.rights.holder_queries import get_part
from app.rights.holding import HolderRole
from app.rights.models import IpRight
from app.rights.pages import offered_entities
from app.rights.part_pages import Asked
from app.rights.right_models import RightHolder
from app.rights.right_part_api import EndIn, HolderIn, ReasonIn

router = APIRouter(
    prefix="/office/rights/{right_id}/holders", route_class=OnceRoute, include_in_schema=False
)

RECORDED = sayable(N_("Recorded. Pages follow at once."))
STRUCK = sayable(N_("The line is struck. It stays in the history."))
ROLES: Final = [(one.value, one.label) for one in HolderRole]


@dataclass(frozen=True)
class HolderFormView:
    """The form that records an owner or managing body."""

    form: Filled
    right: IpRight
    roles: list[tuple[str, str]]
    entities: list[tuple[str, str]]
    more: bool


@dataclass(frozen=True)
class HolderView:
    """One line, with the forms that give it a last day and that strike it."""

    right: IpRight
    holder: RightHolder
    role: str
    end: Filled
    strike: Filled


@router.get("/new")
def new_holder(
    request: Request, db: Db, actor: CurrentActor, right_id: Id, role: str = ""
) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    usual = {"role": role or HolderRole.OWNER.value, "takes_over": "on"}
    return _form(request, db, actor, found, as_of(Filled(usual), found.updated_at))


@router.post("/new")
def add_holder(asked: Asked) -> Response:
    if asked.sent.text("find"):
        return _form(asked.request, asked.db, asked.actor, asked.right, Filled(asked.sent.fields))
    wrong = asked.save(HolderIn, holder_actions.add_holder)
    if wrong is not None:
        return _form(asked.request, asked.db, asked.actor, asked.right, wrong)
    return go(f"/office/rights/{asked.right.id}#holders", say=RECORDED)


@router.get("/{holder_id}")
def holder(request: Request, db: Db, actor: CurrentActor, right_id: Id, holder_id: Id) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    line = get_part(db, RightHolder, holder_id, right_id=right_id)
    return _one(request, found, line)


@router.post("/{holder_id}/end")
def end_holder(asked: Asked, holder_id: Id) -> Response:
    line = get_part(asked.db, RightHolder, holder_id, right_id=asked.right.id)
    wrong = asked.save(EndIn, holder_actions.end_holder, holder_id=line.id)
    if wrong is not None:
        return _one(asked.request, asked.right, line, end=wrong)
    return go(f"/office/rights/{asked.right.id}#holders", say=RECORDED)


@router.post("/{holder_id}/strike")
def strike_holder(asked: Asked, holder_id: Id) -> Response:
    line = get_part(asked.db, RightHolder, holder_id, right_id=asked.right.id)
    wrong = asked.save(ReasonIn, holder_actions.strike_holder, holder_id=line.id)
    if wrong is not None:
        return _one(asked.request, asked.right, line, strike=wrong)
    return go(f"/office/rights/{asked.right.id}#holders", say=STRUCK)


def _form(request: Request, db: Session, actor: Actor, right: IpRight, form: Filled) -> Response:
    entities, more = offered_entities(db, actor, form, "entity_id")
    view = HolderFormView(form=form, right=right, roles=ROLES, entities=entities, more=more)
    return show(request, "rights/holder_new.html", view, status=422 if form.wrong else 200)


def _one(
    request: Request,
    right: IpRight,
    line: RightHolder,
    *,
    end: Filled | None = None,
    strike: Filled | None = None,
) -> Response:
    empty = as_of(Filled(), right.updated_at)
    view = HolderView(
        right=right,
        holder=line,
        role=HolderRole(line.role).label,
        end=end or empty,
        strike=strike or empty,
    )
    return show(request, "rights/holder.html", view, status=422 if end or strike else 200)
