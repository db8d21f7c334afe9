"""What a change of stamps would do, told before it is confirmed. Refusals are kept as for real."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.queries import get_lot
from app.identity.rules import Actor, NotYours
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.stamps.change_actions import check_change, check_said
from app.stamps.keyring import Keyring
from app.stamps.movement_actions import Act
from app.stamps.refusal_actions import Attempt, refusals_kept
from app.stamps.rules import Move
from app.stamps.span_actions import check_activation, check_next
from app.stamps.span_queries import Chosen, Ends, SpanPreview, preview_chosen


class ForeignStamp(Invalid):
    """The stamp is not yours"""

    code: ClassVar[str] = "stamps.foreign"
    detail: ClassVar[str] = N_("At least one of them belongs to somebody else. Compare the codes.")


class OtherBatch(Invalid):
    """The stamps are of another batch"""

    code: ClassVar[str] = "stamps.other_batch"
    detail: ClassVar[str] = N_("They belong to batch {number}. Open its page, or check the codes.")
    field = "first_code"

    def __init__(self, *, number: int) -> None:
        self.number = number


def rehearse_activation(
    db: Session, *, actor: Actor, now: datetime, keyring: Keyring, ends: Ends, lot_id: int
) -> tuple[SpanPreview, Lot]:
    """Return what `activate_span` would activate, or raise what it would."""
    act = Act(actor=actor, now=now)
    with refusals_kept(db, act, Attempt(Move.ACTIVATE, lot_id)) as attempt:
        with _own_stamps():
            found = preview_chosen(db, actor=actor, keyring=keyring, chosen=ends)
        attempt.stretch = found.stretch
        (found,) = check_activation(db, act=act, spans=(found,), lot_id=lot_id)
    return found, get_lot(db, lot_id, actor=actor)


def rehearse_next(
    db: Session, *, actor: Actor, now: datetime, batch_id: int, quantity: int, lot_id: int
) -> tuple[SpanPreview, ...]:
    """Return what `activate_next` would activate, piece by piece, or raise what it would."""
    act = Act(actor=actor, now=now)
    with refusals_kept(db, act, Attempt(Move.ACTIVATE, lot_id)) as attempt:
        return check_next(
            db, act=act, batch_id=batch_id, quantity=quantity, lot_id=lot_id, attempt=attempt
        )


def rehearse_change(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    move: Move,
    chosen: Chosen,
    batch_id: int | None = None,
    reason: str = "",
    document_no: str = "",
    receiver: str = "",
) -> SpanPreview:
    """Return what `change_span` would move, in the batch if one is named, or raise what it would.

    Whether a second person is needed is asked of `second_person_from`.
    """
    act = Act(actor=actor, now=now, reason=reason, document_no=document_no, receiver=receiver)
    check_said(act, move)
    with refusals_kept(db, act, Attempt(move)) as attempt:
        with _own_stamps():
            found = check_change(db, act=act, keyring=keyring, chosen=chosen, attempt=attempt)
        if batch_id not in {None, found.stretch.batch_id}:
            raise OtherBatch(number=found.stretch.batch_id)
    return found


@contextmanager
def _own_stamps() -> Iterator[None]:
    """Say of a form's codes that they are somebody else's; an address would be unknown."""
    try:
        yield
    except NotYours as error:
        raise ForeignStamp from error
