from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request

from app.diary.part_access import PART_BODY, Content, Offset, PhotoHash, digest_of
from app.diary.sync_access import Landing, UploadRoute
from app.diary.upload_actions import Piece, Progress, file_of
from app.identity.access import CurrentActor
from app.kit.files import Store
from app.kit.forms import Out
from app.kit.web import Databases, Db, Now
from app.oversight.inspection_photo_actions import get_promised, keep_received, receive_piece

router = APIRouter(
    prefix="/api/v1/inspections/photos", tags=["inspections"], route_class=UploadRoute
)


class ReceivedOut(Out):
    """How many bytes of the photo are here, and whether the inspection has it now."""

    offset: int
    complete: bool


def _received(
    request: Request,
    uid: UUID,
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
    piece = Piece(entry_id=uid, sha256=sha256, offset=offset, content=content, digest=digest)
    return receive_piece(held, files, landing, piece, actor=actor)


@router.put("/{uid}/{sha256}", openapi_extra=PART_BODY)
def receive_part(
    uid: UUID,
    sha256: PhotoHash,
    progress: Annotated[Progress, Depends(_received)],
    db: Db,
    actor: CurrentActor,
    now: Now,
    landing: Landing,
    after: BackgroundTasks,
) -> ReceivedOut:
    """Add a part to a photo that an inspection promised, from `offset` on: at most 256 KB.

    A 409 with `offset` says from where to go on: another part was here first, or this one was
    damaged, or (0) the whole is not the photo that was promised. What is complete stays so.
    """
    if progress.photo is not None:
        keep_received(db, actor=actor, now=now, uid=uid, sha256=sha256, photo=progress.photo)
    if progress.complete:
        # Once the answer has left, which is after the commit.
        after.add_task(landing.drop, file_of(uid, sha256))
    return ReceivedOut(offset=progress.offset, complete=progress.complete)


@router.get("/{uid}/{sha256}")
def show_progress(
    uid: UUID, sha256: PhotoHash, db: Db, actor: CurrentActor, landing: Landing
) -> ReceivedOut:
    """Tell how much of a promised photo is here."""
    [first, *_] = get_promised(db, uid, sha256, actor=actor)
    if first.sha256 is not None:
        return ReceivedOut(offset=first.size, complete=True)
    length = landing.length(file_of(uid, sha256))
    return ReceivedOut(offset=min(length, first.size - 1), complete=False)
