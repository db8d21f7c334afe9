import secrets
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.entities.queries import get_entity
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.products.queries import get_product
from app.stamps.batch_queries import counts_of, get_batch, next_to_hand_over
from app.stamps.codes import LINE_END, SECRET_BYTES, line
from app.stamps.epoch_actions import allot_numbers
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.movement_actions import Act, issue_span, move_span, noted, swap_batch
from app.stamps.rules import (
    BatchState,
    Move,
    State,
    check_quantity,
    check_reason,
    require_state,
)
from app.stamps.runs import Run, take_next


class ProductNotActive(Conflict):
    """The product or its producer is not active"""

    code: ClassVar[str] = "stamps.product_not_active"
    detail: ClassVar[str] = N_("Stamps are granted for products still made and producers at work.")
    field = "product_id"


class TooFewLeft(Conflict):
    """More stamps than are left of the batch"""

    code: ClassVar[str] = "stamps.too_few_left"
    detail: ClassVar[str] = N_("{left} stamps of this batch are left to hand over.")
    field = "quantity"

    def __init__(self, *, left: int) -> None:
        self.left = left


def request_batch(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    quantity: int,
    reason: str,
    largest: int,
) -> Batch:
    """Ask for stamps of a product, at most `largest`: by the entity's owner or an officer."""
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    entity = get_entity(db, product.entity_id, actor=actor)
    if (product.status, entity.status) != ("active", "active"):
        raise ProductNotActive
    check_quantity(quantity, most=min(largest, LINE_END))
    batch = Batch(
        entity_id=product.entity_id,
        product_id=product.id,
        state=BatchState.REQUESTED,
        requested=quantity,
        reason=reason,
        requested_at=now,
        requested_by=actor.label,
    )
    db.add(batch)
    db.flush()
    _noted(db, actor, now, "batch.request", batch, quantity=quantity, reason=reason)
    return batch


def approve_batch(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    quantity: int,
    decision_no: str,
    programme: str = "",
    budget_year: int | None = None,
) -> Batch:
    """Grant a requested batch, the whole of it or fewer stamps, by a decision."""
    batch = _get_for_officer(db, actor, batch_id, BatchState.REQUESTED)
    check_quantity(quantity, most=batch.requested)
    facts = {"decision_no": decision_no, "programme": programme, "budget_year": budget_year}
    swap_batch(
        db,
        batch,
        state=BatchState.APPROVED,
        granted=quantity,
        decided_at=now,
        decided_by=actor.label,
        **facts,
    )
    _noted(db, actor, now, "batch.approve", batch, quantity=quantity, **facts)
    return batch


def refuse_batch(db: Session, *, actor: Actor, now: datetime, batch_id: int, reason: str) -> Batch:
    batch = _get_for_officer(db, actor, batch_id, BatchState.REQUESTED)
    check_reason(reason)
    decided = {"refusal": reason, "decided_at": now, "decided_by": actor.label}
    swap_batch(db, batch, state=BatchState.REFUSED, **decided)
    _noted(db, actor, now, "batch.refuse", batch, reason=reason)
    return batch


def issue_batch(
    db: Session, *, actor: Actor, now: datetime, batch_id: int, keyring: Keyring
) -> Batch:
    """Give an approved batch its numbers and its secret: one span, however many stamps.

    Raises LineFull where the open epoch has too few numbers left, and KeyMissing.
    """
    batch = _get_for_officer(db, actor, batch_id, BatchState.APPROVED)
    granted = batch.granted or 0
    epoch, number = allot_numbers(db, now=now, keyring=keyring, quantity=granted)
    first, last = line(epoch, number), line(epoch, number + granted - 1)
    swap_batch(
        db,
        batch,
        state=BatchState.ISSUED,
        epoch=epoch,
        first=first,
        last=last,
        secret=secrets.token_bytes(SECRET_BYTES),
        issued_at=now,
        issued_by=actor.label,
    )
    act = Act(actor=actor, now=now, document_no=batch.decision_no)
    issue_span(db, act=act, batch_id=batch.id, run=Run(first, last, State.ISSUED))
    _noted(db, actor, now, "batch.issue", batch, quantity=granted)
    return batch


def hand_over(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    receiver: str,
    quantity: int,
    document_no: str = "",
) -> Batch:
    """Hand the next stamps of an issued batch, in the order of their numbers, to a receiver."""
    batch = _get_for_officer(db, actor, batch_id, BatchState.ISSUED)
    check_quantity(quantity, most=batch.granted or 0)
    left = counts_of(db, [batch.id])[batch.id][State.ISSUED]
    if quantity > left:
        raise TooFewLeft(left=left)
    spans = next_to_hand_over(db, batch_id=batch.id, quantity=quantity)
    state = BatchState.HANDED_OVER if quantity == left else BatchState.ISSUED
    swap_batch(db, batch, state=state, handed_over=batch.handed_over + quantity)
    act = Act(actor=actor, now=now, receiver=receiver, document_no=document_no)
    for places in take_next((span.run for span in spans), quantity):
        base = batch.first or 0
        move_span(db, act=act, batch_id=batch.id, base=base, move=Move.HANDOVER, places=places)
    told = {"receiver": receiver, "document_no": document_no}
    _noted(db, actor, now, "batch.handover", batch, quantity=quantity, **told)
    return batch


def _get_for_officer(db: Session, actor: Actor, batch_id: int, needed: BatchState) -> Batch:
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    require_state(batch.state, needed)
    return batch


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, batch: Batch, **after: object
) -> None:
    act = Act(actor=actor, now=now)
    noted(db, act=act, action=action, batch=(batch.id, batch.entity_id), **after)
