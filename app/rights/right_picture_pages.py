"""The picture of a right's sign: sent by an officer, shown to everybody once it is checked."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.errors import Invalid, NotFound
from app.kit.files import Files, Store
from app.kit.forms import Form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable
from app.kit.web import Databases, Db, Edge, Id, Now, Words, as_public
from app.products.pictures import MEDIA_TYPES, CheckedPicture, check_and_resize, file_name
from app.rights import queries, right_picture_actions
from app.rights.right_show_pages import Forms, show_right

router = APIRouter(route_class=Edge, include_in_schema=False)

ADDED = sayable(N_("The picture of the sign is kept."))
REMOVED = sayable(N_("The picture of the sign was taken off."))
# A slot every picture has, whatever its size.
_SLOT: Final = 160
_NAME: Final = re.compile(rf"([0-9a-f]{{64}})-(?:{_SLOT}|320|640)\.webp")


def opened(
    actor: CurrentActor, database: Databases, right_id: Id, sent: Form
) -> CheckedPicture | Invalid:
    """Read the picture before a transaction is begun, and keep the refusal for the page."""
    with database.begin(write=False) as db:
        queries.get_right(db, right_id)
    actor.require_officer()
    _, raw = sent.files.get("picture", ("", b""))
    try:
        return check_and_resize(raw, field="picture")
    except Invalid as error:
        return error


Opened = Annotated[CheckedPicture | Invalid, Depends(opened)]


@router.get("/signs/{sign}", dependencies=[Depends(as_public)])
def public_sign(sign: str, db: Db, files: Store) -> Response:
    """Return the picture of a sign by its content's name; of a checked right alone."""
    match = _NAME.fullmatch(sign)
    if match is None or not queries.is_public_sign(db, match[1]):
        raise NotFound
    return _answer(files, sign, "public, max-age=300")


@router.get("/office/rights/{right_id}/picture")
def office_sign(db: Db, actor: CurrentActor, files: Store, right_id: Id) -> Response:
    del actor  # Everybody signed in reads rights.
    found = queries.get_right(db, right_id)
    if not found.image:
        raise NotFound
    return _answer(files, file_name(found.image, _SLOT, "webp"), "private, no-store")


@router.post("/office/rights/{right_id}/picture")
def set_picture(
    request: Request,
    picture: Opened,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    files: Store,
    right_id: Id,
) -> Response:
    if isinstance(picture, Invalid):
        found = queries.get_right(db, right_id)
        forms = Forms(picture=refused(sent, picture, words))
        return show_right(request, db, actor, words, day_of(now), found, forms)
    right_picture_actions.set_picture(
        db, actor=actor, now=now, right_id=right_id, picture=picture, files=files
    )
    return go(f"/office/rights/{right_id}", say=ADDED)


@router.post("/office/rights/{right_id}/picture/remove")
def remove_picture(db: Db, actor: CurrentActor, now: Now, files: Store, right_id: Id) -> Response:
    right_picture_actions.set_picture(
        db, actor=actor, now=now, right_id=right_id, picture=None, files=files
    )
    return go(f"/office/rights/{right_id}", say=REMOVED)


def _answer(files: Files, name: str, cache: str) -> Response:
    headers = {"Cache-Control": cache}
    return FileResponse(files.find(name), media_type=MEDIA_TYPES["webp"], headers=headers)
