from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary import lot_queries, notice_actions, queries
from app.diary.fields import said_unit
from app.diary.file_pages import lots_file
from app.diary.lot_queries import LotFilter, LotRow
from app.diary.models import Lot, LotNotice
from app.diary.notice_api import LiftIn, NoticeIn
from app.diary.pages import Told, told
from app.diary.rules import LotState, Missing
from app.diary.standing_queries import Standing, standing_against
from app.entities.models import Entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.models import Product

router = APIRouter(prefix="/office/lots", route_class=Edge, include_in_schema=False)

RECALLED = sayable(N_("The lot was recalled. Every look-up of its stamps says so now."))
RECALL_LIFTED = sayable(N_("The recall was lifted."))
HELD = sayable(N_("The sale of the lot was stopped. Every look-up of its stamps says so now."))
HOLD_LIFTED = sayable(N_("The stop was lifted."))


@dataclass(frozen=True)
class OfficeLotsView:
    """A page of the list of lots."""

    rows: Sequence[LotRow]
    next: str | None
    previous: str | None
    states: list[LotState]
    state: str
    text: str
    recalled: bool


@dataclass(frozen=True)
class OfficeLotView:
    """One lot for the Department: its diary, its notices, and the forms to set or lift one.

    `act` names the form that was sent and came back wrong.
    """

    lot: Lot
    state: LotState
    product: Product
    entity: Entity
    unit: str
    timeline: list[Told]
    missing: tuple[Missing, ...]
    standing: Standing
    notices: list[LotNotice]
    may_act: bool
    act: str
    form: Filled


@router.get("")
def lots(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    state: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    recalled: str = "",
    product: Annotated[int, Query(ge=0, le=2**62)] = 0,
    entity: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    wanted = LotFilter(
        product_id=product or None,
        entity_id=entity or None,
        state=LotState(state) if state in set(LotState) else None,
        text=q,
        recalled=bool(recalled),
    )

    def read(part: Cut) -> Page[LotRow]:
        page = lot_queries.list_lots(db, actor=actor, cut=part, wanted=wanted)
        return page.having(lot_queries.lot_rows(db, page.items))

    if file:
        return lots_file(file, every(read, cut), words)
    page = read(cut)
    view = OfficeLotsView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        states=list(LotState),
        state=state,
        text=q,
        recalled=bool(recalled),
    )
    return show(request, "diary/office_lots.html", view)


@router.get("/{lot_id}")
def lot(request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id) -> Response:
    return _lot(request, db, actor, words, lot_id)


@router.post("/{lot_id}/recall")
def recall_lot(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, lot_id: Id
) -> Response:
    wrong = _noticed(db, actor, now, words, sent, lot_id, notice_actions.recall_lot)
    if wrong is not None:
        return _lot(request, db, actor, words, lot_id, "recall", wrong)
    return go(f"/office/lots/{lot_id}", say=RECALLED)


@router.post("/{lot_id}/hold")
def hold_lot(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, lot_id: Id
) -> Response:
    wrong = _noticed(db, actor, now, words, sent, lot_id, notice_actions.hold_lot)
    if wrong is not None:
        return _lot(request, db, actor, words, lot_id, "hold", wrong)
    return go(f"/office/lots/{lot_id}", say=HELD)


@router.post("/{lot_id}/recall/lift")
def lift_recall(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, lot_id: Id
) -> Response:
    wrong = _lifted(db, actor, now, words, sent, lot_id, notice_actions.lift_recall)
    if wrong is not None:
        return _lot(request, db, actor, words, lot_id, "recall", wrong)
    return go(f"/office/lots/{lot_id}", say=RECALL_LIFTED)


@router.post("/{lot_id}/hold/lift")
def lift_hold(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, lot_id: Id
) -> Response:
    wrong = _lifted(db, actor, now, words, sent, lot_id, notice_actions.lift_hold)
    if wrong is not None:
        return _lot(request, db, actor, words, lot_id, "hold", wrong)
    return go(f"/office/lots/{lot_id}", say=HOLD_LIFTED)


def _noticed(
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    sent: Sent,
    lot_id: int,
    act: Callable[..., LotNotice],
) -> Filled | None:
    queries.get_lot(db, lot_id, actor=actor)
    given = read_form(NoticeIn, sent, words)
    if isinstance(given, Filled):
        return given
    try:
        act(db, actor=actor, now=now, lot_id=lot_id, **given.model_dump())
    except (Invalid, Conflict) as error:
        return refused(sent, error, words)
    return None


def _lifted(
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    sent: Sent,
    lot_id: int,
    act: Callable[..., LotNotice],
) -> Filled | None:
    queries.get_lot(db, lot_id, actor=actor)
    given = read_form(LiftIn, sent, words)
    if isinstance(given, Filled):
        return given
    try:
        act(db, actor=actor, now=now, lot_id=lot_id, reason=given.reason)
    except (Invalid, Conflict) as error:
        return refused(sent, error, words)
    return None


def _lot(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    lot_id: int,
    act: str = "",
    form: Filled | None = None,
) -> Response:
    found = queries.get_lot(db, lot_id, actor=actor)
    view = OfficeLotView(
        lot=found,
        state=LotState(found.state),
        product=db.get_one(Product, found.product_id),
        entity=db.get_one(Entity, found.entity_id),
        unit=said_unit(found.unit, words),
        timeline=told(queries.list_timeline(db, found.id), words),
        missing=queries.missing_for(db, found),
        standing=standing_against(db, found.product_id, found.id),
        notices=queries.list_notices(db, found.id),
        may_act=actor.officer,
        act=act,
        form=form or Filled(),
    )
    return show(request, "diary/office_lot.html", view, status=422 if form else 200)
