"""What the law lets erase of a diary."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.entries import EntryRow
from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto
from app.diary.notice_actions import ReasonNeeded
from app.diary.queries import get_entry
from app.diary.upload_models import PhotoPromise
from app.identity.rules import Actor
from app.kit.text import clean_note


def erase_entry_content(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, entry_id: UUID, reason: str
) -> EntryRow:
    """Erase what an entry says, its photos and its salt, as the law may ask. Officers only.

    Its header and its commitment stay: every proof over them holds and tells nothing.
    """
    found = get_entry(db, lot_id, entry_id, actor=actor)
    actor.require_officer()
    why = clean_note(reason, field="reason")
    if not why:
        raise ReasonNeeded
    db.execute(delete(DiaryPhoto).where(DiaryPhoto.entry_id == found.id))
    db.execute(delete(PhotoPromise).where(PhotoPromise.entry_id == found.id))
    db.execute(delete(DiaryContent).where(DiaryContent.entry_id == found.id))
    entry = db.get_one(DiaryEntry, found.id)
    record(
        db,
        by=actor,
        now=now,
        action="entry.erase",
        subject_id=entry.id,
        entity_id=entry.entity_id,
        after={"lot_id": entry.lot_id, "reason": why},
    )
    return get_entry(db, lot_id, entry_id, actor=actor)
