from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.diary.actions import lock_lot
from app.diary.entries import EntryRow
from app.diary.judging_actions import Ready, Sender, check_same, judged, keep, note
from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot, LotPhoto
from app.diary.notice_actions import ReasonNeeded
from app.diary.queries import entry_row, entry_rows
from app.diary.remarks import Remark
from app.diary.rules import LotState
from app.diary.source_actions import hold_lots
from app.diary.template_queries import template_of, templates_of
from app.diary.trace_actions import add_dispatch, add_inputs, withdraw_of_entry
from app.diary.tracing import InputGiven
from app.diary.warning_queries import warnings_of, warnings_of_each
from app.diary.written import Written, clean
from app.identity.rules import Actor
from app.kit.errors import DomainError, Invalid
from app.kit.i18n import N_

# Why goods are said of a lot whose diary was closed while a phone was out of reach.
RECORDED_BEFORE: Final = "Ghi trên điện thoại trước khi đóng nhật ký"


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
    """An entry in the diary, and whether this call put it there.

    `warnings` are what its recorder should know of it, though it was taken.
    """

    entry: EntryRow
    new: bool
    warnings: tuple[Remark, ...] = ()


def record_entry(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    lot_id: int,
    written: Written,
    skew: timedelta | None = None,
) -> Recorded:
    """Add an entry to a lot's diary, in one row with all that were received before it.

    The same id with the same content is the same entry, however often it is sent; with other
    content it is refused. `skew` is the phone's clock less the server's, as measured when it was
    sent. A closed lot takes corrections, and until it is released what a phone whose clock is
    known wrote down before. A correction of what was already corrected amends the latest
    correction, and is public where that is; it may be of another stage or time.
    """
    # What went in is kept from other writers too, all of it in one order.
    hold_lots(db, _lots_of(lot_id, written.inputs))
    lot, sender = lock_lot(db, lot_id, actor=actor), Sender(actor, now, skew)
    cleaned = clean(written)
    before = db.get(DiaryEntry, written.id)
    if before is not None:
        return _repeated(db, lot, before, cleaned)
    amended = _latest(db, lot, cleaned.amends) if cleaned.amends else None
    if amended is not None and not cleaned.reason:
        raise ReasonNeeded
    ready = judged(sender, lot, template_of(db, lot), cleaned, amended)
    photos = _photos(db, lot, cleaned.photos)
    keep(db, sender, [ready])
    _attach(db, lot, cleaned.id, photos)
    told = _goods(db, actor, now, lot, cleaned, amended)
    note(db, sender, [ready])
    row = _row(db, cleaned.id)
    return Recorded(row, new=True, warnings=told + warnings_of(db, lot, row))


def record_run(
    db: Session, *, sender: Sender, run: Sequence[tuple[Lot, Written]]
) -> list[Recorded | DomainError]:
    """Add entries to the diaries of lots that are held, in their order, each once in the run.

    As `record_entry` would one by one, in a few statements for all of them: so of plain entries
    alone, that correct nothing, name no photo that is there and say nothing of goods. What is
    refused stands in the place of its entry.
    """
    before, contents = _known(db, [written.id for _, written in run])
    templates = templates_of(db, (lot for lot, _ in run))
    ready: dict[UUID, Ready] = {}
    refused: dict[UUID, DomainError] = {}
    for lot, written in run:
        try:
            cleaned, known = clean(written), before.get(written.id)
            if known is not None:
                check_same(lot, known, contents.get(known.id), cleaned)
            else:
                ready[written.id] = judged(sender, lot, templates[lot.id], cleaned)
        except DomainError as error:
            refused[written.id] = error
    keep(db, sender, list(ready.values()))
    note(db, sender, list(ready.values()))
    taken = [(lot, written.id) for lot, written in run if written.id not in refused]
    rows = entry_rows(db, [entry_id for _, entry_id in taken])
    told = warnings_of_each(db, [(lot, rows[entry_id]) for lot, entry_id in taken])
    done = {
        entry_id: Recorded(rows[entry_id], new=entry_id in ready, warnings=warnings)
        for (_, entry_id), warnings in zip(taken, told, strict=True)
    }
    return [refused.get(written.id) or done[written.id] for _, written in run]


def _known(
    db: Session, ids: Sequence[UUID]
) -> tuple[dict[UUID, DiaryEntry], dict[UUID, DiaryContent]]:
    """Return the entries that are there already, and what they say."""
    found = {one.id: one for one in db.scalars(select(DiaryEntry).where(DiaryEntry.id.in_(ids)))}
    if not found:
        return {}, {}
    query = select(DiaryContent).where(DiaryContent.entry_id.in_(found))
    return found, {one.entry_id: one for one in db.scalars(query)}


def _lots_of(lot_id: int, inputs: Sequence[InputGiven]) -> set[int]:
    return {lot_id} | {one.source_lot_id for one in inputs if one.source_lot_id is not None}


def _repeated(db: Session, lot: Lot, before: DiaryEntry, written: Written) -> Recorded:
    check_same(lot, before, db.get(DiaryContent, before.id), written)
    row = _row(db, before.id)
    return Recorded(row, new=False, warnings=warnings_of(db, lot, row))


def _goods(
    db: Session,
    actor: Actor,
    now: datetime,
    lot: Lot,
    written: Written,
    amended: DiaryEntry | None,
) -> tuple[Remark, ...]:
    """Add what an entry says came in and went out; a correction's takes the place of the former."""
    who: dict[str, Any] = {"actor": actor, "now": now, "lot": lot}
    told: tuple[Remark, ...] = ()
    if not written.inputs and written.dispatch is None:
        return told
    if amended is not None:
        _withdraw_former(db, who, amended, written.reason)
    if written.inputs:
        why = written.reason or ("" if lot.state == LotState.OPEN else RECORDED_BEFORE)
        added = add_inputs(db, **who, inputs=written.inputs, entry_id=written.id, reason=why)
        told += added.remarks
    if written.dispatch is not None:
        sent = add_dispatch(db, **who, dispatch=written.dispatch, entry_id=written.id)
        told += tuple(one for one in sent.remarks if one not in told)
    return told


def _withdraw_former(db: Session, who: dict[str, Any], amended: DiaryEntry, reason: str) -> None:
    former: DiaryEntry | None = amended
    while former is not None:
        withdraw_of_entry(db, **who, entry_id=former.id, reason=reason)
        former = db.get(DiaryEntry, former.amends) if former.amends else None


def _latest(db: Session, lot: Lot, amends: UUID) -> DiaryEntry:
    """Return the last of the corrections of an entry, or the entry itself."""
    entry = db.get(DiaryEntry, amends)
    if entry is None or entry.lot_id != lot.id:
        raise UnknownAmended
    while later := db.scalars(select(DiaryEntry).where(DiaryEntry.amends == entry.id)).first():
        entry = later
    return entry


def _photos(db: Session, lot: Lot, hashes: Sequence[str]) -> list[DiaryPhoto | LotPhoto]:
    if not hashes:
        return []
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


def _attach(db: Session, lot: Lot, entry_id: UUID, photos: Sequence[DiaryPhoto | LotPhoto]) -> None:
    if not photos:
        return
    for position, photo in enumerate(photos, start=1):
        db.add(
            DiaryPhoto(
                entry_id=entry_id,
                sha256=photo.sha256,
                source_sha256=photo.source_sha256 if isinstance(photo, DiaryPhoto) else "",
                position=position,
                width=photo.width,
                height=photo.height,
            )
        )
    db.flush()
    named = [photo.sha256 for photo in photos]
    db.execute(delete(LotPhoto).where(LotPhoto.lot_id == lot.id, LotPhoto.sha256.in_(named)))


def _row(db: Session, entry_id: UUID) -> EntryRow:
    row = entry_row(db, entry_id)
    assert row is not None  # noqa: S101 - it was written in this transaction
    return row
