from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy import delete, func, select, union
from sqlalchemy.orm import Session

from app.diary.models import DiaryPhoto, LotPhoto
from app.diary.queries import get_lot
from app.entities.proposal_queries import list_waiting_changes
from app.identity.rules import Actor
from app.kit.db import Database
from app.kit.errors import Conflict
from app.kit.files import Files
from app.kit.i18n import N_
from app.products.models import ProductPicture
from app.products.pictures import CheckedPicture, check_photo, file_name
from app.products.proposing import pictures_named

# Sent and not yet named by an entry: more than a phone would ever have waiting.
MAX_WAITING: Final = 200
UNUSED: Final = timedelta(days=30)


class TooManyPhotosWaiting(Conflict):
    """Too many photos wait for their entries"""

    code: ClassVar[str] = "diary.too_many_photos_waiting"
    detail: ClassVar[str] = N_("Send the entries they belong to first.")


def receive_photo(
    database: Database, files: Files, raw: bytes, *, actor: Actor, lot_id: int
) -> CheckedPicture:
    """Return a photo of a lot, stored as `store_photo` does.

    Nothing is decoded or stored for a lot the actor may not write to.
    """
    with database.begin(write=False) as db:
        _require_room(db, actor=actor, lot_id=lot_id)
    return store_photo(files, raw)


def store_photo(files: Files, raw: bytes, *, field: str = "photo") -> CheckedPicture:
    """Check a photo, write it anew and store it: slow, so call it outside the transaction."""
    photo = check_photo(raw, field=field)
    for one in photo.renditions:
        files.save(file_name(photo.sha256, one.slot, one.format), one.content)
    return photo


def keep_photo(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, photo: CheckedPicture
) -> str:
    """Keep a stored photo for the lot until an entry names it; return its SHA-256."""
    _require_room(db, actor=actor, lot_id=lot_id)
    db.merge(
        LotPhoto(
            lot_id=lot_id,
            sha256=photo.sha256,
            width=photo.width,
            height=photo.height,
            received_at=now,
        )
    )
    db.flush()
    return photo.sha256


def sweep_photos(
    db: Session, *, files: Files, now: datetime, others: AbstractSet[str] = frozenset()
) -> int:
    """Remove photo files that no row names: of erased entries, and never used within 30 days.

    `others` are hashes that other slices name. A file younger than a day stays: its row may be
    on its way. Returns how many went.
    """
    db.execute(delete(LotPhoto).where(LotPhoto.received_at < now - UNUSED))
    named = union(select(DiaryPhoto.sha256), select(LotPhoto.sha256), select(ProductPicture.sha256))
    kept = {*others, *db.scalars(named)} | pictures_named(list_waiting_changes(db))
    return files.remove_unnamed(kept, before=now - timedelta(days=1))


def _require_room(db: Session, *, actor: Actor, lot_id: int) -> None:
    lot = get_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id)
    waiting = select(func.count()).select_from(LotPhoto).where(LotPhoto.lot_id == lot.id)
    if (db.scalar(waiting) or 0) >= MAX_WAITING:
        raise TooManyPhotosWaiting
