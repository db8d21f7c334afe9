"""The end of a lot: what was made, what was sent to whom, what is left."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.actions import lock_lot, move
from app.diary.amounts import NO_AMOUNT, read_amount
from app.diary.distribution import Account, account_of
from app.diary.models import Lot
from app.diary.notice_actions import ReasonNeeded
from app.diary.rules import LotState, check_move
from app.diary.trace_queries import balance_of
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import clean_note


class NotDistributed(Conflict):
    """The lot's distribution is not completed"""

    code: ClassVar[str] = "diary.not_distributed"
    detail: ClassVar[str] = N_("Reload the page: somebody may have taken it back already.")


def account_for(db: Session, lot: Lot, *, left: float | None) -> Account:
    """Return a lot's account, as `complete_distribution` weighs it."""
    return account_of(balance_of(db, lot), left=left)


def complete_distribution(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    lot_id: int,
    left: float | None,
    note: str = "",
) -> Lot:
    """Complete a released lot's distribution: the owner's act.

    `left` is what is left, in the lot's unit. Where produced, used, sent and left don't agree,
    or can't be compared, a note has to say why.
    """
    lot = lock_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id, owner=True)
    check_move(LotState(lot.state), LotState.DISTRIBUTED)
    why = clean_note(note, field="note")
    read = NO_AMOUNT
    if left:
        read = read_amount(left, lot.unit, field="left", unit_field="left")
    account_for(db, lot, left=read.quantity if left else left).require(why)
    if move(db, actor, now, lot, LotState.DISTRIBUTED):
        lot.distributed_at = now
        lot.left_quantity = read.quantity if left else left
        lot.distribution_note = why
        db.flush()
    return lot


def resume_distribution(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str
) -> Lot:
    """Take the completion of a distribution back, to correct it or because goods came back.

    The owner's act, with a reason; what was completed stays in the audit trail.
    """
    lot = lock_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id, owner=True)
    if lot.state != LotState.DISTRIBUTED:
        raise NotDistributed
    why = clean_note(reason, limit=500, field="reason")
    if not why:
        raise ReasonNeeded
    before = {
        "state": lot.state,
        "left_quantity": lot.left_quantity,
        "distribution_note": lot.distribution_note,
    }
    lot.state = LotState.RELEASED
    lot.distributed_at = lot.left_quantity = None
    lot.distribution_note = ""
    db.flush()
    record(
        db,
        by=actor,
        now=now,
        action="lot.resume",
        subject_id=lot.id,
        entity_id=lot.entity_id,
        before=before,
        after={"state": lot.state, "reason": why},
    )
    return lot
