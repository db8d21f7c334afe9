"""Where a producer stops the sale of an own lot or product, and lets it go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.notice_queries import AnyNotice, find_standing
from app.diary.notices import HOLD, Subject
from app.diary.standing_queries import Standing, standing_against
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.forms import Filled, Form, Sent
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words
from app.products.models import Product
from app.stamps.recall_pages import carry_out, of_lot, of_product, told_notices, with_days
from app.stamps.recall_queries import Touched, touched_by
from app.stamps.recalling import address_of, said_subject

router = APIRouter(prefix="/app", route_class=Edge, include_in_schema=False)

SAID = {
    "hold": sayable(N_("The sale was stopped. Every look-up says so now.")),
    "hold/lift": sayable(N_("The stop was lifted.")),
}


@dataclass(frozen=True, kw_only=True)
class HoldView:
    """What is to be held, what that touches, and the form to do so or to lift it."""

    of: Subject
    product: Product
    name: str
    path: str
    touched: Touched
    hold: AnyNotice | None
    against: Standing
    notices: Sequence[tuple[AnyNotice, str, str]]
    days: Filled
    act: str
    form: Filled
    may_act: bool


def _page(find: Callable[..., Subject]) -> Callable[..., Response]:
    def page(
        request: Request,
        db: Db,
        actor: CurrentActor,
        now: Now,
        words: Words,
        of: Annotated[Subject, Depends(find)],
    ) -> Response:
        actor.require_member_or_officer(of.entity_id)
        part = with_days(of, Sent(request.query_params, {}), words)
        wrong = part if isinstance(part, Filled) else Filled(request.query_params)
        meant = of if isinstance(part, Filled) else part
        return _hold(request, db, actor, now, words, meant, days=wrong)

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
        actor.require_member_or_officer(of.entity_id, owner=True)
        part = with_days(of, sent, words)
        if isinstance(part, Filled):
            return _hold(request, db, actor, now, words, of, days=part)
        done = carry_out(db, actor, now, words, sent, part, act)
        if isinstance(done, Filled):
            return _hold(request, db, actor, now, words, part, act=act, form=done)
        return go(address_of(part, area="app"), say=SAID[act])

    return take


for _path, _find in (("/lots/{lot_id}", of_lot), ("/products/{product_id}", of_product)):
    router.add_api_route(f"{_path}/hold", _page(_find), methods=["GET"])
    for _what in SAID:
        router.add_api_route(f"{_path}/{_what}", _act(_find, _what), methods=["POST"])


def _hold(
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
    shown = days or Filled({"made_from": str(of.made_from or ""), "made_to": str(of.made_to or "")})
    path = f"/app/{of.kind}s/{of.lot_id or of.product_id}"
    view = HoldView(
        of=of,
        product=db.get_one(Product, of.product_id),
        name=said_subject(of, words),
        path=path,
        touched=touched_by(db, of, now=now),
        hold=find_standing(db, of, kind=HOLD),
        against=standing_against(db, of.product_id, of.lot_id),
        notices=told_notices(db, of, words, area="app"),
        days=shown,
        act=act,
        form=form or Filled(),
        may_act=actor.officer or actor.memberships.get(of.entity_id) is Belonging.OWNER,
    )
    wrong = form is not None or shown.wrong
    return show(request, "stamps/hold.html", view, status=422 if wrong else 200)
