from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from app.diary.notice_actions import Act, set_notice
from app.diary.notice_queries import AnyNotice, subject_of
from app.diary.notices import HOLD, Subject
from app.identity.access import ApiRoute, CurrentActor
from app.identity.rules import Actor
from app.kit.forms import In, Note, Out
from app.kit.web import Db, Id, Now
from app.stamps import recall_actions, recall_queries
from app.stamps.policy_queries import get_policy
from app.stamps.recall_models import RecallOrder

router = APIRouter(prefix="/api/v1", tags=["recalls"], route_class=ApiRoute)

# A bare 0 would be read as a day, the first of 1970.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]


class LiftIn(In):
    """Why a recall or a hold is lifted, or a request refused."""

    reason: Annotated[Note, Field(min_length=1, max_length=1000)]


class NoticeIn(LiftIn):
    """Why something is recalled or held, and what buyers are advised to do."""

    advice: Annotated[Note, Field(max_length=1000)] = ""


class MadeIn(In):
    """The days of production that are meant, both included; without any the whole product."""

    made_from: Day | None = None
    made_to: Day | None = None


class ProductNoticeIn(NoticeIn, MadeIn):
    """Why a product, or its lots made between two days, is recalled or held."""


class ProductLiftIn(LiftIn, MadeIn):
    """Which recall or hold of a product is lifted, by its days of production, and why."""


class NoticeOut(Out):
    """A recall or a hold as it was set, and lifted where it was."""

    id: int
    lot_id: int | None
    product_id: int
    made_from: date | None
    made_to: date | None
    kind: str
    reason: str
    advice: str
    set_at: datetime
    set_by: str
    confirmed_by: str
    official: bool
    lifted_at: datetime | None
    lifted_by: str
    lift_confirmed_by: str
    lift_reason: str


class RecallOrderOut(Out):
    """A recall, or its lifting, that one officer asked for and another one decides."""

    id: int
    kind: str
    entity_id: int
    product_id: int
    lot_id: int | None
    made_from: date | None
    made_to: date | None
    reason: str
    advice: str
    stamps: int
    notice_id: int | None
    hold_id: int | None
    state: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    refusal: str


class MadeOut(Out):
    """Lots of a product that were made from those meant, and their active stamps."""

    entity_id: int
    entity: str
    product_id: int
    product: str
    lots: int
    stamps: int


class TouchedOut(Out):
    """What a recall touches, with what was `made` from its lots; `idle` are stamps in no lot yet.

    `stamps` of `made` are among `active`. `two_people` says that so many need a second officer.
    """

    lots: int
    active: int
    idle: int
    lookups: int
    stamps: int
    two_people: bool
    made: tuple[MadeOut, ...]


Responses = dict[int | str, dict[str, Any]]
# What a recall answers where so many stamps need a second officer.
WAITS: Responses = {
    202: {"model": RecallOrderOut, "description": "On hold; waits for a second officer."}
}
_LIFT_WAITS: Responses = {
    202: {"model": RecallOrderOut, "description": "Waits for a second officer."}
}


@router.post("/lots/{lot_id}/recall", status_code=201, response_model=NoticeOut, responses=WAITS)
def recall_lot(
    lot_id: Id, given: NoticeIn, db: Db, actor: CurrentActor, now: Now
) -> NoticeOut | Response:
    """Recall the lot from the market: officers only. Look-ups tell it at once.

    From a set number of stamps on its sale is stopped at once, and the recall waits for another
    officer under `/recall-orders`.
    """
    of = subject_of(db, actor=actor, lot_id=lot_id)
    return _made(of, recall_actions.recall(db, act=_act(actor, now, given), of=of))


@router.post("/lots/{lot_id}/recall/lift", response_model=NoticeOut, responses=_LIFT_WAITS)
def lift_recall(
    lot_id: Id, given: LiftIn, db: Db, actor: CurrentActor, now: Now
) -> NoticeOut | Response:
    """Lift the recall: officers only, two where two made it or so many stamps need two."""
    of = subject_of(db, actor=actor, lot_id=lot_id)
    return _made(of, recall_actions.lift_recall(db, act=_act(actor, now, given), of=of))


@router.post("/lots/{lot_id}/hold", status_code=201)
def hold_lot(lot_id: Id, given: NoticeIn, db: Db, actor: CurrentActor, now: Now) -> NoticeOut:
    """Stop the sale of the lot while it is checked: an officer, or its owner."""
    return _held(db, actor, now, subject_of(db, actor=actor, lot_id=lot_id), given)


@router.post("/lots/{lot_id}/hold/lift")
def lift_hold(lot_id: Id, given: LiftIn, db: Db, actor: CurrentActor, now: Now) -> NoticeOut:
    """Lift the hold: an officer, or the owner who set it."""
    of = subject_of(db, actor=actor, lot_id=lot_id)
    return _told(of, recall_actions.lift_hold(db, act=_act(actor, now, given), of=of))


@router.post(
    "/products/{product_id}/recall", status_code=201, response_model=NoticeOut, responses=WAITS
)
def recall_product(
    product_id: Id, given: ProductNoticeIn, db: Db, actor: CurrentActor, now: Now
) -> NoticeOut | Response:
    """Recall the product, or its lots made between two days, as `/lots/{lot_id}/recall` does.

    A lot without a day of production counts as made then. Without days all of the product is
    recalled, with its stamps that are not activated yet.
    """
    of = _part(db, actor, product_id, given)
    return _made(of, recall_actions.recall(db, act=_act(actor, now, given), of=of))


@router.post("/products/{product_id}/recall/lift", response_model=NoticeOut, responses=_LIFT_WAITS)
def lift_product_recall(
    product_id: Id, given: ProductLiftIn, db: Db, actor: CurrentActor, now: Now
) -> NoticeOut | Response:
    """Lift the recall of just these days of production, as `/lots/{lot_id}/recall/lift` does."""
    of = _part(db, actor, product_id, given)
    return _made(of, recall_actions.lift_recall(db, act=_act(actor, now, given), of=of))


@router.post("/products/{product_id}/hold", status_code=201)
def hold_product(
    product_id: Id, given: ProductNoticeIn, db: Db, actor: CurrentActor, now: Now
) -> NoticeOut:
    """Stop the sale of the product, or of its lots made between two days: officer or owner."""
    return _held(db, actor, now, _part(db, actor, product_id, given), given)


@router.post("/products/{product_id}/hold/lift")
def lift_product_hold(
    product_id: Id, given: ProductLiftIn, db: Db, actor: CurrentActor, now: Now
) -> NoticeOut:
    """Lift the hold of just these days of production: an officer, or the owner who set it."""
    of = _part(db, actor, product_id, given)
    return _told(of, recall_actions.lift_hold(db, act=_act(actor, now, given), of=of))


@router.get("/lots/{lot_id}/touched")
def touched_by_lot(lot_id: Id, db: Db, actor: CurrentActor, now: Now) -> TouchedOut:
    """Return what a recall of the lot would touch, whoever made it. The Department only."""
    actor.require_department()
    return _touched(db, subject_of(db, actor=actor, lot_id=lot_id), now)


@router.get("/products/{product_id}/touched")
def touched_by_product(
    product_id: Id, db: Db, actor: CurrentActor, now: Now, days: Annotated[MadeIn, Depends()]
) -> TouchedOut:
    """Return the same of the product, or of its lots made between two days."""
    actor.require_department()
    return _touched(db, _part(db, actor, product_id, days), now)


@router.get("/recall-orders")
def list_orders(
    db: Db,
    actor: CurrentActor,
    waiting: Annotated[bool, Query(description="Only those not decided yet.")] = True,  # noqa: FBT002 - FastAPI reads it from the query by its name
) -> list[RecallOrderOut]:
    """Return requests for recalls and for their lifting. The Department only."""
    actor.require_department()
    found = recall_queries.list_orders(db, actor=actor, waiting=waiting)
    return [RecallOrderOut.model_validate(one) for one in found]


@router.post("/recall-orders/{recall_id}/confirm")
def confirm_order(recall_id: Id, db: Db, actor: CurrentActor, now: Now) -> RecallOrderOut:
    """Make or lift the recall that another officer asked for. Officers only."""
    order, _ = recall_actions.confirm_recall(db, actor=actor, now=now, order_id=recall_id)
    return RecallOrderOut.model_validate(order)


@router.post("/recall-orders/{recall_id}/decline")
def decline_order(
    recall_id: Id, given: LiftIn, db: Db, actor: CurrentActor, now: Now
) -> RecallOrderOut:
    """Refuse a request, or take back one's own; the hold set with it is lifted."""
    order = recall_actions.decline_recall(
        db, actor=actor, now=now, order_id=recall_id, reason=given.reason
    )
    return RecallOrderOut.model_validate(order)


def _act(actor: Actor, now: datetime, given: LiftIn) -> Act:
    return Act(actor=actor, now=now, reason=given.reason, advice=getattr(given, "advice", ""))


def _part(db: Session, actor: Actor, product_id: int, given: MadeIn) -> Subject:
    first, last = given.made_from, given.made_to
    return subject_of(db, actor=actor, product_id=product_id, made_from=first, made_to=last)


def _touched(db: Session, of: Subject, now: datetime) -> TouchedOut:
    found = recall_queries.touched_by(db, of, now=now)
    facts = {name: getattr(found, name) for name in ("lots", "active", "idle", "lookups", "stamps")}
    made = tuple(map(MadeOut.model_validate, found.made))
    return TouchedOut(**facts, made=made, two_people=found.stamps >= get_policy(db).recall_two_from)


def _held(db: Session, actor: Actor, now: datetime, of: Subject, given: NoticeIn) -> NoticeOut:
    return _told(of, set_notice(db, act=_act(actor, now, given), of=of, kind=HOLD))


def _made(of: Subject, made: AnyNotice | RecallOrder) -> NoticeOut | Response:
    if isinstance(made, RecallOrder):
        return JSONResponse(RecallOrderOut.model_validate(made).model_dump(mode="json"), 202)
    return _told(of, made)


def _told(of: Subject, notice: AnyNotice) -> NoticeOut:
    facts = {name: getattr(notice, name, None) for name in NoticeOut.model_fields}
    facts |= {"product_id": of.product_id, "lot_id": of.lot_id}
    return NoticeOut.model_validate(facts)
