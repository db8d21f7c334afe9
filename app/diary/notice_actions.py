from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.models import Lot, LotNotice
from app.diary.queries import find_standing, get_lot
from app.identity.rules import Actor, NotAllowed
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note

RECALL: Final = "recall"
HOLD: Final = "hold"


class AlreadyStands(Conflict):
    """The lot is recalled or on hold already"""

    code: ClassVar[str] = "diary.notice_stands"
    detail: ClassVar[str] = N_("Lift what stands first if its reason is to change.")


class NothingStands(Conflict):
    """There is nothing to lift"""

    code: ClassVar[str] = "diary.nothing_stands"
    detail: ClassVar[str] = N_("Reload the page: somebody may have lifted it already.")


class ReasonNeeded(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "diary.reason_needed"
    detail: ClassVar[str] = N_("Write in a few words why. It is kept with the record.")
    field = "reason"


def recall_lot(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str, advice: str = ""
) -> LotNotice:
    """Recall a lot from the market. Officers only; look-ups tell it at once."""
    lot = get_lot(db, lot_id, actor=actor)
    actor.require_officer()
    if find_standing(db, lot.id, kind=RECALL):
        raise AlreadyStands
    return _set(db, actor, now, lot, RECALL, reason, advice)


def lift_recall(db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str) -> LotNotice:
    """Lift a lot's recall. Officers only; the recall itself stays on record."""
    lot = get_lot(db, lot_id, actor=actor)
    actor.require_officer()
    return _lift(db, actor, now, lot, RECALL, reason)


def hold_lot(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str, advice: str = ""
) -> LotNotice:
    """Stop the sale of a lot while it is checked: an officer, or the owner for an own lot.

    An officer's hold takes the place of the owner's, so that the owner can't lift it.
    """
    lot = get_lot(db, lot_id, actor=actor)
    actor.require_member_or_officer(lot.entity_id, owner=True)
    standing = find_standing(db, lot.id, kind=HOLD)
    if standing is not None:
        if standing.official or not actor.officer:
            raise AlreadyStands
        _lift(db, actor, now, lot, HOLD, reason)
    return _set(db, actor, now, lot, HOLD, reason, advice)


def lift_hold(db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str) -> LotNotice:
    """Lift a lot's hold. The owner may lift what the owner set, not the Department's."""
    lot = get_lot(db, lot_id, actor=actor)
    actor.require_member_or_officer(lot.entity_id, owner=True)
    standing = find_standing(db, lot.id, kind=HOLD)
    if standing is not None and standing.official and not actor.officer:
        raise NotAllowed
    return _lift(db, actor, now, lot, HOLD, reason)


def _set(
    db: Session, actor: Actor, now: datetime, lot: Lot, kind: str, reason: str, advice: str
) -> LotNotice:
    notice = LotNotice(
        lot_id=lot.id,
        kind=kind,
        reason=_needed(reason),
        advice=clean_note(advice, field="advice"),
        set_at=now,
        set_by=actor.label,
        official=actor.officer,
    )
    db.add(notice)
    db.flush()
    facts = {"reason": notice.reason, "advice": notice.advice}
    _noted(db, actor, now, f"lot.{kind}", lot, facts)
    return notice


def _lift(db: Session, actor: Actor, now: datetime, lot: Lot, kind: str, reason: str) -> LotNotice:
    standing = find_standing(db, lot.id, kind=kind)
    if standing is None:
        raise NothingStands
    standing.lift_reason = _needed(reason)
    standing.lifted_at, standing.lifted_by = now, actor.label
    db.flush()
    _noted(db, actor, now, f"lot.lift_{kind}", lot, {"reason": standing.lift_reason})
    return standing


def _needed(reason: str) -> str:
    cleaned = clean_note(reason, field="reason")
    if not cleaned:
        raise ReasonNeeded
    return cleaned


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, lot: Lot, facts: dict[str, str]
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=lot.id,
        entity_id=lot.entity_id,
        after=facts,
    )
