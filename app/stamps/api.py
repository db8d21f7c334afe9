from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Cutting, Listed, Sorting, listed
from app.kit.web import Db, Id, Now
from app.stamps import actions, batch_queries
from app.stamps.access import LargestBatch, StampKeys
from app.stamps.models import Batch, Movement
from app.stamps.rules import BatchState, State

router = APIRouter(prefix="/api/v1", tags=["stamps"], route_class=ApiRoute)

# Above these an integer would not fit the databases' 64 bits, or a code the field.
RecordId = Annotated[int, Field(ge=1, le=2**62)]
Quantity = Annotated[int, Field(ge=1, le=2**62)]
Code = Annotated[str, Field(max_length=200)]
Reason = Annotated[Note, Field(min_length=1, max_length=2000)]


class BatchIn(In):
    """A request for stamps of a product."""

    product_id: RecordId
    quantity: Quantity
    reason: Annotated[Note, Field(max_length=2000)] = ""
    pack_id: RecordId | None = None
    facility_id: RecordId | None = None


class ApprovalIn(In):
    """The decision that grants a batch."""

    quantity: Quantity
    decision_no: Annotated[Line, Field(min_length=1, max_length=60)]
    programme: Annotated[Line, Field(max_length=120)] = ""
    budget_year: Annotated[int, Field(ge=2000, le=2200)] | None = None


class RefusalIn(In):
    """Why a batch is refused."""

    reason: Reason


class IssueIn(In):
    """Nothing has to be said to issue a batch."""


class HandoverIn(In):
    """Who gets the next stamps, how many, and by which paper.

    `seen` is how many were handed over before, as it was read: another number is refused.
    """

    receiver: Annotated[Line, Field(min_length=1, max_length=120)]
    quantity: Quantity
    document_no: Annotated[Line, Field(max_length=60)] = ""
    seen: Annotated[int, Field(ge=0, le=2**62)] | None = None


class CountsOut(Out):
    """How many stamps are now in each state."""

    issued: int
    received: int
    active: int
    void: int
    lost: int
    returned: int


class BatchOut(Out):
    """A batch as its entity's members and the Department see it."""

    id: int
    product_id: int
    entity_id: int
    pack_id: int | None
    facility_id: int | None
    allotment_id: int | None
    state: BatchState
    requested: int
    granted: int | None
    handed_over: int
    counts: CountsOut
    reason: str
    refusal: str
    decision_no: str
    programme: str
    budget_year: int | None
    lapses_on: date | None
    requested_at: datetime
    decided_at: datetime | None
    issued_at: datetime | None


class MovementOut(Out):
    """One line of a batch's ledger; `first` and `last` are running numbers."""

    uuid: str
    kind: str
    first: int
    last: int
    from_state: str
    to_state: str
    lot_id: int | None
    at: datetime
    by: str
    receiver: str
    document_no: str
    reason: str
    commit: str


def _batch(db: Session, batch: Batch) -> BatchOut:
    return _batch_out(batch, batch_queries.counts_of(db, [batch.id])[batch.id])


def _batch_out(batch: Batch, counts: dict[State, int]) -> BatchOut:
    facts = {name: getattr(batch, name) for name in BatchOut.model_fields if name != "counts"}
    return BatchOut(**facts, counts=CountsOut.model_validate(counts))


@router.get("/batches")
def list_batches(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Sorting,
    entity_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    product_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    state: BatchState | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2200, description="Budget year.")] = None,
    decision_no: Annotated[str, Query(max_length=60)] = "",
) -> Listed[BatchOut]:
    """Return the batches of the entities the caller sees."""
    page = batch_queries.list_batches(
        db,
        actor=actor,
        cut=cut,
        entity_id=entity_id,
        product_id=product_id,
        state=state or "",
        year=year,
        decision_no=decision_no,
    )
    counts = batch_queries.counts_of(db, [batch.id for batch in page.items])
    return listed(request, page, lambda batch: _batch_out(batch, counts[batch.id]))


@router.post("/batches", status_code=201)
def request_batch(
    given: BatchIn, db: Db, actor: CurrentActor, now: Now, largest: LargestBatch
) -> BatchOut:
    batch = actions.request_batch(db, actor=actor, now=now, largest=largest, **given.model_dump())
    return _batch(db, batch)


@router.get("/batches/{batch_id}")
def get_batch(batch_id: Id, db: Db, actor: CurrentActor) -> BatchOut:
    return _batch(db, batch_queries.get_batch(db, batch_id, actor=actor))


@router.post("/batches/{batch_id}/approve")
def approve_batch(
    batch_id: Id, given: ApprovalIn, db: Db, actor: CurrentActor, now: Now
) -> BatchOut:
    facts = given.model_dump()
    return _batch(db, actions.approve_batch(db, actor=actor, now=now, batch_id=batch_id, **facts))


@router.post("/batches/{batch_id}/refuse")
def refuse_batch(batch_id: Id, given: RefusalIn, db: Db, actor: CurrentActor, now: Now) -> BatchOut:
    reason = given.reason
    return _batch(
        db, actions.refuse_batch(db, actor=actor, now=now, batch_id=batch_id, reason=reason)
    )


@router.post("/batches/{batch_id}/issue")
def issue_batch(
    batch_id: Id,
    db: Db,
    actor: CurrentActor,
    now: Now,
    keyring: StampKeys,
    given: IssueIn | None = None,
) -> BatchOut:
    _ = given
    return _batch(
        db, actions.issue_batch(db, actor=actor, now=now, batch_id=batch_id, keyring=keyring)
    )


@router.post("/batches/{batch_id}/handover")
def hand_over(batch_id: Id, given: HandoverIn, db: Db, actor: CurrentActor, now: Now) -> BatchOut:
    """Hand the next stamps in the order of their numbers to the producer."""
    facts = given.model_dump()
    return _batch(db, actions.hand_over(db, actor=actor, now=now, batch_id=batch_id, **facts))


@router.get("/batches/{batch_id}/movements")
def list_movements(
    request: Request, batch_id: Id, db: Db, actor: CurrentActor, cut: Cutting
) -> Listed[MovementOut]:
    """Return the ledger of a batch, oldest first."""
    batch = batch_queries.get_batch(db, batch_id, actor=actor)
    page = batch_queries.list_movements(db, actor=actor, batch_id=batch_id, cut=cut)
    return listed(request, page, lambda row: _movement(row, batch.first or 0))


def _movement(row: Movement, base: int) -> MovementOut:
    return MovementOut(
        uuid=str(row.uuid),
        kind=row.kind,
        first=row.first - base + 1,
        last=row.last - base + 1,
        from_state=row.from_state,
        to_state=row.to_state,
        lot_id=row.lot_id,
        at=row.at,
        by=row.actor_label,
        receiver=row.receiver,
        document_no=row.document_no,
        reason=row.reason,
        commit=row.commit,
    )
