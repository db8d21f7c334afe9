from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.diary import distribution_actions, parting_actions, queries, trace_queries
from app.diary.amounts import Total
from app.diary.api import LOT_NUMBER, LotDetail, LotOut, Quantity, Telling
from app.diary.input_api import Key, ReasonIn, RemarkOut, Unit, said_remarks
from app.diary.parting_actions import MOST_PARTS, Part, Parted, Taken
from app.diary.tracing import Balance, remarks_on
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.i18n import Translator
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/api/v1/lots", tags=["lots"], route_class=ApiRoute)

Number = Annotated[str, Field(max_length=40), LOT_NUMBER]


class PartIn(In):
    """A part of a lot; without a number it gets one of the whole's with an ending."""

    quantity: Quantity
    unit: Unit = ""
    number: Number = ""


class SplitIn(In):
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=MOST_PARTS)]


class TakenIn(In):
    """A lot that goes into another; without a quantity all that is left of it does."""

    lot_id: Key
    quantity: Quantity | None = None
    unit: Unit = ""


class MergeIn(In):
    """Several lots that become one of a product of the caller's."""

    product_id: Key
    sources: Annotated[list[TakenIn], Field(min_length=2, max_length=100)]
    number: Number | None = None
    material: Annotated[Line, Field(max_length=120)] = ""
    production_date: date | None = None
    expiry_date: date | None = None
    quantity: Quantity | None = None
    unit: Unit = ""
    facility_id: Key | None = None


class PartedOut(Out):
    """The lots that were opened, and what is told of their figures."""

    lots: list[LotOut]
    remarks: list[RemarkOut]


class AmountOut(Out):
    quantity: float | None
    unit: str


class TotalOut(Out):
    """What compares with the lot's unit, in it; `apart` is what does not."""

    quantity: float
    apart: list[AmountOut]


class BalanceOut(Out):
    """A lot's figures in its own unit. `left` is null where its quantity is not written."""

    quantity: float | None
    unit: str
    inputs: TotalOut
    used: TotalOut
    sent: TotalOut
    taken: float
    left: float | None
    remarks: list[RemarkOut]


class DistributedIn(In):
    """What is left of a lot, in its unit; a note where the figures don't add up."""

    left: Annotated[float, Field(ge=0, le=1e10, allow_inf_nan=False)] | None = None
    note: Annotated[Note, Field(max_length=1000)] = ""


def parted_out(parted: Parted, words: Translator) -> PartedOut:
    lots = [LotOut.model_validate(one) for one in parted.lots]
    return PartedOut(lots=lots, remarks=said_remarks(parted.remarks, words))


@router.post("/merge", status_code=201)
def merge_lots(given: MergeIn, db: Db, actor: CurrentActor, now: Now, words: Words) -> PartedOut:
    """Open a lot made of several others, in one act."""
    facts = given.model_dump(exclude={"product_id", "sources", "number"})
    parted = parting_actions.merge_lots(
        db,
        actor=actor,
        now=now,
        product_id=given.product_id,
        sources=[Taken(**one.model_dump()) for one in given.sources],
        number=given.number,
        **facts,
    )
    return parted_out(parted, words)


@router.post("/{lot_id}/split", status_code=201)
def split_lot(
    lot_id: Id, given: SplitIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> PartedOut:
    """Open a lot for each part of a lot, in one act; what is not parted off stays."""
    parts = [Part(**one.model_dump()) for one in given.parts]
    parted = parting_actions.split_lot(db, actor=actor, now=now, lot_id=lot_id, parts=parts)
    return parted_out(parted, words)


@router.get("/{lot_id}/balance")
def get_balance(lot_id: Id, db: Db, actor: CurrentActor, words: Words) -> BalanceOut:
    """Return what went into a lot, what left it and what should be left."""
    lot = queries.get_lot(db, lot_id, actor=actor)
    balance = trace_queries.balance_of(db, lot)
    return BalanceOut(
        quantity=balance.amount.quantity,
        unit=balance.unit,
        inputs=_total(balance.inputs),
        used=_total(balance.used),
        sent=_total(_larger(balance)),
        taken=balance.taken,
        left=balance.left,
        remarks=said_remarks(remarks_on(balance, number=lot.number), words),
    )


@router.post("/{lot_id}/distribute")
def complete_distribution(
    lot_id: Id, given: DistributedIn, db: Db, actor: CurrentActor, now: Now, tell: Telling
) -> LotDetail:
    """Complete a released lot's distribution. The owner's act."""
    lot = distribution_actions.complete_distribution(
        db, actor=actor, now=now, lot_id=lot_id, left=given.left, note=given.note
    )
    return tell(lot)


@router.post("/{lot_id}/resume")
def resume_distribution(
    lot_id: Id, given: ReasonIn, db: Db, actor: CurrentActor, now: Now, tell: Telling
) -> LotDetail:
    """Take the completion of a distribution back, with a reason. The owner's act."""
    lot = distribution_actions.resume_distribution(
        db, actor=actor, now=now, lot_id=lot_id, reason=given.reason
    )
    return tell(lot)


def _larger(balance: Balance) -> Total:
    """Return what was sent, or what others say they took where that is more."""
    sent, claimed = balance.sent, balance.claimed
    return max(sent, claimed, key=lambda one: one.quantity)


def _total(total: Total) -> TotalOut:
    return TotalOut.model_validate(total)
