"""What a change of stamps would do, told before it is confirmed. Refusals are kept as for real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.queries import get_lot, missing_for
from app.identity.rules import Actor, NotYours
from app.kit.db import on_refusal
from app.kit.errors import DomainError, Invalid, Unavailable
from app.kit.i18n import N_
from app.stamps.keyring import Keyring
from app.stamps.movement_actions import Act
from app.stamps.rules import Move, check_reason
from app.stamps.runs import check_move
from app.stamps.span_actions import Attempt, LotIncomplete, WrongLot, keep_refusal
from app.stamps.span_queries import SpanPreview, preview_span


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


@dataclass(frozen=True)
class Ends:
    """Two codes as they were given."""

    first_code: str
    last_code: str


def rehearse_activation(
    db: Session, *, actor: Actor, now: datetime, keyring: Keyring, ends: Ends, lot_id: int
) -> tuple[SpanPreview, Lot]:
    """Return what `activate_span` would activate, or raise what it would."""
    act, attempt = Act(actor=actor, now=now), Attempt(Move.ACTIVATE, lot_id)
    with _refusals_kept(db, act, attempt):
        found = _read(db, actor, keyring, ends, attempt)
        actor.require_member(found.stretch.entity_id)
        lot = get_lot(db, lot_id, actor=actor)
        if lot.product_id != found.stretch.product_id:
            raise WrongLot
        lacking = missing_for(db, lot)
        if lacking:
            raise LotIncomplete(missing=lacking)
        check_move(Move.ACTIVATE, found.runs, base=1)
    return found, lot


def rehearse_void(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    ends: Ends,
    batch_id: int,
    reason: str,
) -> SpanPreview:
    """Return what `void_span` would make void in the batch, or raise what it would."""
    act, attempt = Act(actor=actor, now=now, reason=reason), Attempt(Move.VOID)
    with _refusals_kept(db, act, attempt):
        check_reason(reason)
        found = _read(db, actor, keyring, ends, attempt)
        if found.stretch.batch_id != batch_id:
            raise OtherBatch(number=found.stretch.batch_id)
        actor.require_member_or_officer(found.stretch.entity_id, owner=True)
        check_move(Move.VOID, found.runs, base=1)
    return found


def _read(db: Session, actor: Actor, keyring: Keyring, ends: Ends, attempt: Attempt) -> SpanPreview:
    codes = {"first_code": ends.first_code, "last_code": ends.last_code}
    try:
        found = preview_span(db, actor=actor, keyring=keyring, **codes)
    except NotYours as error:
        raise ForeignStamp from error
    attempt.stretch = found.stretch
    return found


@contextmanager
def _refusals_kept(db: Session, act: Act, attempt: Attempt) -> Iterator[None]:
    try:
        yield
    except Unavailable:
        raise
    except DomainError as error:
        code = error.code
        on_refusal(db, lambda after: keep_refusal(after, act=act, attempt=attempt, code=code))
        raise
