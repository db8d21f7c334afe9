"""One record of what went into a lot or where it went, to be mended on the phone."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.diary import trace_actions
from app.diary.fields import OFFERED_UNITS
from app.diary.goods import Line, came_line, went_line
from app.diary.goods_pages import own_lot
from app.diary.goods_queries import get_came, get_went
from app.diary.input_api import InputIn, ReasonIn
from app.diary.models import Lot
from app.diary.pages import units
from app.diary.rules import LotState
from app.diary.tracing import InputGiven
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.forms import Filled, Form, read_form
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/app/lots/{lot_id}", route_class=OnceRoute, include_in_schema=False)

WITHDRAWN: Final = sayable(N_("It was withdrawn and counts no more."))
FILLED: Final = sayable(N_("The quantity was written down."))


@dataclass(frozen=True)
class SaidView:
    """One record of what came or left, to be mended."""

    lot: Lot
    line: Line
    path: str
    form: Filled
    units: list[tuple[str, str]]
    may_fill: bool
    may_withdraw: bool


@router.get("/inputs/{input_id}")
def one_input(
    request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id, input_id: Id
) -> Response:
    return _show_input(request, db, actor, words, lot_id, input_id, Filled())


@router.post("/inputs/{input_id}/fill")
def fill_input(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
    input_id: Id,
) -> Response:
    def save(given: InputIn) -> None:
        what = InputGiven(**given.model_dump(exclude={"source"}))
        trace_actions.fill_input(
            db, actor=actor, now=now, lot_id=lot_id, input_id=input_id, given=what
        )

    wrong = submit(db, InputIn, sent, words, save)
    if wrong is not None:
        return _show_input(request, db, actor, words, lot_id, input_id, wrong)
    return go(f"/app/lots/{lot_id}/goods", say=FILLED)


@router.post("/inputs/{input_id}/withdraw")
def withdraw_input(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
    input_id: Id,
) -> Response:
    given = read_form(ReasonIn, sent, words)
    if isinstance(given, Filled):
        return _show_input(request, db, actor, words, lot_id, input_id, given)
    trace_actions.withdraw_input(
        db, actor=actor, now=now, lot_id=lot_id, input_id=input_id, reason=given.reason
    )
    return go(f"/app/lots/{lot_id}/goods", say=WITHDRAWN)


@router.get("/dispatches/{dispatch_id}")
def one_dispatch(
    request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id, dispatch_id: Id
) -> Response:
    return _show_dispatch(request, db, actor, words, lot_id, dispatch_id, Filled())


@router.post("/dispatches/{dispatch_id}/withdraw")
def withdraw_dispatch(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
    dispatch_id: Id,
) -> Response:
    given = read_form(ReasonIn, sent, words)
    if isinstance(given, Filled):
        return _show_dispatch(request, db, actor, words, lot_id, dispatch_id, given)
    trace_actions.withdraw_dispatch(
        db, actor=actor, now=now, lot_id=lot_id, dispatch_id=dispatch_id, reason=given.reason
    )
    return go(f"/app/lots/{lot_id}/goods", say=WITHDRAWN)


def _show_input(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Translator,
    lot_id: int,
    input_id: int,
    form: Filled,
) -> Response:
    lot = own_lot(db, actor, lot_id)
    came = get_came(db, lot, input_id, actor=actor)
    base = f"/app/lots/{lot.id}"
    view = SaidView(
        lot=lot,
        line=came_line(came, words, area="/app", base=base),
        path=f"{base}/inputs/{came.id}",
        form=form if form.wrong else Filled({"unit": OFFERED_UNITS[0]}),
        units=units(words),
        may_fill=came.amount.quantity is None and not came.withdrawn and lot.state == "open",
        may_withdraw=not came.withdrawn,
    )
    return show(request, "diary/said.html", view, status=422 if form.wrong else 200)


def _show_dispatch(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Translator,
    lot_id: int,
    dispatch_id: int,
    form: Filled,
) -> Response:
    lot = own_lot(db, actor, lot_id)
    went = get_went(db, lot, dispatch_id)
    base = f"/app/lots/{lot.id}"
    view = SaidView(
        lot=lot,
        line=went_line(went, words, base=base),
        path=f"{base}/dispatches/{went.id}",
        form=form,
        units=[],
        may_fill=False,
        may_withdraw=not went.withdrawn and lot.state != LotState.DISTRIBUTED,
    )
    return show(request, "diary/said.html", view, status=422 if form.wrong else 200)
