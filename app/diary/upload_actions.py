"""Photos that come after their entry, in pieces."""

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.models import DiaryEntry, DiaryPhoto
from app.diary.photo_actions import store_photo
from app.diary.upload_queries import get_promise, list_awaited
from app.identity.rules import Actor
from app.kit.arriving import Arriving
from app.kit.db import Database
from app.kit.errors import Conflict, Invalid
from app.kit.files import Files
from app.kit.i18n import N_
from app.products.pictures import CheckedPicture

CHUNK_BYTES: Final = 256 * 1024
# What nobody added to for so long is begun anew when it is sent again.
ABANDONED: Final = timedelta(days=30)


class _Elsewhere:
    """The photo goes on from another place: `offset` of the problem tells from where."""

    def __init__(self, offset: int) -> None:
        self.offset = offset

    @property
    def members(self) -> Mapping[str, int | str]:
        return {"offset": self.offset}


class WrongOffset(_Elsewhere, Conflict):
    """The part does not go on where the photo ends"""

    code: ClassVar[str] = "diary.photo_offset"
    detail: ClassVar[str] = N_("{offset} bytes are here: send the photo from there on.")


class PartDamaged(_Elsewhere, Conflict):
    """The part was damaged on its way"""

    code: ClassVar[str] = "diary.photo_part_damaged"
    detail: ClassVar[str] = N_("It does not match its Content-Digest. Send it again.")


class DigestNeeded(Invalid):
    """The part has no digest that can be read"""

    code: ClassVar[str] = "diary.photo_digest_needed"
    detail: ClassVar[str] = N_("Send its SHA-256 in Content-Digest, as RFC 9530 says.")
    field = "Content-Digest"


class PhotoDiffers(_Elsewhere, Conflict):
    """The photo is not the one that was promised"""

    code: ClassVar[str] = "diary.photo_differs"
    detail: ClassVar[str] = N_("All of it is here, but its SHA-256 is another. Send it anew.")


class MoreThanPromised(Invalid):
    """The photo is larger than was promised"""

    code: ClassVar[str] = "diary.photo_more_than_promised"
    detail: ClassVar[str] = N_("It was promised with {size} bytes. Send that file.")
    field = "offset"

    def __init__(self, *, size: int) -> None:
        self.size = size


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a photo, where it belongs, and its SHA-256 as the sender told it."""

    entry_id: UUID
    sha256: str
    offset: int
    content: bytes
    digest: bytes | None

    @property
    def name(self) -> str:
        return file_of(self.entry_id, self.sha256)


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a photo is here, and the photo itself once it is whole."""

    offset: int
    complete: bool
    photo: CheckedPicture | None = None


def file_of(entry_id: UUID, sha256: str) -> str:
    """Return the name of a photo's file while it comes in."""
    return f"{entry_id.hex}-{sha256}"


def receive_piece(
    database: Database, files: Files, arriving: Arriving, piece: Piece, *, actor: Actor
) -> Progress:
    """Add a piece to a photo that an entry waits for; check and store it when that is the last.

    Slow, so call it outside the transaction; `keep_uploaded` then ends the waiting. A photo that
    is here already takes any piece and stays as it is.
    """
    with database.begin(write=False) as db:
        promise = get_promise(db, piece.entry_id, piece.sha256, actor=actor)
        size, received = promise.size, promise.received_at is not None
    if received:
        return Progress(size, complete=True)
    return add_piece(files, arriving, piece, size=size)


def add_piece(files: Files, arriving: Arriving, piece: Piece, *, size: int) -> Progress:
    """Add a piece to a photo of so many bytes; check and store it when that is the last."""
    if piece.digest is None:
        raise DigestNeeded
    if hashlib.sha256(piece.content).digest() != piece.digest:
        raise PartDamaged(piece.offset)
    end = piece.offset + len(piece.content)
    if end > size:
        raise MoreThanPromised(size=size)
    length = arriving.add(piece.name, piece.content, at=piece.offset)
    # One whose last answer was lost is whole: whatever comes now only asks for that answer.
    if length not in {end, size}:
        raise WrongOffset(length)
    if length < size:
        return Progress(length, complete=False)
    return Progress(size, complete=True, photo=_whole(files, arriving, piece))


def keep_uploaded(
    db: Session, *, actor: Actor, now: datetime, entry_id: UUID, sha256: str, photo: CheckedPicture
) -> None:
    """Give an entry the photo it waited for; the same again changes nothing."""
    promise = get_promise(db, entry_id, sha256, actor=actor, lock=True)
    if promise.received_at is not None:
        return
    # Two files may hold one picture: of those an entry shows one.
    if db.get(DiaryPhoto, (entry_id, photo.sha256)) is None:
        db.add(
            DiaryPhoto(
                entry_id=entry_id,
                sha256=photo.sha256,
                source_sha256=sha256,
                position=promise.position,
                width=photo.width,
                height=photo.height,
            )
        )
    promise.received_at = now
    db.flush()
    entry = db.get_one(DiaryEntry, entry_id)
    record(
        db,
        by=actor,
        now=now,
        action="entry.photo",
        subject_id=entry.id,
        entity_id=entry.entity_id,
        after={"lot_id": entry.lot_id, "position": promise.position},
    )


def sweep_arriving(
    db: Session,
    *,
    arriving: Arriving,
    now: datetime,
    others: AbstractSet[str] = frozenset(),
) -> int:
    """Remove parts of photos that nothing waits for, and those nobody added to for 30 days.

    `others` are names of files that other slices wait for. A photo that is waited for can be
    sent anew at any time. Returns how many went.
    """
    # An hour lets a request that has just begun end first.
    there = arriving.names(before=now - timedelta(hours=1))
    waiting = {file_of(*key) for key in list_awaited(db, [_key(name) for name in there])}
    gone = (set(there) - waiting - others) | set(arriving.names(before=now - ABANDONED))
    for name in gone:
        arriving.drop(name)
    return len(gone)


def _key(name: str) -> tuple[UUID, str]:
    entry, _, sha256 = name.partition("-")
    return UUID(entry), sha256


def _whole(files: Files, arriving: Arriving, piece: Piece) -> CheckedPicture:
    raw = arriving.read(piece.name)
    if hashlib.sha256(raw).hexdigest() != piece.sha256:
        arriving.drop(piece.name)
        raise PhotoDiffers(0)
    try:
        return store_photo(files, raw)
    except Invalid:
        # No more of it will ever make it a picture.
        arriving.drop(piece.name)
        raise
