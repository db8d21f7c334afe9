"""The producer's pages of stamps: what they have, and the request for more."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor, Belonging, NotAllowed
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile
from app.kit.forms import Filled, Form, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut
from app.kit.web import Db, Now, Words
from app.products.queries import list_products
from app.stamps import actions
from app.stamps.access import LargestBatch
from app.stamps.api import BatchIn
from app.stamps.batch_list_pages import batch_rows, batches_file
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch
from app.stamps.phone_queries import (
    MOST_BATCHES,
    OwnProduct,
    list_own_batches,
    list_to_confirm,
    quotas_of_owner,
    stamps_by_product,
)
from app.stamps.standing import batch_label

router = APIRouter(prefix="/app/stamps", route_class=OnceRoute, include_in_schema=False)

REQUESTED = sayable(N_("The request was sent to the Department."))


@dataclass(frozen=True)
class OwnBatch:
    """A batch in the list of its product, with the label of where it stands."""

    batch: Batch
    label: str


@dataclass(frozen=True)
class OwnStampsView:
    """Own stamps by product, and what the Department handed over and nobody confirmed."""

    products: list[OwnProduct]
    batches: dict[int, list[OwnBatch]]
    to_confirm: list[tuple[Handover, str]]
    left: int
    may_request: bool


@dataclass(frozen=True)
class QuotaLeft:
    """What a quota of this year still leaves; `product` is empty for one of all products."""

    product: str
    left: int
    year: int


@dataclass(frozen=True)
class RequestView:
    """The form that asks for stamps of an own product."""

    form: Filled
    products: list[tuple[int, str]]
    quotas: list[QuotaLeft]


@router.get("")
def own_stamps(
    request: Request, db: Db, actor: CurrentActor, words: Words, file: AsFile = None
) -> Response:
    if file:
        return batches_file(file, batch_rows(db, list_own_batches(db, actor=actor)), words)
    products = stamps_by_product(db, actor=actor)
    names = {batch.id: one.name for one in products for batch in one.batches}
    view = OwnStampsView(
        products=products,
        batches={
            one.product_id: [OwnBatch(batch, batch_label(batch)) for batch in one.batches]
            for one in products
        },
        to_confirm=[(one, names.get(one.batch_id, "")) for one in list_to_confirm(db, actor=actor)],
        left=sum(one.left for one in products),
        may_request=bool(_owned(actor)),
    )
    return show(request, "stamps/own.html", view)


@router.get("/new")
def new_request(
    request: Request, db: Db, actor: CurrentActor, now: Now, product: str = ""
) -> Response:
    return _form(request, db, actor, now, Filled({"product_id": product}))


@router.post("/new")
def send_request(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    largest: LargestBatch,
) -> Response:
    given = read_form(BatchIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, now, given)
    try:
        with db.begin_nested():
            facts = given.model_dump()
            actions.request_batch(db, actor=actor, now=now, largest=largest, **facts)
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, now, refused(sent, error, words))
    return go("/app/stamps", say=REQUESTED)


def _owned(actor: Actor) -> list[int]:
    return [key for key, role in actor.memberships.items() if role is Belonging.OWNER]


def _form(request: Request, db: Db, actor: Actor, now: Now, form: Filled) -> Response:
    if not _owned(actor):
        raise NotAllowed
    products = [
        (product.id, product.name)
        for entity_id in _owned(actor)
        for product in list_products(
            db,
            actor=actor,
            cut=Cut(limit=MOST_BATCHES, newest=True),
            entity_id=entity_id,
            status="active",
        ).items
    ]
    if len(products) == 1 and not form.value("product_id"):
        form = Filled({**form.values, "product_id": str(products[0][0])}, form.errors, form.problem)
    names = dict(products)
    quotas = [
        QuotaLeft(names.get(one.quota.product_id or 0, ""), max(one.left, 0), one.quota.year)
        for one in quotas_of_owner(db, actor=actor, now=now)
        if one.quota.facility_id is None
    ]
    view = RequestView(form=form, products=products, quotas=quotas)
    return show(request, "stamps/own_new.html", view, status=422 if form.wrong else 200)
