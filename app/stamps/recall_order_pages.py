"""The second officer's word on a recall, or on the lifting of one."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.notices import RECALL, Subject
from app.entities.models import Entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.models import Product
from app.stamps.recall_actions import confirm_recall, decline_recall
from app.stamps.recall_api import LiftIn
from app.stamps.recall_models import RecallOrder
from app.stamps.recall_queries import Touched, get_order, subject_of_order, touched_by
from app.stamps.recalling import address_of, said_subject

router = APIRouter(
    prefix="/office/recalls/orders/{recall_id}", route_class=Edge, include_in_schema=False
)

MADE = sayable(N_("The recall was confirmed. Every look-up says so now."))
LIFTED = sayable(N_("The recall was lifted."))
DECLINED = sayable(N_("The request was refused."))


@dataclass(frozen=True, kw_only=True)
class RecallOrderView:
    """A request for a recall or its lifting, what that touches now, and who may decide it."""

    order: RecallOrder
    of: Subject
    product: Product
    entity: Entity
    name: str
    path: str
    touched: Touched
    shops: int
    own: bool
    may_act: bool
    form: Filled


@router.get("")
def order(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, recall_id: Id
) -> Response:
    actor.require_department()
    return _page(request, db, actor, now, words, recall_id)


@router.post("/confirm")
def confirm(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, recall_id: Id
) -> Response:
    try:
        with db.begin_nested():
            made, _ = confirm_recall(db, actor=actor, now=now, order_id=recall_id)
    except (Conflict, Invalid) as error:
        form = refused(Sent({}, {}), error, words)
        return _page(request, db, actor, now, words, recall_id, form)
    return go(
        address_of(subject_of_order(db, made), area="office"),
        say=MADE if made.kind == RECALL else LIFTED,
    )


@router.post("/decline")
def decline(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, recall_id: Id
) -> Response:
    get_order(db, recall_id, actor=actor)
    actor.require_officer()
    given = read_form(LiftIn, sent, words)
    if isinstance(given, Filled):
        return _page(request, db, actor, now, words, recall_id, given)
    try:
        with db.begin_nested():
            made = decline_recall(db, actor=actor, now=now, order_id=recall_id, reason=given.reason)
    except (Conflict, Invalid) as error:
        return _page(request, db, actor, now, words, recall_id, refused(sent, error, words))
    return go(address_of(subject_of_order(db, made), area="office"), say=DECLINED)


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    recall_id: int,
    form: Filled | None = None,
) -> Response:
    found = get_order(db, recall_id, actor=actor)
    of = subject_of_order(db, found)
    view = RecallOrderView(
        order=found,
        of=of,
        product=db.get_one(Product, of.product_id),
        entity=db.get_one(Entity, of.entity_id),
        name=said_subject(of, words),
        path=address_of(of, area="office"),
        touched=touched_by(db, of, now=now),
        shops=request.app.state.count_shops(db, product_id=of.product_id),
        own=found.asked_by_id == actor.account_id,
        may_act=actor.officer,
        form=form or Filled(),
    )
    return show(request, "stamps/recall_order.html", view, status=422 if form else 200)
