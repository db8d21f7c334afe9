"""The producer's packs on display: marked by camera, photo or code, and taken off again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor, NotAllowed
from app.kit.asgi import WITH_CAMERA
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, file_of
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words
from app.scans.signal_actions import MOST_DISPLAYS
from app.stamps.access import StampKeys
from app.stamps.activation_pages import with_seen
from app.stamps.codes import grouped
from app.stamps.display_actions import mark_pack, unmark_pack
from app.stamps.display_queries import Displayed, list_displayed
from app.stamps.keyring import Keyring
from app.stamps.photo_access import PhotoTexts
from app.stamps.seen_queries import Seen, find_seen
from app.stamps.typed import typed_code

router = APIRouter(prefix="/app/stamps/displays", route_class=Edge, include_in_schema=False)

PATH = "/app/stamps/displays"
MARKED = sayable(N_("The pack is marked as one on display."))
UNMARKED = sayable(N_("The mark was taken off the pack."))
HEADS = (
    ("product", N_("Product")),
    ("batch_id", N_("Batch")),
    ("number", N_("Stamp no.")),
    ("place", N_("Where it stands")),
    ("marked_at", N_("Marked")),
    ("marked_by", N_("By whom")),
    ("lookups", N_("Look-ups")),
)


class DisplayForm(In):
    """The stamp of a pack, and where the pack stands."""

    first_code: Annotated[str, Field(min_length=1, max_length=300)]
    place: Annotated[Line, Field(min_length=1, max_length=200)]


@dataclass(frozen=True)
class DisplaysView:
    """Own packs on display, and the form for one more; `seen` are codes read in a photo."""

    form: Filled
    packs: Sequence[tuple[Displayed, str]]
    most: int
    seen: list[tuple[str, int]]
    others: int
    read: bool


@router.get("")
def displays(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    keyring: StampKeys,
    file: AsFile = None,
) -> Response:
    if file is None:
        return _page(request, db, actor, keyring, Filled())
    rows = (
        (
            *(one.product, one.pack.batch_id, one.number, one.pack.place),
            *(one.pack.marked_at, one.pack.marked_by, one.lookups),
        )
        for one in list_displayed(db, actor=actor, keyring=keyring)
    )
    title = N_("Packs on display")
    return file_of(file, name="displays", title=title, heads=HEADS, rows=rows, words=words)


@router.post("/photo")
def photo(
    request: Request,
    texts: PhotoTexts,
    db: Db,
    actor: CurrentActor,
    words: Words,
    sent: Form,
    keyring: StampKeys,
) -> Response:
    """Fill the form in with the stamp of a photo; nothing is changed."""
    if isinstance(texts, Invalid):
        return _page(request, db, actor, keyring, refused(sent, texts, words))
    seen = find_seen(db, actor=actor, keyring=keyring, texts=texts)
    return _page(request, db, actor, keyring, with_seen(Filled(sent.fields), seen), seen)


@router.post("")
def mark(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
) -> Response:
    _require_member(actor)
    given = read_form(DisplayForm, sent, words)
    if isinstance(given, Filled):
        return _page(request, db, actor, keyring, given)
    code = typed_code(given.first_code)
    try:
        with db.begin_nested():
            mark_pack(db, actor=actor, now=now, keyring=keyring, text=code, place=given.place)
    except (Conflict, Invalid) as error:
        return _page(request, db, actor, keyring, refused(sent, error, words))
    return go(PATH, say=MARKED)


@router.post("/remove")
def unmark(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
) -> Response:
    _require_member(actor)
    try:
        with db.begin_nested():
            unmark_pack(db, actor=actor, now=now, keyring=keyring, text=sent.text("first_code"))
    except Invalid as error:
        return _page(request, db, actor, keyring, refused(sent, error, words))
    return go(PATH, say=UNMARKED)


def _require_member(actor: Actor) -> None:
    if not actor.memberships:
        raise NotAllowed


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    keyring: Keyring,
    form: Filled,
    seen: Seen | None = None,
) -> Response:
    _require_member(actor)
    packs = list_displayed(db, actor=actor, keyring=keyring)
    view = DisplaysView(
        form=form,
        packs=[(one, grouped(one.code)) for one in packs],
        most=MOST_DISPLAYS,
        seen=[(one.code, one.number) for one in seen.stamps] if seen else [],
        others=seen.others if seen else 0,
        read=seen is not None,
    )
    answer = show(request, "stamps/displays.html", view, status=422 if form.wrong else 200)
    answer.headers.update(WITH_CAMERA)
    return answer
