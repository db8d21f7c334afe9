import base64
import binascii
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Query, Request

from app.diary import upload_actions
from app.diary.sync_access import Landing, UploadRoute
from app.diary.upload_actions import Piece, Progress
from app.diary.upload_queries import get_promise
from app.identity.access import CurrentActor
from app.kit.files import Store
from app.kit.forms import Out
from app.kit.web import Databases, Db, Now
from app.products.pictures import MAX_BYTES

router = APIRouter(prefix="/api/v1/sync/photos", tags=["sync"], route_class=UploadRoute)

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "The part itself; empty where only the end is to be confirmed.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {
            "name": "Content-Digest",
            "in": "header",
            "required": True,
            "description": "Of the part, by RFC 9530: `sha-256=:<base64>:`.",
            "schema": {"type": "string"},
        }
    ],
}


class ProgressOut(Out):
    """How many bytes of the photo are here, and whether the entry has it now."""

    offset: int
    complete: bool


async def _content(request: Request) -> bytes:
    return await request.body()


def _digest(header: str) -> bytes | None:
    """Return the SHA-256 among the digests of a header, none where none can be read."""
    for one in header.split(","):
        name, _, value = one.strip().partition("=")
        inner = value.partition(";")[0].strip()
        if name.lower() == "sha-256" and inner[:1] == inner[-1:] == ":" and inner != ":":
            try:
                return base64.b64decode(inner[1:-1], validate=True)
            except (binascii.Error, ValueError):
                return None
    return None


PhotoHash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Offset = Annotated[int, Query(ge=0, le=MAX_BYTES)]


def _received(
    request: Request,
    entry_id: UUID,
    sha256: PhotoHash,
    actor: CurrentActor,
    content: Annotated[bytes, Depends(_content)],
    held: Databases,
    files: Store,
    landing: Landing,
    offset: Offset = 0,
) -> Progress:
    # To write, and to decode the whole, takes a while and must not hold a transaction.
    digest = _digest(request.headers.get("content-digest", ""))
    piece = Piece(entry_id=entry_id, sha256=sha256, offset=offset, content=content, digest=digest)
    return upload_actions.receive_piece(held, files, landing, piece, actor=actor)


@router.put("/{entry_id}/{sha256}", openapi_extra=_BODY)
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
