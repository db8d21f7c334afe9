"""What goes into a lot and where it goes, on the phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.diary import queries, source_queries, trace_actions
from app.diary.fields import OFFERED_UNITS
from app.diary.goods import GoodsPart, part_of
from app.diary.goods_queries import goods_of
from app.diary.input_api import DispatchIn, InputIn, Why
from app.diary.models import Lot
from app.diary.pages import units
from app.diary.rules import LotState
from app.diary.tracing import DispatchGiven, ReceiverKind
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.clock import day_of
from app.kit.forms import Filled, Form
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/app/lots/{lot_id}", route_class=OnceRoute, include_in_schema=False)

ADDED: Final = sayable(N_("It was added."))


class InputForm(InputIn):
    reason: Why = ""


@dataclass(frozen=True)
class GoodsView:
    """The page of a lot's goods."""

    lot: Lot
    goods: GoodsPart
    member: bool
    may_send: bool


@dataclass(frozen=True)
class SaidFormView:
    """The form of what goes in: a lot or material bought in; or of what is sent."""

    lot: Lot
    form: Filled
    units: list[tuple[str, str]]
    choices: Sequence[tuple[str, str]]
    late: bool


@router.get("/goods")
def goods(request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id) -> Response:
    lot = queries.get_lot(db, lot_id, actor=actor)
    view = GoodsView(
        lot=lot,
        goods=part_of(goods_of(db, lot, actor=actor), lot.id, words, area="/app"),
        member=lot.entity_id in actor.memberships,
        may_send=lot.state != LotState.DISTRIBUTED,
    )
    return show(request, "diary/goods.html", view)


@router.get("/inputs/lot")
def new_lot_input(
    request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id
) -> Response:
    lot = own_lot(db, actor, lot_id)
    return _input_form(request, db, lot, Filled({"unit": OFFERED_UNITS[0]}), words, of_lot=True)


@router.get("/inputs/bought")
def new_bought_input(
    request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id
) -> Response:
    lot = own_lot(db, actor, lot_id)
    return _input_form(request, db, lot, Filled({"unit": OFFERED_UNITS[0]}), words, of_lot=False)


@router.post("/inputs/lot")
def add_lot_input(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
) -> Response:
    return _add(request, db, actor, now, words, sent, lot_id, of_lot=True)


@router.post("/inputs/bought")
def add_bought_input(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
) -> Response:
    return _add(request, db, actor, now, words, sent, lot_id, of_lot=False)


@router.get("/dispatches/new")
def new_dispatch(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, lot_id: Id
) -> Response:
    lot = own_lot(db, actor, lot_id)
    unit = lot.unit or OFFERED_UNITS[0]
    form = Filled({"unit": unit, "sent_on": str(day_of(now)), "receiver_kind": "trader"})
    return _dispatch_form(request, lot, form, words)


@router.post("/dispatches/new")
def add_dispatch(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
) -> Response:
    lot = own_lot(db, actor, lot_id)

    def save(given: DispatchIn) -> None:
        dispatch = DispatchGiven(**given.model_dump())
        trace_actions.add_dispatch(db, actor=actor, now=now, lot=lot, dispatch=dispatch)

    wrong = submit(db, DispatchIn, sent, words, save)
    if wrong is not None:
        return _dispatch_form(request, lot, wrong, words)
    return go(f"/app/lots/{lot_id}/goods", say=ADDED)


def own_lot(db: Db, actor: CurrentActor, lot_id: int) -> Lot:
    lot = queries.get_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id)
    return lot


def _add(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Translator,
    sent: Form,
    lot_id: int,
    *,
    of_lot: bool,
) -> Response:
    lot = own_lot(db, actor, lot_id)

    def save(given: InputForm) -> None:
        if of_lot and not given.source_lot_id and not given.source:
            raise source_queries.UnknownSource
        inputs = [given.given(db, lot)]
        trace_actions.add_inputs(
            db, actor=actor, now=now, lot=lot, inputs=inputs, reason=given.reason
        )

    wrong = submit(db, InputForm, sent, words, save)
    if wrong is not None:
        return _input_form(request, db, lot, wrong, words, of_lot=of_lot)
    return go(f"/app/lots/{lot_id}/goods", say=ADDED)


def _input_form(
    request: Request, db: Db, lot: Lot, form: Filled, words: Translator, *, of_lot: bool
) -> Response:
    likely = source_queries.likely_sources(db, lot) if of_lot else []
    view = SaidFormView(
        lot=lot,
        form=form,
        units=units(words),
        choices=[(str(one.id), f"{one.number} · {one.name}") for one in likely],
        late=lot.state != LotState.OPEN,
    )
    template = "diary/input_lot.html" if of_lot else "diary/input_bought.html"
    return show(request, template, view, status=422 if form.wrong else 200)


def _dispatch_form(request: Request, lot: Lot, form: Filled, words: Translator) -> Response:
    view = SaidFormView(
        lot=lot,
        form=form,
        units=units(words),
        choices=[(kind, words.gettext(kind.label)) for kind in ReceiverKind],
        late=False,
    )
    return show(request, "diary/dispatch.html", view, status=422 if form.wrong else 200)
