from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.actions import LotClosed, lock_lot
from app.diary.amounts import QuantityOutOfRange, read_amount
from app.diary.models import Lot
from app.diary.notice_actions import ReasonNeeded
from app.diary.remarks import Remark
from app.diary.rules import LotState
from app.diary.source_actions import refuse_circle, take_lots, weighed
from app.diary.source_queries import ON_SALE
from app.diary.trace_models import LotDispatch, LotInput
from app.diary.trace_queries import NothingSaid, live
from app.diary.tracing import (
    DispatchGiven,
    InputGiven,
    ReceiverKind,
    ReceiverNeeded,
    SourceNeeded,
    sent_on_of,
)
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.db import beyond_fence
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note, clean_text, fold

MOST_INPUTS: Final = 100
Said = LotInput | LotDispatch
R = TypeVar("R", LotInput, LotDispatch)


class TooManyInputs(Invalid):
    """Too much goes in at once"""

    code: ClassVar[str] = "diary.too_many_inputs"
    detail: ClassVar[str] = N_("At most {limit} at a time. Send the rest after these.")
    field = "inputs"

    def __init__(self) -> None:
        self.limit = MOST_INPUTS


class UnknownReceiver(Invalid):
    """There is no such producer"""

    code: ClassVar[str] = "diary.unknown_receiver"
    detail: ClassVar[str] = N_("Write the receiver's name instead.")
    field = "receiver_entity_id"


class DistributionCompleted(Conflict):
    """The lot's distribution is completed"""

    code: ClassVar[str] = "diary.distribution_completed"
    detail: ClassVar[str] = N_("Take the completion back first, with a reason; then correct it.")


@dataclass(frozen=True, slots=True)
class Added:
    """What was added, and what its sender is told though it was taken."""

    rows: tuple[Said, ...]
    remarks: tuple[Remark, ...]


def add_inputs(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    lot: Lot,
    inputs: Iterable[InputGiven],
    entry_id: UUID | None = None,
    reason: str = "",
) -> Added:
    """Say what went into a lot of the actor's: all of it or, where one is refused, nothing.

    A lot whose diary is closed takes more only with a reason. A source that is recalled or on
    hold is taken and told: were it refused, the recall would not follow it here.
    """
    given = list(inputs)
    if len(given) > MOST_INPUTS:
        raise TooManyInputs
    ids = {one.source_lot_id for one in given if one.source_lot_id is not None}
    sources = take_lots(db, actor=actor, lot=lot, ids=ids)
    why = _reason(lot, reason)
    signed = _signed(actor, now, why) | {"entry_id": entry_id}
    rows = [_input(lot, one, signed) for one in given]
    if any(one.source_lot_id is None and not one.material for one in rows):
        raise SourceNeeded
    if sources:
        refuse_circle(db, lot, sources.values())
    db.add_all(rows)
    db.flush()
    remarks = weighed(db, lot)
    for source in sources.values():
        remarks += weighed(db, source, own=source.entity_id in actor.memberships)
    for row in rows:
        _noted(db, actor, now, "lot.input", lot, row)
    return Added(tuple(rows), tuple(remarks))


def add_dispatch(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    lot: Lot,
    dispatch: DispatchGiven,
    entry_id: UUID | None = None,
) -> Added:
    """Say what of a lot of the actor's was sent to whom, in any state up to its distribution.

    What left a lot that is not released, or is recalled or on hold, is taken and told: a recall
    has to know where it went.
    """
    take_lots(db, actor=actor, lot=lot, ids=set())
    if lot.state == LotState.DISTRIBUTED:
        raise DistributionCompleted
    sent_on = sent_on_of(dispatch, today=day_of(now))
    kind = ReceiverKind(dispatch.receiver_kind)
    row = LotDispatch(
        lot_id=lot.id,
        sent_on=sent_on,
        entry_id=entry_id,
        **_receiver(db, lot, dispatch, kind),
        **_goods(dispatch),
        **_signed(actor, now, ""),
    )
    db.add(row)
    db.flush()
    remarks = weighed(db, lot)
    if lot.state not in ON_SALE and kind is not ReceiverKind.DESTROYED:
        text = N_("Lot {number} is not released for sale yet.")
        remarks.append(Remark("diary.sent_unreleased", text, {"number": lot.number}))
    _noted(db, actor, now, "lot.dispatch", lot, row)
    return Added((row,), tuple(remarks))


def fill_input(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    lot_id: int,
    input_id: int,
    given: InputGiven,
) -> Added:
    """Write how much of a material went in, and of which of its supplier's lots.

    Only of what was taken along from another lot, once: what is written is withdrawn and not
    changed.
    """
    lot = lock_lot(db, lot_id, actor=actor)
    if lot.state != LotState.OPEN:
        raise LotClosed
    row = db.get(LotInput, input_id)
    if row is None or row.lot_id != lot.id or row.withdrawn_at or row.quantity is not None:
        raise NothingSaid
    facts = _goods(given)
    if facts["quantity"] is None:
        raise QuantityOutOfRange
    row.supplier_lot = clean_text(given.supplier_lot, limit=60, field="supplier_lot")
    for name, value in facts.items():
        setattr(row, name, value)
    db.flush()
    remarks = weighed(db, lot)
    _noted(db, actor, now, "lot.fill_input", lot, row)
    return Added((row,), tuple(remarks))


def withdraw_input(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, input_id: int, reason: str
) -> LotInput:
    """Withdraw what was wrongly said to have gone into a lot; it stays to be read."""
    lot = lock_lot(db, lot_id, actor=actor)
    row = db.get(LotInput, input_id)
    return _withdrawn(db, actor, now, lot, row, reason)


def withdraw_dispatch(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, dispatch_id: int, reason: str
) -> LotDispatch:
    """Withdraw what was wrongly said to have been sent of a lot; see `withdraw_input`."""
    lot = lock_lot(db, lot_id, actor=actor)
    if lot.state == LotState.DISTRIBUTED:
        raise DistributionCompleted
    row = db.get(LotDispatch, dispatch_id)
    return _withdrawn(db, actor, now, lot, row, reason)


def withdraw_of_entry(
    db: Session, *, actor: Actor, now: datetime, lot: Lot, entry_id: UUID, reason: str
) -> None:
    """Withdraw all that an entry said came or left, where a correction takes its place."""
    inputs = select(LotInput).where(LotInput.entry_id == entry_id, live(LotInput))
    for came in db.scalars(inputs):
        _withdrawn(db, actor, now, lot, came, reason)
    dispatches = select(LotDispatch).where(LotDispatch.entry_id == entry_id, live(LotDispatch))
    for left in db.scalars(dispatches):
        _withdrawn(db, actor, now, lot, left, reason)


def _withdrawn(db: Session, actor: Actor, now: datetime, lot: Lot, row: R | None, reason: str) -> R:
    if row is None or row.lot_id != lot.id:
        raise NothingSaid
    why = clean_note(reason, limit=500, field="reason")
    if not why:
        raise ReasonNeeded
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by, row.withdraw_reason = now, actor.label, why
        db.flush()
        kind = "input" if isinstance(row, LotInput) else "dispatch"
        _noted(db, actor, now, f"lot.withdraw_{kind}", lot, row, reason=why)
    return row


def _input(lot: Lot, given: InputGiven, signed: dict[str, Any]) -> LotInput:
    return LotInput(
        lot_id=lot.id,
        source_lot_id=given.source_lot_id,
        material=clean_text(given.material, limit=120, field="material"),
        supplier=clean_text(given.supplier, limit=200, field="supplier"),
        supplier_lot=clean_text(given.supplier_lot, limit=60, field="supplier_lot"),
        **_goods(given),
        **signed,
    )


def _receiver(db: Session, lot: Lot, given: DispatchGiven, kind: ReceiverKind) -> dict[str, Any]:
    """Return who took the goods, as a producer known here where it is one."""
    name = clean_text(given.receiver, limit=200, field="receiver")
    entity_id = given.receiver_entity_id
    if entity_id is not None:
        name = name or _known(db, lot, entity_id).name
    elif kind is ReceiverKind.PRODUCER:
        entity_id = _named(db, lot, name)
    if not name and kind is not ReceiverKind.DESTROYED:
        raise ReceiverNeeded
    return {"receiver": name, "receiver_kind": kind, "receiver_entity_id": entity_id}


def _reason(lot: Lot, reason: str) -> str:
    why = clean_note(reason, limit=500, field="reason")
    if lot.state != LotState.OPEN and not why:
        raise LotClosed
    return why


def _known(db: Session, lot: Lot, entity_id: int) -> Entity:
    # Producers know each other by what is public of them; so below.
    with beyond_fence(db):
        found = db.get(Entity, entity_id)
        own = db.get_one(Entity, lot.entity_id)
    if found is None or found.practice != own.practice:
        raise UnknownReceiver
    return found


def _named(db: Session, lot: Lot, name: str) -> int | None:
    """Return the one producer of that name, so that it can go on from what it was sent."""
    with beyond_fence(db):
        own = db.get_one(Entity, lot.entity_id)
        query = select(Entity.id).where(
            Entity.folded == fold(name), Entity.id != own.id, Entity.practice == own.practice
        )
        found = db.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _goods(given: InputGiven | DispatchGiven) -> dict[str, Any]:
    amount = read_amount(given.quantity, given.unit)
    written = clean_text(given.unit, limit=30, field="unit") if amount.unit else ""
    return {
        "document": clean_text(given.document, limit=120, field="document"),
        "quantity": amount.quantity,
        "unit": amount.unit,
        "unit_as_entered": written,
    }


def _signed(actor: Actor, now: datetime, reason: str) -> dict[str, Any]:
    return {"added_at": now, "added_by": actor.label, "reason": reason}


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, lot: Lot, row: Said, **more: str
) -> None:
    told = {"record_id": row.id, "quantity": row.quantity, "unit": row.unit}
    if isinstance(row, LotInput):
        told |= {"source_lot_id": row.source_lot_id, "material": row.material}
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=lot.id,
        entity_id=lot.entity_id,
        after=told | more,
    )
