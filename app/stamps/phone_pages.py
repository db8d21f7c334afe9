"""The producer's pages of stamps: what they have, and the request for more."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging, NotAllowed
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut
from app.kit.web import Db, Edge, Now, Words
from app.products.queries import list_products
from app.stamps import actions
from app.stamps.access import LargestBatch
from app.stamps.api import BatchIn
from app.stamps.batch_queries import list_batches
from app.stamps.pages import BatchRow, batch_rows
from app.stamps.rules import State

router = APIRouter(prefix="/app/stamps", route_class=Edge, include_in_schema=False)

REQUESTED = sayable(N_("The request was sent to the Department."))
MOST_BATCHES = 200


@dataclass(frozen=True)
class OwnBatch:
    """A batch as its producer counts it; `left` are those that may be activated."""

    row: BatchRow
    received: int
    active: int
    void: int
    left: int


@dataclass(frozen=True)
class OwnStampsView:
    """The producer's batches, the newest first, and all that is left."""

    batches: list[OwnBatch]
    left: int
    may_request: bool


@dataclass(frozen=True)
class RequestView:
    """The form that asks for stamps of an own product."""

    form: Filled
    products: list[tuple[int, str]]


@router.get("")
def own_stamps(request: Request, db: Db, actor: CurrentActor) -> Response:
    found = [
        batch
        for entity_id in actor.memberships
        for batch in list_batches(
            db, actor=actor, cut=Cut(limit=MOST_BATCHES, newest=True), entity_id=entity_id
        ).items
    ]
    newest = sorted(found, key=lambda batch: batch.id, reverse=True)
    batches = [_own(row) for row in batch_rows(db, newest)]
    view = OwnStampsView(
        batches=batches, left=sum(one.left for one in batches), may_request=bool(_owned(actor))
    )
    return show(request, "stamps/own.html", view)


@router.get("/new")
def new_request(request: Request, db: Db, actor: CurrentActor, product: str = "") -> Response:
    return _form(request, db, actor, Filled({"product_id": product}))


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
        return _form(request, db, actor, given)
    try:
        facts = given.model_dump()
        actions.request_batch(db, actor=actor, now=now, largest=largest, **facts)
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words))
    return go("/app/stamps", say=REQUESTED)


def _own(row: BatchRow) -> OwnBatch:
    counts = row.counts
    return OwnBatch(
        row=row,
        received=row.batch.handed_over,
        active=counts[State.ACTIVE],
        void=counts[State.VOID],
        left=counts[State.RECEIVED],
    )


def _owned(actor: Actor) -> list[int]:
    return [key for key, role in actor.memberships.items() if role is Belonging.OWNER]


def _form(request: Request, db: Db, actor: Actor, form: Filled) -> Response:
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
    view = RequestView(form=form, products=products)
    return show(request, "stamps/own_new.html", view, status=422 if form.wrong else 200)
