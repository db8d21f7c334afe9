"""Photos of answers: promised when the answers come, received in pieces or by a form."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.upload_actions import Piece, Progress, add_piece, file_of
from app.diary.upload_queries import NoSuchPromise
from app.identity.rules import Actor
from app.kit.arriving import Arriving
from app.kit.db import Database
from app.kit.files import Files
from app.kit.saving import touched
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_models import Inspection, InspectionPhoto
from app.oversight.inspection_queries import get_by_uid, get_inspection
from app.oversight.inspection_refusals import (
    MOST_PHOTOS,
    MOST_PHOTOS_EACH,
    AnswerFirst,
    InspectionSigned,
    PhotoNeeded,
    TooManyParts,
)
from app.oversight.inspections import InspectionState
from app.products.pictures import CheckedPicture


def written_here(found: Inspection) -> None:
    """Have whatever a phone wrote before this be upon an older version."""
    found.sent_hash, found.sent_device, found.sent_base = "", "", None


def promise_photos(db: Session, found: Inspection) -> None:
    """Have an inspection wait for the photos its answers name, and for no others."""
    wanted = {
        (item, one["sha256"]): (position, one["size"])
        for item, answer in found.answers.items()
        for position, one in enumerate(answer["photos"])
    }
    # The photos of an inspection that was only just opened.
    db.flush()
    there = {(one.item, one.source_sha256): one for one in _photos(db, found.id)}
    for key in there.keys() - wanted.keys():
        db.delete(there[key])
    received = {one.source_sha256: one for one in there.values() if one.sha256}
    for (item, source), (position, size) in wanted.items():
        if (item, source) in there:
            there[item, source].position = position
            continue
        same = received.get(source)
        db.add(
            InspectionPhoto(
                inspection_id=found.id,
                item=item,
                source_sha256=source,
                position=position,
                size=size,
                sha256=same.sha256 if same else None,
                width=same.width if same else 0,
                height=same.height if same else 0,
                received_at=same.received_at if same else None,
            )
        )
    db.flush()


def receive_piece(
    database: Database, files: Files, arriving: Arriving, piece: Piece, *, actor: Actor
) -> Progress:
    """Add a piece to a photo an inspection waits for; check and store it when that is the last.

    Slow, so call it outside the transaction; `keep_received` then ends the waiting.
    """
    with database.begin(write=False) as db:
        [first, *_] = get_promised(db, piece.entry_id, piece.sha256, actor=actor)
        size, received = first.size, first.sha256 is not None
    if received:
        return Progress(size, complete=True)
    return add_piece(files, arriving, piece, size=size)


def keep_received(
    db: Session, *, actor: Actor, now: datetime, uid: UUID, sha256: str, photo: CheckedPicture
) -> None:
    """Give an inspection the photo it waited for; the same again changes nothing."""
    promised = get_promised(db, uid, sha256, actor=actor, lock=True)
    awaited = [one for one in promised if one.sha256 is None]
    for one in awaited:
        one.sha256, one.width, one.height = photo.sha256, photo.width, photo.height
        one.received_at = now
    if not awaited:
        return
    db.flush()
    record(
        db,
        by=actor,
        now=now,
        action="inspection.photo",
        subject_id=awaited[0].inspection_id,
        after={"item": ", ".join(one.item for one in awaited)},
    )


def get_promised(
    db: Session, uid: UUID, sha256: str, *, actor: Actor, lock: bool = False
) -> list[InspectionPhoto]:
    """Return where an inspection shows a photo, or raise NoSuchPromise."""
    actor.require_role(*INSPECTORS)
    found = get_by_uid(db, uid, actor=actor, lock=lock)
    rows = [one for one in _photos(db, found.id) if one.source_sha256 == sha256]
    if not rows:
        raise NoSuchPromise
    return rows


def awaited_files(db: Session) -> set[str]:
    """Return the names of the files that inspections wait for while they come in."""
    query = (
        select(Inspection.uid, InspectionPhoto.source_sha256)
        .join(Inspection, Inspection.id == InspectionPhoto.inspection_id)
        .where(InspectionPhoto.sha256.is_(None))
    )
    return {file_of(uid, source) for uid, source in db.execute(query)}


def _photos(db: Session, inspection_id: int) -> list[InspectionPhoto]:
    query = select(InspectionPhoto).where(InspectionPhoto.inspection_id == inspection_id)
    return list(db.scalars(query.order_by(InspectionPhoto.item, InspectionPhoto.position)))


def add_photo(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    inspection_id: int,
    item: str,
    photo: CheckedPicture | None,
    size: int,
) -> None:
    """Put a stored photo beside an item of an inspection that is not signed."""
    actor.require_role(*INSPECTORS)
    found = get_inspection(db, inspection_id, actor=actor, lock=True)
    if found.state in {InspectionState.SIGNED, InspectionState.CANCELLED}:
        raise InspectionSigned
    if photo is None:
        raise PhotoNeeded
    if item not in found.answers:
        raise AnswerFirst
    answer = found.answers[item]
    told = {"sha256": photo.sha256, "size": size}
    photos = [one for one in answer["photos"] if one["sha256"] != photo.sha256]
    count = sum(len(one["photos"]) for one in found.answers.values())
    if len(photos) >= MOST_PHOTOS_EACH or count >= MOST_PHOTOS:
        raise TooManyParts(field="photo")
    found.answers = {**found.answers, item: {**answer, "photos": [*photos, told]}}
    found.version += 1
    found.updated_at = touched(found.updated_at, now)
    written_here(found)
    promise_photos(db, found)
    kept = db.get_one(InspectionPhoto, (found.id, item, photo.sha256))
    kept.sha256, kept.width, kept.height = photo.sha256, photo.width, photo.height
    kept.received_at = now
    db.flush()
    record(
        db,
        by=actor,
        now=now,
        action="inspection.photo",
        subject_id=found.id,
        after={"item": item},
    )
