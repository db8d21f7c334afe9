import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.actions import LotClosed, lock_lot
from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot, LotPhoto
from app.diary.notice_actions import ReasonNeeded
from app.diary.queries import EntryRow, entry_row, get_entry
from app.diary.rules import LotState
from app.diary.written import Written, check_times, clean, request, said
from app.identity.rules import Actor
from app.kit.commit import SALT_BYTES, commitment
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note


class EntryDiffers(Conflict):
    """An entry of this id was received with other content"""

    code: ClassVar[str] = "diary.entry_differs"
    detail: ClassVar[str] = N_("What was received first stays. Send a new entry, or correct it.")


class UnknownAmended(Invalid):
    """The entry to correct is not in this lot"""

    code: ClassVar[str] = "diary.unknown_amended"
    detail: ClassVar[str] = N_("A correction names an entry of the same lot.")
    field = "amends"


class UnknownPhoto(Invalid):
    """A photo was not received"""

    code: ClassVar[str] = "diary.unknown_photo"
    detail: ClassVar[str] = N_("Send the photos of an entry to its lot first.")
    field = "photos"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry in the diary, and whether this call put it there."""

    entry: EntryRow
    new: bool


def record_entry(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, written: Written
) -> Recorded:
    """Add an entry to a lot's diary, in one row with all that were received before it.

    The same id with the same content is the same entry, however often it is sent; with other
    content it is refused. A closed lot takes only corrections. A correction of what was already
    corrected amends the latest correction, and is public where that is.
    """
    lot = lock_lot(db, lot_id, actor=actor)
    cleaned = clean(written)
    before = db.get(DiaryEntry, written.id)
    if before is not None:
        return _repeated(db, lot, before, cleaned)
    if lot.state != LotState.OPEN and cleaned.amends is None:
        raise LotClosed
    check_times(cleaned, now=now)
    amended = _latest(db, lot, cleaned.amends) if cleaned.amends else None
    if amended is not None and not cleaned.reason:
        raise ReasonNeeded
    photos = _photos(db, lot, cleaned.photos)
    entry = _add(db, actor, now, lot, cleaned, amended)
    _attach(db, lot, entry, photos)
    _noted(db, actor, now, entry)
    return Recorded(_row(db, entry.id), new=True)


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
    return _row(db, entry.id)


def _repeated(db: Session, lot: Lot, before: DiaryEntry, written: Written) -> Recorded:
    if before.lot_id != lot.id:
        raise EntryDiffers
    content = db.get(DiaryContent, before.id)
    # Once the content is erased nothing is left to compare with; the entry stays what it is.
    if content is not None and commitment(content.salt, request(written)) != before.request_hash:
        raise EntryDiffers
    return Recorded(_row(db, before.id), new=False)


def _latest(db: Session, lot: Lot, amends: UUID) -> DiaryEntry:
    """Return the last of the corrections of an entry, or the entry itself."""
    entry = db.get(DiaryEntry, amends)
    if entry is None or entry.lot_id != lot.id:
        raise UnknownAmended
    while later := db.scalars(select(DiaryEntry).where(DiaryEntry.amends == entry.id)).first():
        entry = later
    return entry


def _photos(db: Session, lot: Lot, hashes: Sequence[str]) -> list[DiaryPhoto | LotPhoto]:
    waiting = select(LotPhoto).where(LotPhoto.lot_id == lot.id, LotPhoto.sha256.in_(hashes))
    named = (
        select(DiaryPhoto)
        .join(DiaryEntry, DiaryEntry.id == DiaryPhoto.entry_id)
        .where(DiaryEntry.lot_id == lot.id, DiaryPhoto.sha256.in_(hashes))
    )
    known: dict[str, DiaryPhoto | LotPhoto] = {one.sha256: one for one in db.scalars(named)}
    known |= {one.sha256: one for one in db.scalars(waiting)}
    if len(known) < len(hashes):
        raise UnknownPhoto
    return [known[sha256] for sha256 in hashes]


def _add(
    db: Session,
    actor: Actor,
    now: datetime,
    lot: Lot,
    written: Written,
    amended: DiaryEntry | None,
) -> DiaryEntry:
    salt = secrets.token_bytes(SALT_BYTES)
    last = db.execute(
        select(func.max(DiaryEntry.sequence), func.max(DiaryEntry.received_at)).where(
            DiaryEntry.lot_id == lot.id
        )
    ).one()
    entry = DiaryEntry(
        id=written.id,
        lot_id=lot.id,
        entity_id=lot.entity_id,
        sequence=(last[0] or 0) + 1,
        kind=written.kind,
        stage=written.stage,
        performed_at=written.performed_at,
        device_at=written.device_at,
        received_at=max(now, last[1] or now),
        recorder_id=actor.account_id,
        recorder_label=actor.label,
        amends=amended.id if amended else None,
        # The public would otherwise go on reading what is known to be wrong.
        public=written.public or bool(amended and amended.public),
        request_hash=commitment(salt, request(written)),
        commit=commitment(salt, said(written)),
    )
    db.add(entry)
    db.flush()
    content = {"facts": dict(written.values), "note": written.note, "reason": written.reason}
    db.add(DiaryContent(entry_id=entry.id, salt=salt, **content))
    db.flush()
    return entry


def _attach(
    db: Session, lot: Lot, entry: DiaryEntry, photos: Sequence[DiaryPhoto | LotPhoto]
) -> None:
    for position, photo in enumerate(photos, start=1):
        db.add(
            DiaryPhoto(
                entry_id=entry.id,
                sha256=photo.sha256,
                position=position,
                width=photo.width,
                height=photo.height,
            )
        )
    db.flush()
    named = [photo.sha256 for photo in photos]
    db.execute(delete(LotPhoto).where(LotPhoto.lot_id == lot.id, LotPhoto.sha256.in_(named)))


def _noted(db: Session, actor: Actor, now: datetime, entry: DiaryEntry) -> None:
    # The audit trail can't be erased, so what the entry says stays out of it.
    record(
        db,
        by=actor,
        now=now,
        action="entry.record",
        subject_id=entry.id,
        entity_id=entry.entity_id,
        after={
            "lot_id": entry.lot_id,
            "sequence": entry.sequence,
            "kind": entry.kind,
            "amends": str(entry.amends) if entry.amends else None,
        },
    )


def _row(db: Session, entry_id: UUID) -> EntryRow:
    row = entry_row(db, entry_id)
    assert row is not None  # noqa: S101 - it was written in this transaction
    return row
