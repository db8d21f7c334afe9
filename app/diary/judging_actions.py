"""What becomes of an entry that somebody wrote down: refused, or the rows it is kept as."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record_many
from app.diary.actions import LotClosed
from app.diary.checking import check_values, limits_of, stage_of
from app.diary.models import DiaryContent, DiaryEntry, Lot
from app.diary.rules import LotState, Timing
from app.diary.template import Stage, Template
from app.diary.upload_models import PhotoPromise
from app.diary.written import Written, request, said, timed
from app.identity.rules import Actor
from app.kit.commit import SALT_BYTES, commitment
from app.kit.errors import Conflict
from app.kit.i18n import N_

Row = dict[str, Any]


class EntryDiffers(Conflict):
    """An entry of this id was received with other content"""

    code: ClassVar[str] = "diary.entry_differs"
    detail: ClassVar[str] = N_("What was received first stays. Send a new entry, or correct it.")


@dataclass(frozen=True, slots=True)
class Sender:
    """Sender sends an entry, when it arrived, and how far the clock it was written by is off."""

    actor: Actor
    now: datetime
    skew: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The rows an entry is kept as, all but its place among those of its lot."""

    header: Row
    content: Row
    promises: Sequence[Row]


def judged(
    sender: Sender,
    lot: Lot,
    template: Template,
    written: Written,
    amended: DiaryEntry | None = None,
) -> Ready:
    """Return an entry's rows, or refuse it; `written` is clean, and the lot is held."""
    when = timed(written, now=sender.now, skew=sender.skew, limits=limits_of(template))
    if amended is None and not _takes(lot, when, sender.now):
        raise LotClosed
    stage = _checked(template, lot, written, corrects=amended is not None)
    salt = secrets.token_bytes(SALT_BYTES)
    header = {
        "id": written.id,
        "lot_id": lot.id,
        "entity_id": lot.entity_id,
        "kind": written.kind,
        # Free words for a stage, as the plain template takes them, say more than its code.
        "stage": written.stage or (stage.code if stage else ""),
        "performed_at": written.performed_at,
        "device_at": written.device_at,
        "recorded_at": when.recorded_at,
        "skew_seconds": None if sender.skew is None else round(sender.skew.total_seconds()),
        "mark": when.mark,
        "location_code": written.location_code,
        "on_behalf": bool(written.performer),
        "recorder_id": sender.actor.account_id,
        "recorder_label": sender.actor.label,
        "amends": amended.id if amended else None,
        "public": _shown(stage, written, amended),
        "request_hash": commitment(salt, request(written)),
        "commit": commitment(salt, said(written)),
    }
    return Ready(header, _content(written, salt), _promises(written))


def check_same(
    lot: Lot, before: DiaryEntry, content: DiaryContent | None, written: Written
) -> None:
    """Refuse an entry whose id is taken, unless it is the same one again."""
    if before.lot_id != lot.id:
        raise EntryDiffers
    # Once the content is erased nothing is left to compare with; the entry stays what it is.
    if content is not None and commitment(content.salt, request(written)) != before.request_hash:
        raise EntryDiffers


def keep(db: Session, sender: Sender, found: Sequence[Ready]) -> None:
    """Write entries of lots that are held, each behind the last of its lot's diary."""
    if not found:
        return
    lasts = _lasts(db, {one.header["lot_id"] for one in found})
    for one in found:
        sequence, received_at = lasts.get(one.header["lot_id"], (0, sender.now))
        place = (sequence + 1, max(sender.now, received_at))
        one.header["sequence"], one.header["received_at"] = lasts[one.header["lot_id"]] = place
    # Past the mapped classes, which cost more than all else of an entry.
    rows = db.connection()
    rows.execute(insert(DiaryEntry), [one.header for one in found])
    rows.execute(insert(DiaryContent), [one.content for one in found])
    if promises := [promise for one in found for promise in one.promises]:
        rows.execute(insert(PhotoPromise), promises)


def note(db: Session, sender: Sender, found: Sequence[Ready]) -> None:
    # The audit trail can't be erased, so what an entry says stays out of it.
    entries = [
        Entry(
            action="entry.record",
            subject_id=one.header["id"],
            entity_id=one.header["entity_id"],
            after={
                "lot_id": one.header["lot_id"],
                "sequence": one.header["sequence"],
                "kind": one.header["kind"],
                "amends": str(one.header["amends"]) if one.header["amends"] else None,
            },
        )
        for one in found
    ]
    if entries:
        record_many(db, by=sender.actor, now=sender.now, entries=entries)


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


def _shown(stage: Stage | None, written: Written, amended: DiaryEntry | None) -> bool:
    """Tell whether the public may read it: never where its stage is not for the public."""
    if stage is not None and not stage.public:
        return False
    # Else the public would go on reading what is known to be wrong.
    return written.public or bool(amended and amended.public)


def _content(written: Written, salt: bytes) -> Row:
    return {
        "entry_id": written.id,
        "facts": dict(written.values),
        "note": written.note,
        "reason": written.reason,
        "performer": written.performer,
        "salt": salt,
    }


def _promises(written: Written) -> list[Row]:
    return [
        {
            "entry_id": written.id,
            "source_sha256": coming.sha256,
            "size": coming.size,
            "position": position,
        }
        for position, coming in enumerate(written.promised, start=len(written.photos) + 1)
    ]


def _lasts(db: Session, lots: set[int]) -> dict[int, tuple[int, datetime]]:
    """Return by lot the number of its last entry, and when that one was received."""
    found: dict[int, tuple[int, datetime]] = {}
    for lot_id in lots:
        # One by one each is found in the index; together all of their entries would be read.
        query = select(DiaryEntry.sequence, DiaryEntry.received_at)
        query = query.where(DiaryEntry.lot_id == lot_id).order_by(DiaryEntry.sequence.desc())
        row = db.execute(query.limit(1)).one_or_none()
        if row is not None:
            found[lot_id] = (row.sequence, row.received_at)
    return found
