from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.stamps.handover_queries import get_handover
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch
from app.stamps.movement_actions import Act, noted
from app.stamps.runs import merged


class ReceiptConfirmed(Conflict):
    """The quantity has been confirmed already"""

    code: ClassVar[str] = "stamps.receipt_confirmed"
    detail: ClassVar[str] = N_("What was confirmed stays. Tell the Department if it was wrong.")


class CountOutOfRange(Invalid):
    """The quantity counted can't be right"""

    code: ClassVar[str] = "stamps.count_range"
    detail: ClassVar[str] = N_("Write how many stamps you counted, from 0 to {most}.")
    field = "quantity"

    def __init__(self, *, most: int) -> None:
        self.most = most


class DifferenceUnsaid(Invalid):
    """The count differs from the minutes"""

    code: ClassVar[str] = "stamps.difference_unsaid"
    detail: ClassVar[str] = N_(
        "The minutes say {said}. Count again; if it stays so, write what you found."
    )
    field = "note"

    def __init__(self, *, said: int) -> None:
        self.said = said


def write_minutes(
    db: Session, *, act: Act, batch: Batch, places: Iterable[tuple[int, int]], again: bool = False
) -> Handover:
    """Keep a hand-over of stamps between places of the line, as its minutes will say it."""
    base = batch.first or 0
    runs = [[first - base + 1, last - base + 1] for first, last in merged(places)]
    made = Handover(
        batch_id=batch.id,
        entity_id=batch.entity_id,
        at=act.now,
        giver=act.actor.label,
        receiver=act.receiver,
        quantity=sum(last - first + 1 for first, last in runs),
        document_no=act.document_no,
        runs=runs,
        again=again,
    )
    db.add(made)
    db.flush()
    return made


def confirm_receipt(
    db: Session, *, actor: Actor, now: datetime, handover_id: int, quantity: int, note: str = ""
) -> Handover:
    """Keep how many stamps of a hand-over the producer counted, once; by the entity's members.

    A difference from the minutes needs a note. It stays until a reconciliation explains it.
    """
    found = get_handover(db, handover_id, actor=actor)
    actor.require_member(found.entity_id)
    if not 0 <= quantity <= 2 * found.quantity:
        raise CountOutOfRange(most=2 * found.quantity)
    if quantity != found.quantity and not note.strip():
        raise DifferenceUnsaid(said=found.quantity)
    told = {"received_quantity": quantity, "received_note": note}
    query = (
        update(Handover)
        .where(Handover.id == found.id, Handover.received_quantity.is_(None))
        .values(**told, received_at=now, received_by=actor.label)
        .returning(Handover.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(query) is None:
        raise ReceiptConfirmed
    db.refresh(found)
    act = Act(actor=actor, now=now)
    facts = {"handover_id": found.id, "said": found.quantity, **told}
    batch = (found.batch_id, found.entity_id)
    noted(db, act=act, action="batch.confirm_receipt", batch=batch, **facts)
    return found
