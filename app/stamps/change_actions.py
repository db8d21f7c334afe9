"""Changes of stamps but their activation: who may, what must hold, and what they leave behind."""

from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.stamps.batch_queries import counts_of
from app.stamps.gate_actions import check_lapse
from app.stamps.handover_actions import write_minutes
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.movement_actions import Act, lost_races, move_span, noted, swap_batch
from app.stamps.order_queries import FINAL, ended_alone
from app.stamps.policy_queries import get_policy
from app.stamps.refusal_actions import Attempt, refusals_kept
from app.stamps.rules import BatchState, Move, State, check_reason
from app.stamps.runs import check_move, check_with_producer
from app.stamps.span_queries import Chosen, SpanPreview, Stretch, preview_chosen
from app.stamps.undo_queries import check_undo


class PaperMissing(Invalid):
    """A document number is needed"""

    code: ClassVar[str] = "stamps.paper_missing"
    detail: ClassVar[str] = N_("Write the number of the minutes the stamps came back with.")
    field = "document_no"


class ReceiverMissing(Invalid):
    """It is not said who receives the stamps"""

    code: ClassVar[str] = "stamps.receiver_missing"
    detail: ClassVar[str] = N_("Write the name of the person who takes them.")
    field = "receiver"


class SecondPersonNeeded(Conflict):
    """A second officer must confirm this"""

    code: ClassVar[str] = "stamps.second_person"
    detail: ClassVar[str] = N_(
        "From {limit} stamps on, making them void needs two people. Ask for it, and another "
        "officer confirms."
    )

    def __init__(self, *, limit: int) -> None:
        self.limit = limit


# Whose act each is beside an officer's: the owner's, or any member's.
OWNERS: Final = frozenset({Move.VOID, Move.LOSE})
MEMBERS: Final = frozenset({Move.UNDO})


def change_span(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    move: Move,
    chosen: Chosen,
    reason: str = "",
    document_no: str = "",
    receiver: str = "",
) -> Stretch:
    """Void, lose, return, spoil, undo or hand over again all of the chosen stamps, or none.

    Refusals are kept. Raises SecondPersonNeeded where the policy wants two people:
    `order_actions` is the way then.
    """
    act = Act(actor=actor, now=now, reason=reason, document_no=document_no, receiver=receiver)
    check_said(act, move)
    with refusals_kept(db, act, Attempt(move)) as attempt:
        span = check_change(db, act=act, keyring=keyring, chosen=chosen, attempt=attempt)
        limit = second_person_from(db, actor, move, span.stretch)
        if limit is not None:
            raise SecondPersonNeeded(limit=limit)
        carry_out(db, act=act, move=move, span=span)
    return span.stretch


def check_change(
    db: Session, *, act: Act, keyring: Keyring, chosen: Chosen, attempt: Attempt
) -> SpanPreview:
    """Return the chosen stamps, or raise what keeps the actor from changing them."""
    move = attempt.move
    span = preview_chosen(db, actor=act.actor, keyring=keyring, chosen=chosen)
    attempt.stretch = span.stretch
    if move in OWNERS | MEMBERS:
        act.actor.require_member_or_officer(span.stretch.entity_id, owner=move in OWNERS)
    else:
        act.actor.require_officer()
    if move is Move.UNDO:
        check_undo(db, now=act.now, span=span)
    check_move(move, span.runs, base=1)
    if not act.actor.officer:
        check_with_producer(span.runs)
    if move is Move.REISSUE:
        check_lapse(db.get_one(Batch, span.stretch.batch_id), act.now)
    return span


def check_said(act: Act, move: Move) -> None:
    """Refuse a change of which too little is said; that alone is no refusal to keep."""
    if move is Move.REISSUE:
        if not act.receiver.strip():
            raise ReceiverMissing
    elif move is Move.RETURN:
        if not act.document_no.strip():
            raise PaperMissing
    else:
        check_reason(act.reason)


def second_person_from(db: Session, actor: Actor, move: Move, found: Stretch) -> int | None:
    """Return the quantity from which two people are needed, where so many stamps need them.

    What the actor alone made void of the batch before counts too: to cut much into little
    helps nobody. Others who ask the same of the batch wait until this transaction ends.
    """
    if move not in FINAL:
        return None
    with lost_races():
        db.get_one(Batch, found.batch_id, with_for_update={"key_share": True})
    limit = get_policy(db).two_people_from
    alone = ended_alone(db, batch_id=found.batch_id, actor_id=actor.account_id)
    return limit if alone + found.quantity >= limit else None


def carry_out(
    db: Session, *, act: Act, move: Move, span: SpanPreview, lot_id: int | None = None
) -> None:
    """Move checked stamps; a batch with none left to hand over is handed over whole."""
    found = span.stretch
    batch = db.get_one(Batch, found.batch_id)
    unsent = any(run.state is State.ISSUED for run in span.runs)
    if unsent:
        # Of two that take the last stamps, one must see what the other took.
        with lost_races():
            db.refresh(batch, with_for_update={"key_share": True})
    move_span(
        db,
        act=act,
        batch_id=found.batch_id,
        base=found.base,
        move=move,
        places=found.places,
        lot_id=lot_id,
    )
    if move is Move.REISSUE:
        write_minutes(db, act=act, batch=batch, places=(found.places,), again=True)
    if unsent and not counts_of(db, [batch.id])[batch.id][State.ISSUED]:
        swap_batch(db, batch, state=BatchState.HANDED_OVER)
    noted(
        db,
        act=act,
        action=f"span.{move}",
        batch=(found.batch_id, found.entity_id),
        first=found.first,
        last=found.last,
        lot_id=lot_id,
        reason=act.reason,
        document_no=act.document_no,
        receiver=act.receiver,
    )
