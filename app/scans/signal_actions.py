"""Signals raised by the system, and what officers decide on them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note, clean_text
from app.scans.models import CloneSignal, DisplayPack
from app.scans.signal_queries import count_displays, find_display, find_signal, get_signal
from app.scans.signals import SignalState, Signs, Subject, is_clearly_more

# A shop window holds no more; a whole batch on display would hide its copies.
MOST_DISPLAYS: Final = 20


class DecisionReasonNeeded(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "scans.decision_reason"
    detail: ClassVar[str] = N_("Write what the decision rests on: it is kept with the anomaly.")
    field = "reason"


class TooManyDisplays(Conflict):
    """The batch has as many display packs as it may have"""

    code: ClassVar[str] = "scans.too_many_displays"
    detail: ClassVar[str] = N_("At most {limit} packs of a batch. Take the mark off another first.")

    def __init__(self, *, limit: int) -> None:
        self.limit = limit


class DisplayPlaceNeeded(Invalid):
    """It is not said where the pack stands"""

    code: ClassVar[str] = "scans.display_place"
    detail: ClassVar[str] = N_("Write the shop, fair or shelf.")
    field = "place"


def raise_signal(db: Session, *, now: datetime, of: Subject, signs: Signs) -> CloneSignal:
    """Keep what speaks for a copy: one signal a stamp, opened again only by clearly more.

    Judged twice, as background work may be, it is the same signal.
    """
    found = find_signal(db, line=of.line)
    if found is None:
        found = CloneSignal(**asdict(of), state=SignalState.OPEN, raised_at=now, changed_at=now)
        db.add(found)
    elif found.state != SignalState.OPEN and is_clearly_more(
        devices=signs.devices,
        reasons=signs.reasons,
        decided_devices=found.decided_devices or 0,
        decided_reasons=found.decided_reasons or (),
    ):
        found.state, found.raised_at = SignalState.OPEN, now
    found.reasons = [str(reason) for reason in signs.reasons]
    found.devices, found.threshold, found.facts = signs.devices, signs.threshold, _facts(signs)
    found.lot_id = of.lot_id
    db.flush()
    return found


def decide(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    signal_id: int,
    state: SignalState,
    reason: str,
    seen: datetime | None = None,
) -> CloneSignal:
    """Record what an officer decided on a signal; what follows for the stamp is done beside.

    Raises RecordChanged where another one decided since it was `seen`.
    """
    signal = get_signal(db, signal_id, actor=actor)
    actor.require_officer()
    words = clean_note(reason, field="reason")
    if not words:
        raise DecisionReasonNeeded
    db.refresh(signal, with_for_update=True)
    check_seen(signal.changed_at, seen)
    before = {"state": signal.state, "reason": signal.decision}
    signal.state, signal.decision, signal.decided_by = state, words, actor.label
    signal.changed_at = touched(signal.changed_at, now)
    signal.decided_devices, signal.decided_reasons = signal.devices, signal.reasons
    db.flush()
    after = {"state": str(state), "reason": words, "devices": signal.devices}
    record(
        db,
        by=actor,
        now=now,
        action="signal.decide",
        subject_id=signal.id,
        before=before,
        after=after,
    )
    return signal


def mark_display(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    line: int,
    batch_id: int,
    entity_id: int,
    place: str,
) -> DisplayPack:
    """Mark a pack as one on display; sent twice, it is the same mark."""
    actor.require_member_or_officer(entity_id)
    where = clean_text(place, field="place")
    if not where:
        raise DisplayPlaceNeeded
    found = find_display(db, line=line)
    if found is not None:
        return found
    if count_displays(db, batch_id=batch_id) >= MOST_DISPLAYS:
        raise TooManyDisplays(limit=MOST_DISPLAYS)
    found = DisplayPack(
        line=line, batch_id=batch_id, place=where, marked_at=now, marked_by=actor.label
    )
    db.add(found)
    db.flush()
    _noted(db, actor, now, "stamp.display", found, entity_id)
    return found


def unmark_display(db: Session, *, actor: Actor, now: datetime, line: int, entity_id: int) -> None:
    """Take the mark off; without one there is nothing to do."""
    actor.require_member_or_officer(entity_id)
    found = find_display(db, line=line)
    if found is not None:
        db.delete(found)
        db.flush()
        _noted(db, actor, now, "stamp.undisplay", found, entity_id)


def _facts(signs: Signs) -> dict[str, Any]:
    named = ("early", "gone", "recalled", "provinces_a_day")
    told: dict[str, Any] = {name: getattr(signs, name) for name in named}
    ends = {"first_at": signs.first_at.isoformat(), "last_at": signs.last_at.isoformat()}
    return {**told, "provinces": list(signs.provinces), **ends}


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, pack: DisplayPack, entity_id: int
) -> None:
    after = {"batch_id": pack.batch_id, "place": pack.place}
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=pack.line,
        entity_id=entity_id,
        after=after,
    )
