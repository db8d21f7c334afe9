from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.diary import decision_actions, decision_queries, gate_queries, queries
from app.diary.entry_api import EntryOut, entry_out
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1", tags=["lots"], route_class=ApiRoute)

Reason = Annotated[Note, Field(max_length=1000)]


class DecisionIn(In):
    """Whether a late entry counts; a refusal says why."""

    accepted: bool
    reason: Reason = ""


class ClearanceIn(In):
    """What of a lot is let pass: an early harvest by its entry, a test or photos by their stage."""

    item: Literal["harvested_early", "test", "photos"]
    entry_id: UUID | None = None
    stage: Annotated[Line, Field(max_length=60)] = ""
    reason: Reason


class ClearanceOut(Out):
    """What an officer let pass of a lot, and why."""

    id: int
    item: str
    entry_id: UUID | None
    until: date | None
    stage: str
    reason: str
    cleared_at: datetime
    cleared_by: str


class Waiting(Out):
    """Entries that wait for a decision, the longest waiting first; at most 200."""

    items: list[EntryOut]
    total: int


@router.get("/approvals")
def list_waiting(db: Db, actor: CurrentActor) -> Waiting:
    """Return the late entries the caller sees that wait for the owner's or an officer's word."""
    found = decision_queries.list_waiting(db, actor=actor)
    total = decision_queries.count_waiting(db, actor=actor)
    return Waiting(items=[entry_out(one) for one in found], total=total)


@router.post("/lots/{lot_id}/entries/{entry_id}/decide")
def decide_entry(
    lot_id: Id, entry_id: UUID, given: DecisionIn, db: Db, actor: CurrentActor, now: Now
) -> EntryOut:
    """Approve or refuse an entry that was recorded too late: once, by the owner or an officer."""
    queries.get_entry(db, lot_id, entry_id, actor=actor)
    row = decision_actions.decide_entry(
        db, actor=actor, now=now, entry_id=entry_id, **given.model_dump()
    )
    return entry_out(row)


@router.get("/lots/{lot_id}/clearances")
def list_clearances(lot_id: Id, db: Db, actor: CurrentActor) -> list[ClearanceOut]:
    """Return what officers let pass of the lot."""
    queries.get_lot(db, lot_id, actor=actor)
    found = gate_queries.list_clearances(db, lot_id)
    return [ClearanceOut.model_validate(one) for one in found]


@router.post("/lots/{lot_id}/clearances", status_code=201)
def clear(lot_id: Id, given: ClearanceIn, db: Db, actor: CurrentActor, now: Now) -> ClearanceOut:
    """Let pass what the lot lacks, with the reason: officers only."""
    made = decision_actions.clear_lot(db, actor=actor, now=now, lot_id=lot_id, **given.model_dump())
    return ClearanceOut.model_validate(made)
