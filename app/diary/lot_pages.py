from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.diary import actions, lot_queries, queries
from app.diary.api import LotIn, LotPatch
from app.diary.fields import OFFERED_UNITS, said_unit
from app.diary.models import Lot
from app.diary.pages import stranger, units
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, Sent, filled_from, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Id, Now, Words
from app.products.models import Product
from app.products.queries import get_product

router = APIRouter(prefix="/app/lots", route_class=OnceRoute, include_in_schema=False)

OPENED = sayable(N_("The lot was opened. Write its first entry."))
CHANGED = sayable(N_("The lot was changed."))

# What a lot takes from one that it is opened like, beside its product.
_TAKEN = ("material", "unit", "facility_id")

# The id of a product or a lot asked for in the query, or none.
Asked = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class LotFormView:
    """The form that opens a lot or changes an open one, or the choice of a new lot's product."""

    form: Filled
    product: Product | None
    products: list[Product]
    lot: Lot | None
    units: list[tuple[str, str]]
    places: list[tuple[int, str]]
    like: Lot | None = None


@router.get("/new")
def new_lot(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    product: Asked = 0,
    like: Asked = 0,
) -> Response:
    if not actor.memberships:
        return stranger(request, actor)
    products = lot_queries.own_products(db, actor=actor)
    other = queries.get_lot(db, like, actor=actor) if like else None
    wanted = other.product_id if other else product
    chosen = next((one for one in products if one.id == wanted), None)
    if chosen is None and len(products) == 1:
        chosen = products[0]
    if chosen is None:
        view = LotFormView(Filled(), None, products, None, [], [])
        return show(request, "diary/lot_form.html", view)
    today = day_of(now)
    number = lot_queries.propose_number(db, product_id=chosen.id, day=today)
    facts = {"number": number, "production_date": str(today), "unit": OFFERED_UNITS[0]}
    if other is not None:
        kept = filled_from(other, list(_TAKEN)).values
        facts |= {name: value for name, value in kept.items() if value} | {"like": str(other.id)}
    return _opening(request, db, words, chosen, Filled(facts), products, other)


def _opening(
    request: Request,
    db: Db,
    words: Translator,
    product: Product,
    form: Filled,
    products: list[Product],
    like: Lot | None,
) -> Response:
    view = LotFormView(
        form=form,
        product=product,
        products=products,
        lot=None,
        units=_units(words, form.value("unit")),
        places=_places(db, product.entity_id),
        like=like,
    )
    return show(request, "diary/lot_form.html", view, status=422 if form.wrong else 200)


@router.post("/new")
def open_lot(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    given = read_form(LotIn, _without_bare_unit(sent), words)
    if not isinstance(given, Filled):
        try:
            with db.begin_nested():
                lot = actions.open_lot(db, actor=actor, now=now, **given.model_dump())
        except (Invalid, Conflict) as error:
            given = refused(sent, error, words)
        else:
            return go(f"/app/lots/{lot.id}", say=OPENED)
    product = get_product(db, _number(sent.text("product_id")), actor=actor)
    like = _number(sent.text("like"))
    other = queries.get_lot(db, like, actor=actor) if like else None
    return _opening(request, db, words, product, given, [], other)


def _number(text: str) -> int:
    number = text[:18]
    return int(number) if number.isascii() and number.isdecimal() else 0


def _places(db: Db, entity_id: int) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in lot_queries.places_of(db, entity_id)]


def _units(words: Translator, chosen: str) -> list[tuple[str, str]]:
    """Return the units a form offers, and the one that stands in it."""
    offered = units(words)
    if chosen and chosen not in OFFERED_UNITS:
        offered.append((chosen, said_unit(chosen, words)))
    return offered


def _without_bare_unit(sent: Sent) -> Sent:
    # The unit is preselected: without a quantity it says nothing.
    if sent.text("quantity"):
        return sent
    return Sent({name: v for name, v in sent.fields.items() if name != "unit"}, sent.files)


@router.get("/{lot_id}/edit")
def edit_lot(request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id) -> Response:
    lot = queries.get_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id)
    form = filled_from(lot, LotPatch.model_fields)
    return _edit(
        request, db, words, lot, Filled({**form.values, "unit": lot.unit or OFFERED_UNITS[0]})
    )


@router.post("/{lot_id}/edit")
def change_lot(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, lot_id: Id
) -> Response:
    lot = queries.get_lot(db, lot_id, actor=actor)
    given = read_form(LotPatch, _without_bare_unit(sent), words)
    if isinstance(given, Filled):
        return _edit(request, db, words, lot, given)
    try:
        with db.begin_nested():
            actions.change_lot(db, actor=actor, now=now, lot_id=lot_id, **given.model_dump())
    except (Invalid, Conflict) as error:
        return _edit(request, db, words, lot, refused(sent, error, words))
    return go(f"/app/lots/{lot_id}", say=CHANGED)


def _edit(request: Request, db: Db, words: Translator, lot: Lot, form: Filled) -> Response:
    view = LotFormView(
        form=form,
        product=db.get_one(Product, lot.product_id),
        products=[],
        lot=lot,
        units=_units(words, lot.unit),
        places=_places(db, lot.entity_id),
    )
    return show(request, "diary/lot_form.html", view, status=422 if form.wrong else 200)
