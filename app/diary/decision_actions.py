"""What somebody decides: of an entry that came too late, and of what a lot may be let pass."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.decision_models import EntryDecision, LotClearance
from app.diary.decisions import Approval
from app.diary.entries import EntryRow
from app.diary.gate_queries import early_takings
from app.diary.models import DiaryEntry, Lot
from app.diary.notice_actions import ReasonNeeded
from app.diary.queries import NoSuchEntry, entry_row, get_lot
from app.diary.template_queries import template_of
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note


class NothingToDecide(Conflict):
    """The entry waits for no decision"""

    code: ClassVar[str] = "diary.nothing_to_decide"
    detail: ClassVar[str] = N_("It was recorded in time, or somebody has decided already.")


class NothingToClear(Invalid):
    """There is nothing of that kind to let pass"""

    code: ClassVar[str] = "diary.nothing_to_clear"
    detail: ClassVar[str] = N_("Reload the lot's page: what was missing may be there by now.")

    def __init__(self, *, field: str = "item") -> None:
        self.field = field


def decide_entry(
    db: Session, *, actor: Actor, now: datetime, entry_id: UUID, accepted: bool, reason: str = ""
) -> EntryRow:
    """Approve or refuse an entry that was recorded too late to stand by itself: once.

    The owner's act or an officer's. A refusal needs its reason; what was refused stays in the
    diary for its keepers. The same decision again changes nothing.
    """
    entry = db.get(DiaryEntry, entry_id)
    if entry is None or not actor.sees(entry.entity_id):
        raise NoSuchEntry
    actor.require_member_or_officer(entry.entity_id, owner=True)
    _lock(db, entry.lot_id)
    row = _row(db, entry_id)
    why = clean_note(reason, limit=1000, field="reason")
    if row.approval is (Approval.ACCEPTED if accepted else Approval.REFUSED):
        return row
    if row.approval is not Approval.WAITING:
        raise NothingToDecide
    if not accepted and not why:
        raise ReasonNeeded
    db.add(
        EntryDecision(
            entry_id=entry.id,
            accepted=accepted,
            reason=why,
            decided_at=now,
            decided_by=actor.label,
            decided_by_id=actor.account_id,
        )
    )
    db.flush()
    # The audit trail can't be erased: why somebody decided stands with the decision alone.
    record(
        db,
        by=actor,
        now=now,
        action="entry.approve" if accepted else "entry.refuse",
        subject_id=entry.id,
        entity_id=entry.entity_id,
        after={"lot_id": entry.lot_id, "sequence": entry.sequence},
    )
    return _row(db, entry_id)


def clear_lot(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    lot_id: int,
    item: str,
    reason: str,
    entry_id: UUID | None = None,
    stage: str = "",
) -> LotClearance:
    """Let pass what keeps stamps from being activated onto a lot: an officer's act.

    `harvested_early` holds of one entry as it is judged now: a correction of it, or a period that
    ends later, shuts the gate again. A `test` or `photos` are those of one stage.
    """
    lot = get_lot(db, lot_id, actor=actor)
    actor.require_officer()
    _lock(db, lot.id)
    if item == "harvested_early":
        found = [one for one in early_takings(db, lot) if one.work.entry_id == entry_id]
        if not found:
            raise NothingToClear(field="entry_id")
        facts: dict[str, Any] = {"entry_id": entry_id, "until": found[0].period.until}
    else:
        known = template_of(db, lot).stage(stage)
        if known is None or not (known.test if item == "test" else known.photos):
            raise NothingToClear(field="stage")
        facts = {"stage": stage}
    return _clear(db, actor, now, lot, item, reason, facts)


def _clear(
    db: Session,
    actor: Actor,
    now: datetime,
    lot: Lot,
    item: str,
    reason: str,
    facts: dict[str, Any],
) -> LotClearance:
    why = clean_note(reason, limit=1000, field="reason")
    if not why:
        raise ReasonNeeded
    made = LotClearance(
        lot_id=lot.id,
        item=item,
        reason=why,
        cleared_at=now,
        cleared_by=actor.label,
        cleared_by_id=actor.account_id,
        **facts,
    )
    db.add(made)
    db.flush()
    told = {name: str(value) for name, value in facts.items()}
    record(
        db,
        by=actor,
        now=now,
        action="lot.clear",
        subject_id=lot.id,
        entity_id=lot.entity_id,
        after={"item": item, "reason": why, **told},
    )
    return made


def _lock(db: Session, lot_id: int) -> None:
    """Keep others from deciding of the lot until the end; SQLite has one writer anyway."""
    db.execute(select(Lot.id).where(Lot.id == lot_id).with_for_update())


def _row(db: Session, entry_id: UUID) -> EntryRow:
    row = entry_row(db, entry_id)
    assert row is not None  # noqa: S101 - it was found in this transaction
    return row
