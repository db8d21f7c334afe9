"""The forms that record the places of a right's area, with the communes of today they are."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.clock import day_of
from app.kit.forms import Filled, Sent
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import as_of
from app.kit.web import Db, Id, Now
from app.rights import area_actions, queries
from app.rights.area_queries import Unit, suggest_units, units_of
from app.rights.holder_queries import get_part
from app.rights.models import IpRight
from app.rights.part_pages import Asked
from app.rights.right_models import RightArea
from app.rights.right_part_api import AreaIn, EndIn, ReasonIn

router = APIRouter(
    prefix="/office/rights/{right_id}/areas", route_class=OnceRoute, include_in_schema=False
)

RECORDED = sayable(N_("The place is recorded."))
ENDED = sayable(N_("The last day is recorded."))
STRUCK = sayable(N_("The line is struck. It stays in the history."))
_TICK: Final = "place_"


@dataclass(frozen=True)
class AreaFormView:
    """The form that records a place; `units` are the communes its name may mean."""

    form: Filled
    right: IpRight
    units: list[Unit]
    asked: bool


@dataclass(frozen=True)
class AreaView:
    """One place, with the forms that give it a last day and that strike it."""

    right: IpRight
    area: RightArea
    commune: str
    end: Filled
    strike: Filled


@router.get("/new")
def new_area(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    right_id: Id,
    as_written: str = "",
) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    form = as_of(Filled({"as_written": as_written}), found.updated_at)
    return _form(request, db, found, form, day_of(now))


@router.post("/new")
def add_area(asked: Asked) -> Response:
    if asked.sent.text("find"):
        form = Filled(asked.sent.fields)
        return _form(asked.request, asked.db, asked.right, form, asked.day)
    wrong = asked.save(AreaIn, area_actions.add_area, place_codes=_ticked(asked.sent))
    if wrong is not None:
        return _form(asked.request, asked.db, asked.right, wrong, asked.day)
    return go(f"/office/rights/{asked.right.id}#area", say=RECORDED)


@router.get("/{area_id}")
def area(request: Request, db: Db, actor: CurrentActor, right_id: Id, area_id: Id) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    return _one(request, db, found, get_part(db, RightArea, area_id, right_id=right_id))


@router.post("/{area_id}/end")
def end_area(asked: Asked, area_id: Id) -> Response:
    line = get_part(asked.db, RightArea, area_id, right_id=asked.right.id)
    wrong = asked.save(EndIn, area_actions.end_area, area_id=line.id)
    if wrong is not None:
        return _one(asked.request, asked.db, asked.right, line, end=wrong)
    return go(f"/office/rights/{asked.right.id}#area", say=ENDED)


@router.post("/{area_id}/strike")
def strike_area(asked: Asked, area_id: Id) -> Response:
    line = get_part(asked.db, RightArea, area_id, right_id=asked.right.id)
    wrong = asked.save(ReasonIn, area_actions.strike_area, area_id=line.id)
    if wrong is not None:
        return _one(asked.request, asked.db, asked.right, line, strike=wrong)
    return go(f"/office/rights/{asked.right.id}#area", say=STRUCK)


def _ticked(sent: Sent) -> list[str]:
    names = (name.removeprefix(_TICK) for name in sent.fields if name.startswith(_TICK))
    return [name for name in names if len(name) == len("00000") and name.isdigit()]


def _form(request: Request, db: Session, right: IpRight, form: Filled, day: date) -> Response:
    written = form.value("as_written").strip()
    units = suggest_units(db, written, on=day) if written else []
    ticks = {f"{_TICK}{one.code}": "on" for one in units}
    if len(units) == 1 and not form.wrong:
        # One answer is most likely the right one; of several somebody has to choose.
        form = Filled({**ticks, **form.values}, form.errors, form.problem)
    view = AreaFormView(form=form, right=right, units=units, asked=bool(written))
    return show(request, "rights/area_new.html", view, status=422 if form.wrong else 200)


def _one(
    request: Request,
    db: Session,
    right: IpRight,
    line: RightArea,
    *,
    end: Filled | None = None,
    strike: Filled | None = None,
) -> Response:
    empty = as_of(Filled(), right.updated_at)
    code = line.place_code or ""
    view = AreaView(
        right=right,
        area=line,
        commune=units_of(db, [code]).get(code, ("", None))[0],
        end=end or empty,
        strike=strike or empty,
    )
    return show(request, "rights/area.html", view, status=422 if end or strike else 200)
