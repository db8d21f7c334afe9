"""The office's pages that make stamps void: which ones, then exactly what that touches."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Note, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.access import StampKeys
from app.stamps.batch_queries import get_batch
from app.stamps.models import Batch
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.rehearsal_actions import Ends, rehearse_void
from app.stamps.rules import State
from app.stamps.runs import counted
from app.stamps.span_actions import void_span
from app.stamps.span_queries import SpanPreview
from app.stamps.typed import typed_code

router = APIRouter(
    prefix="/office/batches/{batch_id}/void", route_class=Edge, include_in_schema=False
)

VOIDED = sayable(N_("The stamps are void now."))


class VoidForm(In):
    """The first and the last stamp to make void, and why."""

    first_code: Annotated[str, Field(min_length=1, max_length=300)]
    last_code: Annotated[str, Field(min_length=1, max_length=300)]
    reason: Annotated[Note, Field(min_length=1, max_length=2000)]

    def ends(self) -> Ends:
        return Ends(typed_code(self.first_code), typed_code(self.last_code))


@dataclass(frozen=True)
class VoidView:
    """The form that names the stamps."""

    batch: Batch
    form: Filled


@dataclass(frozen=True)
class VoidPreview:
    """What would be void, to be read before it is."""

    batch: Batch
    span: SpanPreview
    parts: list[tuple[str, int]]
    given: VoidForm


@router.get("")
def void_form(request: Request, db: Db, actor: CurrentActor, batch_id: Id) -> Response:
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    return show(request, "stamps/void.html", VoidView(batch, Filled()))


@router.post("")
def preview(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
    batch_id: Id,
) -> Response:
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    given = read_form(VoidForm, sent, words)
    if isinstance(given, Filled):
        return _form(request, batch, given)
    try:
        span = rehearse_void(
            db,
            actor=actor,
            now=now,
            keyring=keyring,
            ends=given.ends(),
            batch_id=batch_id,
            reason=given.reason,
        )
    except (Conflict, Invalid) as error:
        return _form(request, batch, refused(sent, error, words))
    counts = counted(span.runs)
    parts = [(state.label, counts[state]) for state in State if counts[state]]
    return show(request, "stamps/void_preview.html", VoidPreview(batch, span, parts, given))


@router.post("/confirm")
def confirm(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
    batch_id: Id,
) -> Response:
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    given = read_form(VoidForm, sent, words)
    if isinstance(given, Filled):
        return _form(request, batch, given)
    ends = given.ends()
    asked: dict[str, Any] = {"actor": actor, "now": now, "keyring": keyring, "reason": given.reason}
    try:
        rehearse_void(db, ends=ends, batch_id=batch_id, **asked)
        void_span(db, first_code=ends.first_code, last_code=ends.last_code, **asked)
    except ChangedMeanwhile:
        raise
    except (Conflict, Invalid) as error:
        return _form(request, batch, refused(sent, error, words))
    return go(f"/office/batches/{batch_id}", say=VOIDED)


def _form(request: Request, batch: Batch, form: Filled) -> Response:
    return show(request, "stamps/void.html", VoidView(batch, form), status=422)
