import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.actions import LotClosed, lock_lot
from app.diary.checking import check_values, limits_of, stage_of
from app.diary.entries import EntryRow
from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot, LotPhoto
from app.diary.notice_actions import ReasonNeeded
from app.diary.queries import entry_row
from app.diary.remarks import Remark
from app.diary.rules import LotState, Timing
from app.diary.source_actions import hold_lots
from app.diary.template import Stage, Template
from app.diary.template_queries import template_of
from app.diary.trace_actions import add_dispatch, add_inputs, withdraw_of_entry
from app.diary.tracing import InputGiven
from app.diary.upload_models import PhotoPromise
from app.diary.warning_queries import warnings_of
from app.diary.written import Promised, Written, clean, request, said, timed
from app.identity.rules import Actor
from app.kit.commit import SALT_BYTES, commitment
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_

# Why goods are said of a lot whose diary was closed while a phone was out of reach.
RECORDED_BEFORE: Final = "Ghi trên điện thoại trước khi đóng nhật ký"


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
    lot = lock_lot(db, lot_id, actor=actor)
    cleaned = clean(written)
    before = db.get(DiaryEntry, written.id)
    if before is not None:
        return _repeated(db, lot, before, cleaned)
    amended = _latest(db, lot, cleaned.amends) if cleaned.amends else None
    if amended is not None and not cleaned.reason:
        raise ReasonNeeded
    template = template_of(db, lot)
    when = timed(cleaned, now=now, skew=skew, limits=limits_of(template))
    if amended is None and not _takes(lot, when, now):
        raise LotClosed
    stage = _checked(template, lot, cleaned, corrects=amended is not None)
    photos = _photos(db, lot, cleaned.photos)
    judged = {
        "recorded_at": when.recorded_at,
        "mark": when.mark,
        "skew_seconds": _whole(skew),
        "stage": _code(stage, cleaned),
        "public": _shown(stage, cleaned, amended),
    }
    entry = _add(db, actor, now, lot, cleaned, amended, **judged)
    _attach(db, lot, entry, photos, cleaned.promised)
    told = _goods(db, actor, now, lot, entry, cleaned, amended)
    _noted(db, actor, now, entry)
    row = _row(db, entry.id)
    return Recorded(row, new=True, warnings=told + warnings_of(db, lot, row))


def _lots_of(lot_id: int, inputs: Sequence[InputGiven]) -> set[int]:
    return {lot_id} | {one.source_lot_id for one in inputs if one.source_lot_id is not None}


def _repeated(db: Session, lot: Lot, before: DiaryEntry, written: Written) -> Recorded:
    if before.lot_id != lot.id:
        raise EntryDiffers
    content = db.get(DiaryContent, before.id)
    # Once the content is erased nothing is left to compare with; the entry stays what it is.
    if content is not None and commitment(content.salt, request(written)) != before.request_hash:
        raise EntryDiffers
    row = _row(db, before.id)
    return Recorded(row, new=False, warnings=warnings_of(db, lot, row))


def _takes(lot: Lot, when: Timing, now: datetime) -> bool:
    """Tell whether the lot's diary takes a new entry.

    What a phone wrote down while the diary was open may come when it no longer is: where the
    phone's clock is known, and before the lot is for sale.
    """
    if lot.state == LotState.OPEN:
        return True
    return (
        lot.state == LotState.CLOSED
        and lot.closed_at is not None
        and when.recorded_at < min(lot.closed_at, now)
    )


def _checked(template: Template, lot: Lot, written: Written, *, corrects: bool) -> Stage | None:
    plain = lot.template_version_id is None
    stage = stage_of(template, written.stage, written.kind, plain=plain)
    if stage is not None:
        # What went in is said once: a correction need not repeat it.
        check_values(stage, written.values, goods=bool(written.inputs) or corrects)
    return stage


def _code(stage: Stage | None, written: Written) -> str:
    # Free words for a stage, as the plain template takes them, say more than its code.
    return written.stage or (stage.code if stage else "")


def _shown(stage: Stage | None, written: Written, amended: DiaryEntry | None) -> bool:
    """Tell whether the public may read it: never where its stage is not for the public."""
    if stage is not None and not stage.public:
        return False
    # Else the public would go on reading what is known to be wrong.
    return written.public or bool(amended and amended.public)


def _whole(skew: timedelta | None) -> int | None:
    return None if skew is None else round(skew.total_seconds())


def _goods(
    db: Session,
    actor: Actor,
    now: datetime,
    lot: Lot,
    entry: DiaryEntry,
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
        added = add_inputs(db, **who, inputs=written.inputs, entry_id=entry.id, reason=why)
        told += added.remarks
    if written.dispatch is not None:
        sent = add_dispatch(db, **who, dispatch=written.dispatch, entry_id=entry.id)
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


def _add(
    db: Session,
    actor: Actor,
    now: datetime,
    lot: Lot,
    written: Written,
    amended: DiaryEntry | None,
    **facts: Any,  # noqa: ANN401 - the columns judged of what was written
) -> DiaryEntry:
    salt = secrets.token_bytes(SALT_BYTES)
    sequence, received_at = _last(db, lot)
    entry = DiaryEntry(
        id=written.id,
        lot_id=lot.id,
        entity_id=lot.entity_id,
        sequence=sequence + 1,
        kind=written.kind,
        performed_at=written.performed_at,
        device_at=written.device_at,
        received_at=max(now, received_at or now),
        recorder_id=actor.account_id,
        recorder_label=actor.label,
        amends=amended.id if amended else None,
        request_hash=commitment(salt, request(written)),
        commit=commitment(salt, said(written)),
        location_code=written.location_code,
        on_behalf=bool(written.performer),
        **facts,
    )
    db.add(entry)
    db.flush()
    db.add(
        DiaryContent(
            entry_id=entry.id,
            facts=dict(written.values),
            note=written.note,
            reason=written.reason,
            performer=written.performer,
            salt=salt,
        )
    )
    return entry


def _last(db: Session, lot: Lot) -> tuple[int, datetime | None]:
    """Return the highest number of the lot's entries, and when that one was received: the last."""
    query = select(DiaryEntry.sequence, DiaryEntry.received_at).where(DiaryEntry.lot_id == lot.id)
    row = db.execute(query.order_by(DiaryEntry.sequence.desc()).limit(1)).one_or_none()
    return (row.sequence, row.received_at) if row else (0, None)


def _attach(
    db: Session,
    lot: Lot,
    entry: DiaryEntry,
    photos: Sequence[DiaryPhoto | LotPhoto],
    promised: Sequence[Promised],
) -> None:
    for position, photo in enumerate(photos, start=1):
        db.add(
            DiaryPhoto(
                entry_id=entry.id,
                sha256=photo.sha256,
                source_sha256=photo.source_sha256 if isinstance(photo, DiaryPhoto) else "",
                position=position,
                width=photo.width,
                height=photo.height,
            )
        )
    for position, coming in enumerate(promised, start=len(photos) + 1):
        db.add(
            PhotoPromise(
                entry_id=entry.id,
                source_sha256=coming.sha256,
                size=coming.size,
                position=position,
            )
        )
    db.flush()
    if not photos:
        return
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
