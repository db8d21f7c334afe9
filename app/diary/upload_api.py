from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request

from app.diary import upload_actions
from app.diary.part_access import PART_BODY, Content, Offset, PhotoHash, digest_of
from app.diary.sync_access import Landing, UploadRoute
from app.diary.upload_actions import Piece, Progress
from app.diary.upload_queries import get_promise
from app.identity.access import CurrentActor
from app.kit.files import Store
from app.kit.forms import Out
from app.kit.web import Databases, Db, Now

router = APIRouter(prefix="/api/v1/sync/photos", tags=["sync"], route_class=UploadRoute)


class ProgressOut(Out):
    """How many bytes of the photo are here, and whether the entry has it now."""

    offset: int
    complete: bool


def _received(
    request: Request,
    entry_id: UUID,
    sha256: PhotoHash,
    actor: CurrentActor,
    content: Content,
    held: Databases,
    files: Store,
    landing: Landing,
    offset: Offset = 0,
) -> Progress:
    # To write, and to decode the whole, takes a while and must not hold a transaction.
    digest = digest_of(request)
    piece = Piece(entry_id=entry_id, sha256=sha256, offset=offset, content=content, digest=digest)
    return upload_actions.receive_piece(held, files, landing, piece, actor=actor)


@router.put("/{entry_id}/{sha256}", openapi_extra=PART_BODY)
def receive_part(
    entry_id: UUID,
    sha256: PhotoHash,
    progress: Annotated[Progress, Depends(_received)],
    db: Db,
    actor: CurrentActor,
    now: Now,
    landing: Landing,
    after: BackgroundTasks,
) -> ProgressOut:
    """Add a part to a photo that an entry promised, from `offset` on: at most 256 KB.

    A 409 with `offset` says from where to go on: another part was here first, or this one was
    damaged, or (0) the whole is not the photo that was promised. What is complete stays so.
    """
    if progress.photo is not None:
        upload_actions.keep_uploaded(
            db, actor=actor, now=now, entry_id=entry_id, sha256=sha256, photo=progress.photo
        )
    if progress.complete:
        # Once the answer has left, which is after the commit.
        after.add_task(landing.drop, upload_actions.file_of(entry_id, sha256))
    return ProgressOut(offset=progress.offset, complete=progress.complete)


@router.get("/{entry_id}/{sha256}")
def show_progress(
    entry_id: UUID, sha256: PhotoHash, db: Db, actor: CurrentActor, landing: Landing
) -> ProgressOut:
    """Tell how much of a promised photo is here."""
    promise = get_promise(db, entry_id, sha256, actor=actor)
    if promise.received_at is not None:
        return ProgressOut(offset=promise.size, complete=True)
    length = landing.length(upload_actions.file_of(entry_id, sha256))
    return ProgressOut(offset=min(length, promise.size - 1), complete=False)
