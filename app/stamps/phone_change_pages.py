"""Spoiled and lost stamps on the phone: which ones, then exactly what that touches, then done."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging, NotAllowed
from app.kit.asgi import WITH_CAMERA
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Note, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words
from app.stamps.access import StampKeys
from app.stamps.activation_pages import with_seen
from app.stamps.change_actions import change_span, second_person_from
from app.stamps.keyring import Keyring
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.order_actions import ask_void
from app.stamps.photo_access import PhotoTexts
from app.stamps.rehearsal_actions import rehearse_change
from app.stamps.rules import Move, State, spoken_run
from app.stamps.runs import counted
from app.stamps.seen_queries import Seen, find_seen
from app.stamps.span_queries import Ends, SpanPreview
from app.stamps.typed import read_ends_typed

router = APIRouter(prefix="/app/spoiled", route_class=Edge, include_in_schema=False)

RECORDED = {
    Move.VOID: sayable(N_("The stamps are void now.")),
    Move.LOSE: sayable(N_("The stamps are recorded as lost.")),
}
ASKED = sayable(N_("So many stamps need a second person: an officer must confirm it now."))
MOVES = {"void": Move.VOID, "lose": Move.LOSE}


class SpoiledForm(In):
    """Two stamps or the label that names both, what became of them, and why."""

    kind: Literal["void", "lose"]
    first_code: Annotated[str, Field(min_length=1, max_length=300)]
    last_code: Annotated[str, Field(max_length=300)] = ""
    reason: Annotated[Note, Field(max_length=2000)] = ""

    def ends(self) -> Ends:
        return Ends(*read_ends_typed(self.first_code, self.last_code or self.first_code))


@dataclass(frozen=True)
class SpoiledView:
    """The form; `seen` are codes read in a photo with their running numbers."""

    form: Filled
    seen: list[tuple[str, int]]
    others: int
    read: bool


@dataclass(frozen=True)
class SpoiledPreview:
    """Which stamps would be void or lost, and the states they are in now."""

    span: SpanPreview
    run: str
    parts: list[tuple[str, int]]
    given: dict[str, Any]
    lost: bool


@router.get("")
def form(request: Request, actor: CurrentActor) -> Response:
    return _form(request, actor, Filled({"kind": "void"}))


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
    """Fill the form in with the stamps of a photo; nothing is changed."""
    if isinstance(texts, Invalid):
        return _form(request, actor, refused(sent, texts, words))
    seen = find_seen(db, actor=actor, keyring=keyring, texts=texts)
    return _form(request, actor, with_seen(Filled(sent.fields), seen), seen)


@router.post("")
def preview(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
) -> Response:
    given = read_form(SpoiledForm, sent, words)
    if isinstance(given, Filled):
        return _form(request, actor, given)
    _require_owner(actor)
    asked = _asked(actor, now, keyring, given)
    try:
        span = rehearse_change(db, **asked)
    except (Conflict, Invalid) as error:
        return _form(request, actor, refused(sent, error, words))
    counts = counted(span.runs)
    view = SpoiledPreview(
        span=span,
        run=spoken_run(span.stretch.first, span.stretch.last, words),
        parts=[(state.label, counts[state]) for state in State if counts[state]],
        given=given.model_dump(),
        lost=given.kind == "lose",
    )
    return show(request, "stamps/own_spoiled_preview.html", view)


@router.post("/confirm")
def confirm(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
) -> Response:
    given = read_form(SpoiledForm, sent, words)
    if isinstance(given, Filled):
        return _form(request, actor, given)
    _require_owner(actor)
    asked = _asked(actor, now, keyring, given)
    try:
        with db.begin_nested():
            found = rehearse_change(db, **asked).stretch
            if second_person_from(db, actor, asked["move"], found) is not None:
                ask_void(db, **asked)
                return go(f"/app/stamps/{found.batch_id}", say=ASKED)
            change_span(db, **asked)
    except ChangedMeanwhile:
        raise
    except (Conflict, Invalid) as error:
        return _form(request, actor, refused(sent, error, words))
    return go(f"/app/stamps/{found.batch_id}", say=RECORDED[MOVES[given.kind]])


def _form(request: Request, actor: Actor, form: Filled, seen: Seen | None = None) -> Response:
    _require_owner(actor)
    view = SpoiledView(
        form=form,
        seen=[(one.code, one.number) for one in seen.stamps] if seen else [],
        others=seen.others if seen else 0,
        read=seen is not None,
    )
    answer = show(request, "stamps/own_spoiled.html", view, status=422 if form.wrong else 200)
    answer.headers.update(WITH_CAMERA)
    return answer


def _asked(actor: Actor, now: Now, keyring: Keyring, given: SpoiledForm) -> dict[str, Any]:
    who = {"actor": actor, "now": now, "keyring": keyring}
    return {**who, "move": MOVES[given.kind], "chosen": given.ends(), "reason": given.reason}


def _require_owner(actor: Actor) -> None:
    if Belonging.OWNER not in actor.memberships.values():
        raise NotAllowed
