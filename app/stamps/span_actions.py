"""Changes of stamps by the codes of the first and the last one, and their activation."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.stamps.batch_queries import get_batch
from app.stamps.change_actions import carry_out, change_span
from app.stamps.gate_actions import check_gate
from app.stamps.keyring import Keyring
from app.stamps.movement_actions import Act, ChangedMeanwhile
from app.stamps.refusal_actions import Attempt, refusals_kept
from app.stamps.rules import Move
from app.stamps.span_queries import (
    Ends,
    SpanPreview,
    Stretch,
    next_free,
    preview_chosen,
    preview_of,
)


class TooFewFree(Conflict):
    """More stamps than are left to activate"""

    code: ClassVar[str] = "stamps.too_few_free"
    detail: ClassVar[str] = N_("{left} stamps of this batch are left to activate.")
    field = "quantity"

    def __init__(self, *, left: int) -> None:
        self.left = left


def activate_span(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    first_code: str,
    last_code: str,
    lot_id: int,
) -> Stretch:
    """Activate the stamps from one code to another, in either order, onto a lot of their product.

    By members of the entity only. Raises the refusals of `read_ends` and `check_gate`; each
    refusal is kept.
    """
    act = Act(actor=actor, now=now)
    with refusals_kept(db, act, Attempt(Move.ACTIVATE, lot_id)) as attempt:
        chosen = Ends(first_code, last_code)
        span = preview_chosen(db, actor=actor, keyring=keyring, chosen=chosen)
        attempt.stretch = span.stretch
        check_activation(db, act=act, spans=(span,), lot_id=lot_id)
        carry_out(db, act=act, move=Move.ACTIVATE, span=span, lot_id=lot_id)
    return span.stretch


def activate_next(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    quantity: int,
    lot_id: int,
    first: int | None = None,
) -> tuple[Stretch, ...]:
    """Activate the next stamps of a batch that may be, as `next_free` tells them, onto a lot.

    `first` is the running number the reader was shown as the first of them: where it is another
    by now, ChangedMeanwhile is raised.
    """
    act = Act(actor=actor, now=now)
    with refusals_kept(db, act, Attempt(Move.ACTIVATE, lot_id)) as attempt:
        spans = check_next(
            db, act=act, batch_id=batch_id, quantity=quantity, lot_id=lot_id, attempt=attempt
        )
        if first is not None and first != spans[0].stretch.first:
            raise ChangedMeanwhile
        for span in spans:
            carry_out(db, act=act, move=Move.ACTIVATE, span=span, lot_id=lot_id)
    return tuple(span.stretch for span in spans)


def check_next(
    db: Session, *, act: Act, batch_id: int, quantity: int, lot_id: int, attempt: Attempt
) -> tuple[SpanPreview, ...]:
    """Return the next stamps that may be activated, or raise what keeps them from it."""
    act.actor.require_member(get_batch(db, batch_id, actor=act.actor).entity_id)
    pieces = next_free(db, actor=act.actor, batch_id=batch_id, quantity=quantity)
    attempt.stretch = pieces[0] if pieces else None
    free = sum(piece.quantity for piece in pieces)
    if free < quantity or not pieces:
        raise TooFewFree(left=free)
    spans = tuple(preview_of(db, piece) for piece in pieces)
    return check_activation(db, act=act, spans=spans, lot_id=lot_id)


def check_activation(
    db: Session, *, act: Act, spans: tuple[SpanPreview, ...], lot_id: int
) -> tuple[SpanPreview, ...]:
    """Refuse what may not be activated onto a lot, all pieces of a batch weighed together.

    Returns the pieces, with the reason where they could not be weighed.
    """
    act.actor.require_member(spans[0].stretch.entity_id)
    balance = check_gate(db, actor=act.actor, now=act.now, spans=spans, lot_id=lot_id)
    return tuple(replace(span, unweighed=balance.unweighed) for span in spans)


def void_span(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    first_code: str,
    last_code: str,
    reason: str,
) -> Stretch:
    """Make the stamps from one code to another void for good: by an officer or the owner."""
    chosen = Ends(first_code, last_code)
    return change_span(
        db, actor=actor, now=now, keyring=keyring, move=Move.VOID, chosen=chosen, reason=reason
    )


def lose_span(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    first_code: str,
    last_code: str,
    reason: str,
) -> Stretch:
    """Record the stamps from one code to another as lost: by an officer or the owner."""
    chosen = Ends(first_code, last_code)
    return change_span(
        db, actor=actor, now=now, keyring=keyring, move=Move.LOSE, chosen=chosen, reason=reason
    )
