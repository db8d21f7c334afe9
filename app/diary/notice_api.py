from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.diary import notice_actions
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Note, Out
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1/lots", tags=["lots"], route_class=ApiRoute)


class NoticeOut(Out):
    """A recall or a hold as it was set, and lifted where it was."""

    id: int
    lot_id: int
    kind: str
    reason: str
    advice: str
    set_at: datetime
    set_by: str
    official: bool
    lifted_at: datetime | None
    lifted_by: str
    lift_reason: str


class LiftIn(In):
    """Why a recall or a hold is lifted."""

    reason: Annotated[Note, Field(min_length=1, max_length=1000)]


class NoticeIn(LiftIn):
    """Why a lot is recalled or held, and what buyers are advised to do."""

    advice: Annotated[Note, Field(max_length=1000)] = ""


@router.post("/{lot_id}/recall", status_code=201)
def recall_lot(lot_id: Id, given: NoticeIn, db: Db, actor: CurrentActor, now: Now) -> NoticeOut:
    """Recall the lot from the market: officers only. Look-ups tell it at once."""
    notice = notice_actions.recall_lot(
        db, actor=actor, now=now, lot_id=lot_id, **given.model_dump()
    )
    return NoticeOut.model_validate(notice)


@router.post("/{lot_id}/recall/lift")
def lift_recall(lot_id: Id, given: LiftIn, db: Db, actor: CurrentActor, now: Now) -> NoticeOut:
    """Lift the recall: officers only."""
    notice = notice_actions.lift_recall(
        db, actor=actor, now=now, lot_id=lot_id, reason=given.reason
    )
    return NoticeOut.model_validate(notice)


@router.post("/{lot_id}/hold", status_code=201)
def hold_lot(lot_id: Id, given: NoticeIn, db: Db, actor: CurrentActor, now: Now) -> NoticeOut:
    """Stop the sale of the lot while it is checked: an officer, or its owner."""
    notice = notice_actions.hold_lot(db, actor=actor, now=now, lot_id=lot_id, **given.model_dump())
    return NoticeOut.model_validate(notice)


@router.post("/{lot_id}/hold/lift")
def lift_hold(lot_id: Id, given: LiftIn, db: Db, actor: CurrentActor, now: Now) -> NoticeOut:
    """Lift the hold: an officer, or the owner who set it."""
    notice = notice_actions.lift_hold(db, actor=actor, now=now, lot_id=lot_id, reason=given.reason)
    return NoticeOut.model_validate(notice)
