"""Activation by quantity: the next stamps of a roll, named before they are activated."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.diary.queries import get_lot
from app.identity.access import CurrentActor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, read_form
from app.kit.pages import show
from app.kit.web import Db, Edge, Now, Words
from app.stamps.access import StampKeys
from app.stamps.activation_pages import PreviewView, refused_form, show_form, to_done
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.rehearsal_actions import rehearse_next
from app.stamps.rules import spoken_run
from app.stamps.span_actions import activate_next

router = APIRouter(prefix="/app/activate/next", route_class=Edge, include_in_schema=False)

RecordId = Annotated[int, Field(ge=1, le=2**62)]


class NextForm(In):
    """How many of a roll's next stamps go on which lot; `first` is what the preview named."""

    lot_id: RecordId
    batch_id: RecordId
    quantity: Annotated[int, Field(ge=1, le=2**40)]
    first: Annotated[int, Field(ge=1, le=2**40)] | None = None


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
    given = read_form(NextForm, sent, words)
    if isinstance(given, Filled):
        return show_form(request, db, actor, keyring, now, given)
    asked = given.model_dump(exclude={"first"})
    try:
        spans = rehearse_next(db, actor=actor, now=now, **asked)
    except (Conflict, Invalid) as error:
        return show_form(request, db, actor, keyring, now, refused_form(sent, error, words))
    runs = [spoken_run(one.stretch.first, one.stretch.last, words) for one in spans]
    view = PreviewView(
        run=", ".join(runs),
        quantity=given.quantity,
        product=spans[0].product_name,
        batch_id=given.batch_id,
        lot=get_lot(db, given.lot_id, actor=actor),
        unweighed=spans[0].unweighed,
        action="/app/activate/next/confirm",
        given=asked | {"first": spans[0].stretch.first},
        back=f"/app/activate?{urlencode({'lot': given.lot_id})}",
    )
    return show(request, "stamps/activate_preview.html", view)


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
    given = read_form(NextForm, sent, words)
    if isinstance(given, Filled):
        return show_form(request, db, actor, keyring, now, given)
    try:
        with db.begin_nested():
            done = activate_next(db, actor=actor, now=now, **given.model_dump())
    except ChangedMeanwhile:
        raise
    except (Conflict, Invalid) as error:
        return show_form(request, db, actor, keyring, now, refused_form(sent, error, words))
    return to_done(given.batch_id, done[0].first, done[-1].last)
