from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.diary.queries import get_lot, missing_for
from app.diary.rules import Missing
from app.identity.rules import Actor
from app.kit.db import on_refusal
from app.kit.errors import Conflict, DomainError, Invalid, Unavailable, Words
from app.kit.i18n import N_
from app.stamps.keyring import Keyring
from app.stamps.models import Refusal
from app.stamps.movement_actions import Act, move_span, noted
from app.stamps.rules import Move, check_reason
from app.stamps.span_queries import Stretch, read_ends


class WrongLot(Invalid):
    """The lot is of another product than the stamps"""

    code: ClassVar[str] = "stamps.wrong_lot"
    detail: ClassVar[str] = N_("Choose a lot of the product these stamps were granted for.")
    field = "lot_id"


class LotIncomplete(Conflict):
    """The lot is not complete, so no stamp may be activated for it"""

    code: ClassVar[str] = "stamps.lot_incomplete"
    detail: ClassVar[str] = N_("Mend this first: {missing}.")
    field = "lot_id"

    def __init__(self, *, missing: tuple[Missing, ...]) -> None:
        self.missing = missing

    def explain(self, words: Words) -> str:
        said = "; ".join(words.gettext(item.label) for item in self.missing)
        return words.gettext(self.detail).format(missing=said)


@dataclass(slots=True)
class Attempt:
    """What is known of a change when it is refused."""

    move: Move
    lot_id: int | None = None
    stretch: Stretch | None = None


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

    By members of the entity only. Raises LotIncomplete with all that is missing, and the refusals
    of `read_ends` and `move_span`; each refusal is kept.
    """
    act = Act(actor=actor, now=now)
    with _refusals_kept(db, act, Attempt(Move.ACTIVATE, lot_id)) as attempt:
        found = attempt.stretch = read_ends(
            db, actor=actor, keyring=keyring, first_code=first_code, last_code=last_code
        )
        actor.require_member(found.entity_id)
        _check_lot(db, actor, found, lot_id)
        _move(db, act, found, Move.ACTIVATE, lot_id)
    return found


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
    act = Act(actor=actor, now=now, reason=reason)
    return _end(db, act, Move.VOID, keyring, first_code, last_code)


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
    act = Act(actor=actor, now=now, reason=reason)
    return _end(db, act, Move.LOSE, keyring, first_code, last_code)


def _end(
    db: Session, act: Act, move: Move, keyring: Keyring, first_code: str, last_code: str
) -> Stretch:
    with _refusals_kept(db, act, Attempt(move)) as attempt:
        check_reason(act.reason)
        found = attempt.stretch = read_ends(
            db, actor=act.actor, keyring=keyring, first_code=first_code, last_code=last_code
        )
        act.actor.require_member_or_officer(found.entity_id, owner=True)
        _move(db, act, found, move, None)
    return found


def _check_lot(db: Session, actor: Actor, found: Stretch, lot_id: int) -> None:
    lot = get_lot(db, lot_id, actor=actor)
    if (lot.product_id, lot.entity_id) != (found.product_id, found.entity_id):
        raise WrongLot
    lacking = missing_for(db, lot)
    if lacking:
        raise LotIncomplete(missing=lacking)


def _move(db: Session, act: Act, found: Stretch, move: Move, lot_id: int | None) -> None:
    move_span(
        db,
        act=act,
        batch_id=found.batch_id,
        base=found.base,
        move=move,
        places=found.places,
        lot_id=lot_id,
    )
    noted(
        db,
        act=act,
        action=f"span.{move}",
        batch=(found.batch_id, found.entity_id),
        first=found.first,
        last=found.last,
        lot_id=lot_id,
        reason=act.reason,
    )


@contextmanager
def _refusals_kept(db: Session, act: Act, attempt: Attempt) -> Iterator[Attempt]:
    try:
        yield attempt
    except Unavailable:
        raise
    except DomainError as error:
        code = error.code
        on_refusal(db, lambda after: keep_refusal(after, act=act, attempt=attempt, code=code))
        raise


def keep_refusal(db: Session, *, act: Act, attempt: Attempt, code: str) -> None:
    """Store a refused change: attempts to activate too much show here first."""
    found = attempt.stretch
    first, last = found.places if found else (None, None)
    db.add(
        Refusal(
            at=act.now,
            actor_id=act.actor.account_id,
            actor_label=act.actor.label,
            action=attempt.move,
            code=code,
            batch_id=found.batch_id if found else None,
            lot_id=attempt.lot_id,
            first=first,
            last=last,
        )
    )
    db.flush()
