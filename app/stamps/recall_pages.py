"""The office's page where a lot or a product is recalled or held, and where that is lifted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.notice_actions import Act, set_notice
from app.diary.notice_queries import AnyNotice, find_standing, list_notices, subject_of
from app.diary.notices import HOLD, RECALL, MadeBackwards, Subject
from app.diary.standing_queries import Standing, standing_against
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.models import Product
from app.stamps import recall_actions
from app.stamps.policy_queries import get_policy
from app.stamps.recall_api import MadeIn, ProductLiftIn, ProductNoticeIn
from app.stamps.recall_models import RecallOrder
from app.stamps.recall_queries import Touched, count_together, find_waiting, touched_by
from app.stamps.recalling import address_of, said_subject

router = APIRouter(prefix="/office", route_class=Edge, include_in_schema=False)

SAID = {
    "recall": sayable(N_("It was recalled. Every look-up says so now.")),
    "recall/lift": sayable(N_("The recall was lifted.")),
    "hold": sayable(N_("The sale was stopped. Every look-up says so now.")),
    "hold/lift": sayable(N_("The stop was lifted.")),
}
ASKED = sayable(N_("So many stamps need a second officer, who must confirm it now."))


@dataclass(frozen=True, kw_only=True)
class RecallView:
    """What is to be recalled or held, what that touches, and the forms to do so or to lift it.

    `together` adds what this officer recalled alone of the product just now. `act` names the form
    that was sent and came back wrong.
    """

    of: Subject
    product: Product
    name: str
    path: str
    touched: Touched
    shops: int
    together: int
    limit: int
    recall: AnyNotice | None
    hold: AnyNotice | None
    against: Standing
    waiting: RecallOrder | None
    notices: Sequence[tuple[AnyNotice, str, str]]
    days: Filled
    act: str
    form: Filled

    @property
    def two(self) -> bool:
        return self.together >= self.limit

    @property
    def two_to_lift(self) -> bool:
        return self.recall is not None and (self.two or bool(self.recall.confirmed_by))


def of_lot(lot_id: Id, db: Db, actor: CurrentActor) -> Subject:
    return subject_of(db, actor=actor, lot_id=lot_id)


def of_product(product_id: Id, db: Db, actor: CurrentActor) -> Subject:
    return subject_of(db, actor=actor, product_id=product_id)


def _page(find: Callable[..., Subject]) -> Callable[..., Response]:
    def page(
        request: Request,
        db: Db,
        actor: CurrentActor,
        now: Now,
        words: Words,
        of: Annotated[Subject, Depends(find)],
    ) -> Response:
        actor.require_officer()
        part = with_days(of, Sent(request.query_params, {}), words)
        wrong = part if isinstance(part, Filled) else Filled(request.query_params)
        meant = of if isinstance(part, Filled) else part
        return _desk(request, db, actor, now, words, meant, days=wrong)

    return page


def _act(find: Callable[..., Subject], act: str) -> Callable[..., Response]:
    def take(
        request: Request,
        db: Db,
        actor: CurrentActor,
        now: Now,
        words: Words,
        sent: Form,
        of: Annotated[Subject, Depends(find)],
    ) -> Response:
        actor.require_officer()
        part = with_days(of, sent, words)
        if isinstance(part, Filled):
            return _desk(request, db, actor, now, words, of, days=part)
        done = carry_out(db, actor, now, words, sent, part, act)
        if isinstance(done, Filled):
            return _desk(request, db, actor, now, words, part, act=act, form=done)
        if isinstance(done, RecallOrder):
            return go(f"/office/recalls/orders/{done.id}", say=ASKED)
        return go(address_of(part, area="office"), say=SAID[act])

    return take


for _path, _find in (("/lots/{lot_id}", of_lot), ("/products/{product_id}", of_product)):
    router.add_api_route(f"{_path}/recall", _page(_find), methods=["GET"])
    for _what in SAID:
        router.add_api_route(f"{_path}/{_what}", _act(_find, _what), methods=["POST"])


def with_days(of: Subject, sent: Sent, words: Translator) -> Subject | Filled:
    """Return the part of a product that was made on the days asked for; a lot stays as it is."""
    if of.lot_id is not None:
        return of
    given = read_form(MadeIn, sent, words)
    if isinstance(given, Filled):
        return given
    if given.made_from and given.made_to and given.made_to < given.made_from:
        return refused(sent, MadeBackwards(), words)
    return replace(of, made_from=given.made_from, made_to=given.made_to)


def carry_out(
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    sent: Sent,
    of: Subject,
    act: str,
) -> AnyNotice | RecallOrder | Filled:
    """Do what a form asks for, or return the form as it was sent with what is wrong."""
    given = read_form(ProductLiftIn if act.endswith("/lift") else ProductNoticeIn, sent, words)
    if isinstance(given, Filled):
        return given
    said = Act(actor=actor, now=now, reason=given.reason, advice=getattr(given, "advice", ""))
    try:
        with db.begin_nested():
            if act == "recall":
                return recall_actions.recall(db, act=said, of=of)
            if act == "recall/lift":
                return recall_actions.lift_recall(db, act=said, of=of)
            if act == "hold/lift":
                return recall_actions.lift_hold(db, act=said, of=of)
            return set_notice(db, act=said, of=of, kind=HOLD)
    except (Invalid, Conflict) as error:
        return refused(sent, error, words)


def _desk(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    of: Subject,
    *,
    days: Filled | None = None,
    act: str = "",
    form: Filled | None = None,
) -> Response:
    recall = find_standing(db, of, kind=RECALL)
    lifted = recall is not None
    shown = days or Filled({"made_from": str(of.made_from or ""), "made_to": str(of.made_to or "")})
    view = RecallView(
        of=of,
        product=db.get_one(Product, of.product_id),
        name=said_subject(of, words),
        path=f"/office/{of.kind}s/{of.lot_id or of.product_id}",
        touched=touched_by(db, of, now=now),
        shops=request.app.state.count_shops(db, product_id=of.product_id),
        together=count_together(db, of, actor=actor, now=now, lifted=lifted),
        limit=get_policy(db).recall_two_from,
        recall=recall,
        hold=find_standing(db, of, kind=HOLD),
        against=standing_against(db, of.product_id, of.lot_id),
        waiting=find_waiting(db, of),
        notices=told_notices(db, of, words, area="office"),
        days=shown,
        act=act,
        form=form or _said(request),
    )
    return show(request, "stamps/recall.html", view, status=422 if form or shown.wrong else 200)


def _said(request: Request) -> Filled:
    """Return what the page that led here says in the officer's place, to be sent or changed."""
    return Filled({name: request.query_params.get(name, "") for name in ("reason", "advice")})


def told_notices(
    db: Session, of: Subject, words: Translator, *, area: str
) -> list[tuple[AnyNotice, str, str]]:
    """Return all recalls and holds of a subject, each with what it is of and where it is kept."""
    found = []
    for one in list_notices(db, of):
        part = of
        if of.lot_id is None:
            days = {name: getattr(one, name) for name in ("made_from", "made_to")}
            part = replace(of, **days)
        found.append((one, said_subject(part, words), address_of(part, area=area)))
    return found
