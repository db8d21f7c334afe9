"""The office's pages of batches: the list, a request on behalf, one batch and its steps."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import get_entity
from app.entities.queries import names_of as entity_names
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, NewestFirst, Page, next_path
from app.kit.text import fold
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.queries import get_product, list_products
from app.products.queries import names_of as product_names
from app.stamps import actions, batch_queries
from app.stamps.access import LargestBatch, StampKeys
from app.stamps.api import ApprovalIn, BatchIn, HandoverIn, IssueIn, RefusalIn
from app.stamps.models import Batch
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.rules import BatchState, State
from app.stamps.timeline_queries import Event, timeline
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/batches", route_class=Edge, include_in_schema=False)

REQUESTED = sayable(N_("The stamps were requested."))
APPROVED = sayable(N_("The batch was approved. Now issue its stamps."))
REFUSED = sayable(N_("The batch was refused."))
ISSUED = sayable(N_("The stamps were issued. Now print them."))
HANDED_OVER = sayable(N_("The handover was recorded."))
STATES = tuple((state.value, state.label) for state in BatchState)
MOST_PRODUCTS = 1000
USUAL = (State.ISSUED, State.RECEIVED, State.ACTIVE, State.VOID)


@dataclass(frozen=True)
class BatchRow:
    """A batch in the list."""

    batch: Batch
    product: str
    entity: str
    label: str
    counts: dict[State, int]


@dataclass(frozen=True)
class BatchesView:
    """A page of the list of batches."""

    page: Page[BatchRow]
    next: str | None
    states: tuple[tuple[str, str], ...]
    state: str
    entity_id: int | None
    entity: str
    product_id: int | None
    product: str
    may_request: bool


@dataclass(frozen=True)
class RequestView:
    """The form that asks for stamps."""

    form: Filled
    products: list[tuple[int, str]]


@dataclass(frozen=True)
class BatchView:
    """One batch: where it stands, what happened, and the next step."""

    row: BatchRow
    shares: list[tuple[str, int]]
    events: list[Event]
    next: str | None
    form: Filled
    officer: bool
    left: int


@router.get("")
def batches(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: NewestFirst,
    entity: str = "",
    product: str = "",
    state: str = "",
) -> Response:
    entity_id, product_id = typed_id(entity), typed_id(product)
    page = batch_queries.list_batches(
        db, actor=actor, cut=cut, entity_id=entity_id, product_id=product_id, state=state
    )
    rows = Page(batch_rows(db, list(page.items)), page.after)
    view = BatchesView(
        page=rows,
        next=next_path(request, page),
        states=STATES,
        state=state,
        entity_id=entity_id,
        entity=get_entity(db, entity_id, actor=actor).name if entity_id else "",
        product_id=product_id,
        product=get_product(db, product_id, actor=actor).name if product_id else "",
        may_request=actor.officer,
    )
    return show(request, "stamps/list.html", view)


@router.get("/new")
def new_batch(request: Request, db: Db, actor: CurrentActor, product: str = "") -> Response:
    actor.require_officer()
    return _request_form(request, db, actor, Filled({"product_id": product}))


@router.post("/new")
def request_batch(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    largest: LargestBatch,
) -> Response:
    actor.require_officer()
    given = read_form(BatchIn, sent, words)
    if isinstance(given, Filled):
        return _request_form(request, db, actor, given)
    try:
        facts = given.model_dump()
        batch = actions.request_batch(db, actor=actor, now=now, largest=largest, **facts)
    except (Conflict, Invalid) as error:
        return _request_form(request, db, actor, refused(sent, error, words))
    return go(f"/office/batches/{batch.id}", say=REQUESTED)


@router.get("/{batch_id}")
def batch(request: Request, db: Db, actor: CurrentActor, cut: Cutting, batch_id: Id) -> Response:
    return _one(request, db, actor, batch_id, Filled(), cut)


@dataclass(frozen=True)
class Step:
    """A form on a batch's page that takes the batch on: its fields, and the action it ends in."""

    name: str
    model: type[BaseModel]
    act: Callable[..., Batch]
    said: str
    keyed: bool = False


STEPS = (
    Step("approve", ApprovalIn, actions.approve_batch, APPROVED),
    Step("refuse", RefusalIn, actions.refuse_batch, REFUSED),
    Step("issue", IssueIn, actions.issue_batch, ISSUED, keyed=True),
    Step("handover", HandoverIn, actions.hand_over, HANDED_OVER),
)


def _route(step: Step) -> Callable[..., Response]:
    def take(
        request: Request,
        db: Db,
        actor: CurrentActor,
        now: Now,
        words: Words,
        sent: Form,
        keyring: StampKeys,
        batch_id: Id,
    ) -> Response:
        batch_queries.get_batch(db, batch_id, actor=actor)
        actor.require_officer()
        given = read_form(step.model, sent, words)
        if isinstance(given, Filled):
            return _one(request, db, actor, batch_id, given)
        facts = given.model_dump() | ({"keyring": keyring} if step.keyed else {})
        try:
            step.act(db, actor=actor, now=now, batch_id=batch_id, **facts)
        except ChangedMeanwhile:
            raise
        except (Conflict, Invalid) as error:
            return _one(request, db, actor, batch_id, refused(sent, error, words))
        return go(f"/office/batches/{batch_id}", say=step.said)

    return take


for _step in STEPS:
    router.add_api_route(f"/{{batch_id}}/{_step.name}", _route(_step), methods=["POST"])


def batch_rows(db: Session, found: list[Batch]) -> list[BatchRow]:
    """Return batches with the names and counts that lists show, in three queries."""
    products = product_names(db, [batch.product_id for batch in found])
    entities = entity_names(db, [batch.entity_id for batch in found])
    counts = batch_queries.counts_of(db, [batch.id for batch in found])
    return [
        BatchRow(
            batch=batch,
            product=products[batch.product_id],
            entity=entities[batch.entity_id],
            label=BatchState(batch.state).label,
            counts=counts[batch.id],
        )
        for batch in found
    ]


def _one(
    request: Request, db: Db, actor: Actor, batch_id: int, form: Filled, cut: Cut | None = None
) -> Response:
    found = batch_queries.get_batch(db, batch_id, actor=actor)
    (row,) = batch_rows(db, [found])
    happened = timeline(db, actor=actor, batch=found, cut=cut or Cut())
    left = row.counts[State.ISSUED]
    if not form.wrong:
        form = Filled(_suggested(found, left))
    view = BatchView(
        row=row,
        shares=[(one.label, row.counts[one]) for one in State if row.counts[one] or one in USUAL],
        events=happened.events,
        next=next_path(request, happened.page),
        form=form,
        officer=actor.officer,
        left=left,
    )
    return show(request, "stamps/one.html", view, status=422 if form.wrong else 200)


def _suggested(batch: Batch, left: int) -> dict[str, str]:
    """Return what the form of the next step most likely says."""
    if batch.state == BatchState.REQUESTED:
        return {"quantity": str(batch.requested), "budget_year": str(batch.requested_at.year)}
    return {"quantity": str(left)}


def _request_form(request: Request, db: Db, actor: Actor, form: Filled) -> Response:
    page = list_products(db, actor=actor, cut=Cut(limit=MOST_PRODUCTS), status="active")
    makers = entity_names(db, [product.entity_id for product in page.items])
    products = sorted(
        ((product.id, f"{product.name} ({makers[product.entity_id]})") for product in page.items),
        key=lambda choice: fold(choice[1]),
    )
    view = RequestView(form=form, products=products)
    return show(request, "stamps/new.html", view, status=422 if form.wrong else 200)
