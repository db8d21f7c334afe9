import re
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from app.diary.photo_queries import sees_photo
from app.identity.access import MaybeActor
from app.kit.errors import NotFound
from app.kit.files import Store
from app.kit.web import Db, Edge
from app.products.pictures import MEDIA_TYPES

router = APIRouter(prefix="/photos", route_class=Edge, include_in_schema=False)

_PHOTO: Final = re.compile(r"([0-9a-f]{64})-(320\.webp|1280\.jpg)")


@router.get("/{name}")
def photo(name: str, db: Db, actor: MaybeActor, files: Store) -> Response:
    """Return a diary photo: the public's where its entry is public, else its keepers'."""
    match = _PHOTO.fullmatch(name)
    if match is None or not sees_photo(db, match[1], actor=actor):
        raise NotFound
    media_type = MEDIA_TYPES["webp" if name.endswith(".webp") else "jpeg"]
    # Not for good: what the law has erased must not live on in caches.
    return FileResponse(
        files.find(name), media_type=media_type, headers={"Cache-Control": "private, max-age=3600"}
    )
