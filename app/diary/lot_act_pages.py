"""What is done with a whole lot on the phone: release, part, put together, distribute."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.diary import actions, distribution_actions, lot_queries, parting_actions, queries
from app.diary.amounts import Amount
from app.diary.api import Quantity
from app.diary.fields import OFFERED_UNITS
from app.diary.goods import GoodsPart, part_of
from app.diary.goods_pages import own_lot
from app.diary.goods_queries import goods_of
from app.diary.input_api import Key, ReasonIn, Unit
from app.diary.models import Lot
from app.diary.pages import stranger, units
from app.diary.parting_actions import Part, Taken
from app.diary.parting_api import DistributedIn, Number
from app.diary.rules import LotState
from app.diary.source_queries import Likely, own_sources
from app.diary.trace_words import said_amount
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.clock import day_of
from app.kit.entered import as_entered
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/app/lots", route_class=OnceRoute, include_in_schema=False)

RELEASED: Final = sayable(N_("The lot was released for sale."))
PARTED: Final = sayable(N_("The lot was parted."))
MERGED: Final = sayable(N_("The lots were put together."))
COMPLETED: Final = sayable(N_("The distribution was completed."))
RESUMED: Final = sayable(N_("The completion was taken back."))
PARTS: Final = 6


class MergeForm(In):
    product_id: Key
    quantity: Quantity | None = None
    unit: Unit = ""
    number: Number | None = None


class PartForm(In):
    quantity: Annotated[Quantity, Field()]
    unit: Unit = ""
    number: Number = ""


@dataclass(frozen=True)
class SplitView:
    """The form that parts a lot."""

    lot: Lot
    form: Filled
    units: list[tuple[str, str]]
    left: str
    parts: range


@dataclass(frozen=True)
class MergeView:
    """The form that puts lots together."""

    form: Filled
    products: list[tuple[int, str]]
    lots: Sequence[Likely]
    units: list[tuple[str, str]]


@dataclass(frozen=True)
class DistributionView:
    """A lot's account: produced, sent to whom, left; and the form that completes it."""

    lot: Lot
    form: Filled
    goods: GoodsPart
    remark: str
    left: str
    owner: bool


@router.post("/{lot_id}/release")
def release(db: Db, actor: CurrentActor, now: Now, lot_id: Id) -> Response:
    actions.release_lot(db, actor=actor, now=now, lot_id=lot_id)
    return go(f"/app/lots/{lot_id}", say=RELEASED)


@router.get("/{lot_id}/split")
def split_form(request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id) -> Response:
    lot = own_lot(db, actor, lot_id)
    form = Filled({"unit": lot.unit or OFFERED_UNITS[0]})
    return _split(request, db, actor, lot, form, words)


@router.post("/{lot_id}/split")
def split(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
) -> Response:
    lot = own_lot(db, actor, lot_id)
    parts = _parts(sent, words)
    if isinstance(parts, Filled):
        return _split(request, db, actor, lot, parts, words)
    try:
        with db.begin_nested():
            parting_actions.split_lot(db, actor=actor, now=now, lot_id=lot.id, parts=parts)
    except (Invalid, Conflict) as error:
        return _split(request, db, actor, lot, _on_first(sent, error, words), words)
    return go(f"/app/lots/{lot_id}/goods", say=PARTED)


def _parts(sent: Sent, words: Translator) -> list[Part] | Filled:
    """Return the parts that were filled in, or what is wrong with one of them."""
    parts = []
    for place in range(1, PARTS + 1):
        fields = {
            "quantity": sent.text(f"quantity_{place}"),
            "number": sent.text(f"number_{place}"),
            "unit": sent.text("unit"),
        }
        if not fields["quantity"] and not fields["number"]:
            continue
        given = read_form(PartForm, Sent(fields, {}), words)
        if isinstance(given, Filled):
            return Filled(
                sent.fields,
                {
                    (name if name == "unit" else f"{name}_{place}"): why
                    for name, why in given.errors.items()
                },
            )
        parts.append(Part(**given.model_dump()))
    return parts


def _on_first(sent: Sent, error: Invalid | Conflict, words: Translator) -> Filled:
    """Return the form with an error on top: which of the parts it is, the error says."""
    form = refused(sent, error, words)
    return Filled(sent.fields, problem=form.problem or next(iter(form.errors.values())))


def _split(
    request: Request, db: Db, actor: CurrentActor, lot: Lot, form: Filled, words: Translator
) -> Response:
    balance = goods_of(db, lot, actor=actor, most=1).balance
    view = SplitView(
        lot=lot,
        form=form,
        units=units(words),
        left=said_amount(Amount(balance.left, balance.unit), words),
        parts=range(1, PARTS + 1),
    )
    return show(request, "diary/split.html", view, status=422 if form.wrong else 200)


@router.get("/merge")
def merge_form(request: Request, db: Db, actor: CurrentActor, words: Words) -> Response:
    if not actor.memberships:
        return stranger(request, actor)
    return _merge(request, db, actor, Filled({"unit": OFFERED_UNITS[0]}), words)


@router.post("/merge")
def merge(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    chosen = [name.removeprefix("lot_") for name in sent.fields if name.startswith("lot_")]
    sources = [Taken(lot_id=int(one[:18])) for one in chosen if one.isascii() and one.isdecimal()]
    made: list[Lot] = []

    def save(given: MergeForm) -> None:
        facts = {"production_date": day_of(now), **given.model_dump()}
        parted = parting_actions.merge_lots(db, actor=actor, now=now, sources=sources, **facts)
        made.extend(parted.lots)

    wrong = submit(db, MergeForm, sent, words, save)
    if wrong is not None:
        return _merge(request, db, actor, wrong, words)
    return go(f"/app/lots/{made[0].id}/goods", say=MERGED)


def _merge(
    request: Request, db: Db, actor: CurrentActor, form: Filled, words: Translator
) -> Response:
    products = lot_queries.own_products(db, actor=actor)
    view = MergeView(
        form=form,
        products=[(one.id, one.name) for one in products],
        lots=own_sources(db, actor=actor),
        units=units(words),
    )
    return show(request, "diary/merge.html", view, status=422 if form.wrong else 200)


@router.get("/{lot_id}/distribution")
def distribution(
    request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id
) -> Response:
    lot = queries.get_lot(db, lot_id, actor=actor)
    left = goods_of(db, lot, actor=actor, most=1).balance.left
    shown = "" if left is None or left < 0 else as_entered(left)
    return _distribution(request, db, actor, lot, Filled({"left": shown}), words)


@router.post("/{lot_id}/distribution")
def complete(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
) -> Response:
    lot = own_lot(db, actor, lot_id)

    def save(given: DistributedIn) -> None:
        distribution_actions.complete_distribution(
            db, actor=actor, now=now, lot_id=lot_id, left=given.left, note=given.note
        )

    wrong = submit(db, DistributedIn, sent, words, save)
    if wrong is not None:
        return _distribution(request, db, actor, lot, wrong, words)
    return go(f"/app/lots/{lot_id}/distribution", say=COMPLETED)


@router.post("/{lot_id}/resume")
def resume(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    lot_id: Id,
) -> Response:
    lot = own_lot(db, actor, lot_id)
    given = read_form(ReasonIn, sent, words)
    if isinstance(given, Filled):
        return _distribution(request, db, actor, lot, given, words)
    distribution_actions.resume_distribution(
        db, actor=actor, now=now, lot_id=lot_id, reason=given.reason
    )
    return go(f"/app/lots/{lot_id}/distribution", say=RESUMED)


def _distribution(
    request: Request, db: Db, actor: CurrentActor, lot: Lot, form: Filled, words: Translator
) -> Response:
    goods = goods_of(db, lot, actor=actor)
    done = lot.state == LotState.DISTRIBUTED
    account = distribution_actions.account_for(db, lot, left=lot.left_quantity) if done else None
    remark = account.remark if account else None
    view = DistributionView(
        lot=lot,
        form=form,
        goods=part_of(goods, lot.id, words, area="/app"),
        remark=remark.said(words) if remark else "",
        left=said_amount(Amount(lot.left_quantity, lot.unit), words),
        owner=actor.memberships.get(lot.entity_id) == "owner",
    )
    return show(request, "diary/distribution.html", view, status=422 if form.wrong else 200)
