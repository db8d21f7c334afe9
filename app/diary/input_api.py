from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.diary import queries, source_queries, trace_actions, trace_queries
from app.diary.api import UNIT, Quantity
from app.diary.models import Lot
from app.diary.remarks import Remark
from app.diary.tracing import DispatchGiven, InputGiven, ReceiverKind
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.i18n import Translator
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/api/v1/lots", tags=["lots"], route_class=ApiRoute)

Unit = Annotated[Line, UNIT]
Key = Annotated[int, Field(ge=1, le=2**62)]
Why = Annotated[Note, Field(max_length=500)]


class InputIn(In):
    """What went into a lot: a lot by its id or as people name it, or material bought in."""

    source_lot_id: Key | None = None
    source: Annotated[
        Line,
        Field(max_length=300, description="The lot's number, or the address of its public page."),
    ] = ""
    material: Annotated[Line, Field(max_length=120)] = ""
    supplier: Annotated[Line, Field(max_length=200)] = ""
    supplier_lot: Annotated[Line, Field(max_length=60)] = ""
    document: Annotated[Line, Field(max_length=120)] = ""
    quantity: Quantity | None = None
    unit: Unit = ""

    def given(self, db: Db, lot: Lot) -> InputGiven:
        facts = self.model_dump(exclude={"source", "reason"})
        if self.source and self.source_lot_id is None:
            facts["source_lot_id"] = source_queries.find_source(db, lot, self.source)
        return InputGiven(**facts)


class InputsIn(In):
    """What went into a lot, all of it or nothing; with a reason where its diary is closed."""

    inputs: Annotated[list[InputIn], Field(min_length=1, max_length=trace_actions.MOST_INPUTS)]
    reason: Why = ""


class DispatchIn(In):
    """What of a lot was sent to whom; without a day it was sent today."""

    receiver: Annotated[Line, Field(max_length=200)] = ""
    receiver_kind: ReceiverKind = ReceiverKind.TRADER
    receiver_entity_id: Key | None = None
    quantity: Quantity | None = None
    unit: Unit = ""
    sent_on: date | None = None
    document: Annotated[Line, Field(max_length=120)] = ""


class ReasonIn(In):
    reason: Why


class _SaidOut(Out):
    id: int
    document: str
    quantity: float | None
    unit: str
    unit_as_entered: str
    reason: str
    added_at: datetime
    added_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdraw_reason: str


class InputOut(_SaidOut):
    """What went into a lot; withdrawn, it does not count."""

    source_lot_id: int | None
    material: str
    supplier: str
    supplier_lot: str


class DispatchOut(_SaidOut):
    """What of a lot was sent to whom; withdrawn, it does not count."""

    receiver: str
    receiver_kind: ReceiverKind
    receiver_entity_id: int | None
    sent_on: date


class RemarkOut(Out):
    """What is told though it was taken."""

    code: str
    words: str


class InputsAdded(Out):
    inputs: list[InputOut]
    remarks: list[RemarkOut]


class DispatchAdded(Out):
    dispatch: DispatchOut
    remarks: list[RemarkOut]


def said_remarks(remarks: Sequence[Remark], words: Translator) -> list[RemarkOut]:
    return [RemarkOut(code=one.code, words=one.said(words)) for one in remarks]


@router.get("/{lot_id}/inputs")
def list_inputs(lot_id: Id, db: Db, actor: CurrentActor) -> list[InputOut]:
    """Return what is said to have gone into a lot, withdrawn records too."""
    lot = queries.get_lot(db, lot_id, actor=actor)
    rows = trace_queries.list_inputs(db, lot.id, withdrawn=True)
    return [InputOut.model_validate(one) for one in rows]


@router.post("/{lot_id}/inputs", status_code=201)
def add_inputs(
    lot_id: Id, given: InputsIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> InputsAdded:
    """Say what went into a lot of the caller's. A source may be another producer's lot on sale."""
    lot = queries.get_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id)
    inputs = [one.given(db, lot) for one in given.inputs]
    added = trace_actions.add_inputs(
        db, actor=actor, now=now, lot=lot, inputs=inputs, reason=given.reason
    )
    rows = [InputOut.model_validate(one) for one in added.rows]
    return InputsAdded(inputs=rows, remarks=said_remarks(added.remarks, words))


@router.post("/{lot_id}/inputs/{input_id}/withdraw")
def withdraw_input(
    lot_id: Id, input_id: Id, given: ReasonIn, db: Db, actor: CurrentActor, now: Now
) -> InputOut:
    """Withdraw what was said wrongly. It stays to be read and counts no more."""
    row = trace_actions.withdraw_input(
        db, actor=actor, now=now, lot_id=lot_id, input_id=input_id, reason=given.reason
    )
    return InputOut.model_validate(row)


@router.get("/{lot_id}/dispatches")
def list_dispatches(lot_id: Id, db: Db, actor: CurrentActor) -> list[DispatchOut]:
    """Return what is said to have been sent of a lot, withdrawn records too."""
    lot = queries.get_lot(db, lot_id, actor=actor)
    rows = trace_queries.list_dispatches(db, lot.id, withdrawn=True)
    return [DispatchOut.model_validate(one) for one in rows]


@router.post("/{lot_id}/dispatches", status_code=201)
def add_dispatch(
    lot_id: Id, given: DispatchIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> DispatchAdded:
    """Say what of a lot of the caller's was sent to whom."""
    lot = queries.get_lot(db, lot_id, actor=actor)
    dispatch = DispatchGiven(**given.model_dump())
    added = trace_actions.add_dispatch(db, actor=actor, now=now, lot=lot, dispatch=dispatch)
    row = DispatchOut.model_validate(added.rows[0])
    return DispatchAdded(dispatch=row, remarks=said_remarks(added.remarks, words))


@router.post("/{lot_id}/dispatches/{dispatch_id}/withdraw")
def withdraw_dispatch(
    lot_id: Id, dispatch_id: Id, given: ReasonIn, db: Db, actor: CurrentActor, now: Now
) -> DispatchOut:
    """Withdraw what was said wrongly. It stays to be read and counts no more."""
    row = trace_actions.withdraw_dispatch(
        db, actor=actor, now=now, lot_id=lot_id, dispatch_id=dispatch_id, reason=given.reason
    )
    return DispatchOut.model_validate(row)
