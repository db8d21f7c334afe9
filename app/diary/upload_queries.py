from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import DiaryEntry
from app.diary.upload_models import PhotoPromise
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_


class NoSuchPromise(NotFound):
    """No entry waits for this photo"""

    code = "diary.photo_not_awaited"
    detail = N_(
        "Send the entry first, with the photo's SHA-256 and size. Erased entries wait no more."
    )


@dataclass(frozen=True, slots=True)
class Awaited:
    """A photo that an entry waits for, by the SHA-256 of the file as the phone has it."""

    sha256: str
    size: int


def get_promise(
    db: Session, entry_id: UUID, sha256: str, *, actor: Actor, lock: bool = False
) -> PhotoPromise:
    """Return what one of the actor's own entities promised, or raise NoSuchPromise.

    A locked one can't be erased before the transaction ends.
    """
    query = (
        select(PhotoPromise, DiaryEntry.entity_id)
        .join(DiaryEntry, DiaryEntry.id == PhotoPromise.entry_id)
        .where(PhotoPromise.entry_id == entry_id, PhotoPromise.source_sha256 == sha256)
    )
    if lock:
        query = query.with_for_update(of=PhotoPromise)
    found = db.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None or not actor.sees(found.entity_id):
        raise NoSuchPromise
    actor.require_member(found.entity_id)
    promise: PhotoPromise = found.PhotoPromise
    return promise


def awaited_of(db: Session, entries: Collection[UUID]) -> dict[UUID, tuple[Awaited, ...]]:
    """Return the photos that entries still wait for, in their order."""
    query = (
        select(PhotoPromise.entry_id, PhotoPromise.source_sha256, PhotoPromise.size)
        .where(PhotoPromise.entry_id.in_(entries), PhotoPromise.received_at.is_(None))
        .order_by(PhotoPromise.position)
    )
    found: dict[UUID, tuple[Awaited, ...]] = {}
    for row in db.execute(query) if entries else ():
        awaited = Awaited(row.source_sha256, row.size)
        found[row.entry_id] = (*found.get(row.entry_id, ()), awaited)
    return found


def list_awaited(db: Session, keys: Sequence[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return those of the photos, by entry and SHA-256, that are still waited for."""
    entries = {entry_id for entry_id, _ in keys}
    query = select(PhotoPromise.entry_id, PhotoPromise.source_sha256).where(
        PhotoPromise.entry_id.in_(entries), PhotoPromise.received_at.is_(None)
    )
    return {(row.entry_id, row.source_sha256) for row in db.execute(query)} & set(keys)
