from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.i18n import Translator
from app.kit.paging import Listed, NewestFirst, listed
from app.kit.problems import FieldsInvalid
from app.kit.web import Db, Id, Now, Words
from app.stamps import allotment_actions, allotment_queries
from app.stamps.access import LargestBatch, StampKeys
from app.stamps.allotment_issue_actions import (
    Decision,
    Minutes,
    hand_over_allotment,
    issue_allotment,
)
from app.stamps.allotment_models import Allotment
from app.stamps.allotment_queries import Row, Totals
from app.stamps.allotting import (
    FACILITY,
    MOST_ROWS,
    PRODUCT,
    REQUEST,
    AllotmentState,
    Basis,
    RowsRefused,
    Wanted,
)

router = APIRouter(prefix="/api/v1/allotments", tags=["stamps"], route_class=ApiRoute)

RecordId = Annotated[int, Field(ge=1, le=2**62)]
Quantity = Annotated[int, Field(ge=-(2**62), le=2**62)]
Year = Annotated[int, Field(ge=2000, le=2200)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Programme = Annotated[Line, Field(max_length=120)]


class AllotmentIn(In):
    """A new plan. A `basis` fills it from last year; `requests` takes in those that wait."""

    year: Year
    programme: Programme = ""
    basis: Basis | None = None
    requests: Flag = False


class RowIn(In):
    """So many stamps of a product, at one facility or in answer to a request if named."""

    product_id: RecordId
    quantity: Quantity
    facility_id: RecordId | None = None
    request_id: RecordId | None = None
    note: Annotated[Line, Field(max_length=300)] = ""


class RowsIn(In):
    """All rows of a plan, in place of those of `version`."""

    version: Version
    rows: Annotated[list[RowIn], Field(max_length=MOST_ROWS)]


class DecisionIn(In):
    """The decision that grants a plan as it stood in `version`."""

    version: Version
    decision_no: Annotated[Line, Field(min_length=1, max_length=60)]
    decided_on: date
    programme: Programme = ""


class CancelIn(In):
    """Why a draft is given up."""

    version: Version
    reason: Annotated[Note, Field(min_length=1, max_length=2000)]


class MinutesIn(In):
    """Who gets the stamps of an entity, by which minutes."""

    entity_id: RecordId
    receiver: Annotated[Line, Field(min_length=1, max_length=120)]
    document_no: Annotated[Line, Field(max_length=60)] = ""


class HandoversIn(In):
    """The entities to hand over to: all that is left of their batches."""

    minutes: Annotated[list[MinutesIn], Field(min_length=1, max_length=MOST_ROWS)]


class AllotmentOut(Out):
    """A plan of stamps; `quantity` is the sum of its rows."""

    id: int
    year: int
    programme: str
    state: AllotmentState
    version: int
    decision_no: str
    decided_on: date | None
    rows: int
    entities: int
    quantity: int
    handed_over: int
    active: int
    made_at: datetime
    approved_at: datetime | None


class RowOut(Out):
    """A row; `batch_id` is the batch it became, or the request it answers."""

    product_id: int
    product: str
    gtin: str | None
    entity_id: int
    entity: str
    facility_id: int | None
    facility: str
    quantity: int
    note: str
    batch_id: int | None
    state: str | None
    handed_over: int


class AllotmentRowsOut(AllotmentOut):
    """A plan with its rows, by entity and product."""

    items: list[RowOut]


def _out(allotment: Allotment, totals: Totals) -> AllotmentOut:
    sums = ("rows", "entities", "quantity", "handed_over", "active")
    facts = {
        name: getattr(allotment, name) for name in AllotmentOut.model_fields if name not in sums
    }
    return AllotmentOut(**facts, **{name: getattr(totals, name) for name in sums})


def _whole(db: Session, allotment: Allotment) -> AllotmentRowsOut:
    totals = allotment_queries.totals_of(db, [allotment.id]).get(allotment.id, Totals())
    rows = allotment_queries.rows_of(db, allotment.id)
    return AllotmentRowsOut(
        **_out(allotment, totals).model_dump(), items=[_row(row) for row in rows]
    )


def _row(row: Row) -> RowOut:
    kept = row.row
    return RowOut(
        product_id=kept.product_id,
        product=row.product,
        gtin=row.gtin or None,
        entity_id=kept.entity_id,
        entity=row.entity,
        facility_id=kept.facility_id,
        facility=row.facility,
        quantity=kept.quantity,
        note=kept.note,
        batch_id=kept.batch_id,
        state=row.batch.state if row.batch else None,
        handed_over=row.batch.handed_over if row.batch else 0,
    )


@router.get("")
def list_allotments(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: NewestFirst,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    state: AllotmentState | None = None,
    single: Annotated[bool | None, Query(description="Decisions on one request only.")] = None,
) -> Listed[AllotmentOut]:
    page = allotment_queries.list_allotments(
        db, actor=actor, cut=cut, year=year, state=state or "", single=single
    )
    totals = allotment_queries.totals_of(db, [one.id for one in page.items])
    return listed(request, page, lambda one: _out(one, totals.get(one.id, Totals())))


@router.post("", status_code=201)
def add_allotment(given: AllotmentIn, db: Db, actor: CurrentActor, now: Now) -> AllotmentRowsOut:
    return _whole(db, allotment_actions.make_draft(db, actor=actor, now=now, **given.model_dump()))


@router.get("/{allotment_id}")
def get_allotment(allotment_id: Id, db: Db, actor: CurrentActor) -> AllotmentRowsOut:
    return _whole(db, allotment_queries.get_allotment(db, allotment_id, actor=actor))


@router.put("/{allotment_id}/rows")
def set_rows(
    allotment_id: Id,
    given: RowsIn,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    largest: LargestBatch,
) -> AllotmentRowsOut:
    """Set all rows of a draft, or none: every fault is named by the row's place in the list."""
    rows = [Wanted(place=str(at), **row.model_dump()) for at, row in enumerate(given.rows)]
    try:
        draft = allotment_actions.set_rows(
            db,
            actor=actor,
            now=now,
            allotment_id=allotment_id,
            version=given.version,
            rows=rows,
            largest=largest,
        )
    except RowsRefused as error:
        raise _named(error, words) from error
    return _whole(db, draft)


@router.post("/{allotment_id}/approve")
def approve_allotment(
    allotment_id: Id,
    given: DecisionIn,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    keyring: StampKeys,
    largest: LargestBatch,
) -> AllotmentRowsOut:
    """Grant and issue all rows of a draft by one decision, or none."""
    try:
        issued = issue_allotment(
            db,
            actor=actor,
            now=now,
            allotment_id=allotment_id,
            version=given.version,
            decision=Decision(**given.model_dump(exclude={"version"})),
            keyring=keyring,
            largest=largest,
        )
    except RowsRefused as error:
        raise _named(error, words, first=1) from error
    return _whole(db, issued)


@router.post("/{allotment_id}/cancel")
def cancel_allotment(
    allotment_id: Id, given: CancelIn, db: Db, actor: CurrentActor, now: Now
) -> AllotmentRowsOut:
    """Give a draft up for good."""
    facts = given.model_dump()
    return _whole(
        db,
        allotment_actions.cancel_allotment(
            db, actor=actor, now=now, allotment_id=allotment_id, **facts
        ),
    )


@router.post("/{allotment_id}/handover")
def hand_over(
    allotment_id: Id, given: HandoversIn, db: Db, actor: CurrentActor, now: Now
) -> AllotmentRowsOut:
    """Hand over what is left of the entities' batches, all of it or nothing."""
    minutes = {one.entity_id: Minutes(one.receiver, one.document_no) for one in given.minutes}
    hand_over_allotment(db, actor=actor, now=now, allotment_id=allotment_id, minutes=minutes)
    return _whole(db, allotment_queries.get_allotment(db, allotment_id, actor=actor))


_FIELDS = {PRODUCT: "product_id", FACILITY: "facility_id", REQUEST: "request_id"}


def _named(error: RowsRefused, words: Translator, *, first: int = 0) -> FieldsInvalid:
    """Return the refusal as the API tells it: each fault by its field, rows counted from 0."""
    told: dict[str, str] = {}
    for fault in error.faults:
        field = _FIELDS.get(fault.column, "quantity")
        told.setdefault(f"rows.{int(fault.place) - first}.{field}", fault.told(words))
    return FieldsInvalid(told)
