"""The second person's word on stamps another asked to make void."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Note, read_form
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.access import StampKeys
from app.stamps.batch_queries import get_batch
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.order_actions import confirm_order, decline_order
from app.stamps.order_queries import NoSuchOrder, get_order
from app.stamps.pages import one_batch

router = APIRouter(
    prefix="/office/batches/{batch_id}/orders/{order_id}", route_class=Edge, include_in_schema=False
)

CONFIRMED = sayable(N_("The stamps are void now."))
DECLINED = sayable(N_("The request was declined."))


class DeclineForm(In):
    """Why the stamps are not to be void."""

    decline_reason: Annotated[Note, Field(min_length=1, max_length=500)]


@router.post("/confirm")
def confirm(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    keyring: StampKeys,
    batch_id: Id,
    order_id: Id,
) -> Response:
    _check_place(db, actor, batch_id, order_id)
    try:
        with db.begin_nested():
            confirm_order(db, actor=actor, now=now, keyring=keyring, order_id=order_id)
    except ChangedMeanwhile:
        raise
    except (Conflict, Invalid) as error:
        return one_batch(request, db, actor, now, batch_id, _said(error, words))
    return go(f"/office/batches/{batch_id}", say=CONFIRMED)


@router.post("/decline")
def decline(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    batch_id: Id,
    order_id: Id,
) -> Response:
    _check_place(db, actor, batch_id, order_id)
    given = read_form(DeclineForm, sent, words)
    if isinstance(given, Filled):
        return one_batch(request, db, actor, now, batch_id, given)
    try:
        with db.begin_nested():
            decline_order(db, actor=actor, now=now, order_id=order_id, reason=given.decline_reason)
    except Conflict as error:
        return one_batch(request, db, actor, now, batch_id, _said(error, words))
    return go(f"/office/batches/{batch_id}", say=DECLINED)


def _check_place(db: Session, actor: Actor, batch_id: int, order_id: int) -> None:
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    if get_order(db, order_id, actor=actor).batch_id != batch.id:
        raise NoSuchOrder


def _said(error: Conflict | Invalid, words: Translator) -> Filled:
    """Return the refusal as one line: the order has no field it could stand beside."""
    return Filled(problem=". ".join(filter(None, (error.title(words), error.explain(words)))))
