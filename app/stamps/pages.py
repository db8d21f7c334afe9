"""The office's pages of batches: the list, a request on behalf, one batch and its steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.entities.queries import names_of as entity_names
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.text import fold
from app.kit.web import Db, Id, Now, Words, translator
from app.products.queries import list_products
from app.stamps import actions, batch_queries
from app.stamps.access import LargestBatch, StampKeys
from app.stamps.api import ApprovalIn, BatchIn, HandoverIn, IssueIn, RefusalIn
from app.stamps.batch_list_pages import BatchRow, batch_rows
from app.stamps.file_pages import events_file
from app.stamps.handover_queries import list_handovers
from app.stamps.ledger_models import Handover, SpanOrder, StampPolicy
from app.stamps.models import Batch
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.order_queries import list_orders
from app.stamps.policy_queries import get_policy
from app.stamps.reconciliation_queries import Books, read_books
from app.stamps.rules import BatchState, State
from app.stamps.timeline import Event
from app.stamps.timeline_queries import timeline

router = APIRouter(prefix="/office/batches", route_class=OnceRoute, include_in_schema=False)

REQUESTED = sayable(N_("The stamps were requested."))
APPROVED = sayable(N_("The batch was approved. Now issue its stamps."))
REFUSED = sayable(N_("The batch was refused."))
ISSUED = sayable(N_("The stamps were issued. Now print them."))
HANDED_OVER = sayable(N_("The handover was recorded."))
MOST_PRODUCTS = 1000


@dataclass(frozen=True)
class RequestView:
    """The form that asks for stamps."""

    form: Filled
    products: list[tuple[int, str]]


@dataclass(frozen=True)
class BatchView:
    """One batch: where it stands, what happened, and the next step."""

    row: BatchRow
    books: Books
    page: Page[Event]
    next: str | None
    previous: str | None
    form: Filled
    officer: bool
    left: int
    unconfirmed: list[Handover]
    orders: list[SpanOrder]
    me: int | None
    policy: StampPolicy


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
        with db.begin_nested():
            facts = given.model_dump()
            batch = actions.request_batch(db, actor=actor, now=now, largest=largest, **facts)
    except (Conflict, Invalid) as error:
        return _request_form(request, db, actor, refused(sent, error, words))
    return go(f"/office/batches/{batch.id}", say=REQUESTED)


@router.get("/{batch_id}")
def batch(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    batch_id: Id,
    file: AsFile = None,
) -> Response:
    if file:
        found = batch_queries.get_batch(db, batch_id, actor=actor)
        events = every(
            lambda part: timeline(db, actor=actor, batch=found, cut=part, words=words), cut
        )
        return events_file(file, events, words, batch_id=batch_id)
    return one_batch(request, db, actor, now, batch_id, Filled(), cut)


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
            return one_batch(request, db, actor, now, batch_id, given)
        facts = given.model_dump() | ({"keyring": keyring} if step.keyed else {})
        try:
            step.act(db, actor=actor, now=now, batch_id=batch_id, **facts)
        except ChangedMeanwhile:
            raise
        except (Conflict, Invalid) as error:
            return one_batch(request, db, actor, now, batch_id, refused(sent, error, words))
        return go(f"/office/batches/{batch_id}", say=step.said)

    return take


for _step in STEPS:
    router.add_api_route(f"/{{batch_id}}/{_step.name}", _route(_step), methods=["POST"])


def one_batch(
    request: Request,
    db: Db,
    actor: Actor,
    now: datetime,
    batch_id: int,
    form: Filled,
    cut: Cut | None = None,
) -> Response:
    """Return the page of a batch; steps that are refused come back to it with their form."""
    found = batch_queries.get_batch(db, batch_id, actor=actor)
    (row,) = batch_rows(db, [found])
    words = translator(request)
    page = timeline(db, actor=actor, batch=found, cut=cut or Cut(), words=words)
    left = row.counts[State.ISSUED]
    if not form.wrong:
        form = Filled(_suggested(found, left))
    handovers = list_handovers(db, actor=actor, batch_ids=[found.id])
    view = BatchView(
        row=row,
        books=read_books(db, actor=actor, now=now, batch_id=found.id),
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        form=form,
        officer=actor.officer,
        left=left,
        unconfirmed=[one for one in handovers if one.received_at is None],
        orders=list_orders(db, actor=actor, batch_id=found.id, waiting=True),
        me=actor.account_id,
        policy=get_policy(db),
    )
    return show(request, "stamps/one.html", view, status=422 if form.wrong else 200)


def _suggested(batch: Batch, left: int) -> dict[str, str]:
    """Return what the form of the next step most likely says."""
    if batch.state == BatchState.REQUESTED:
        year = day_of(batch.requested_at).year
        return {"quantity": str(batch.requested), "budget_year": str(year)}
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
