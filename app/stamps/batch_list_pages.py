"""The office's list of batches, with filters, orders and as a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import get_entity
from app.entities.queries import names_of as entity_names
from app.identity.access import CurrentActor
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import NEWEST, Cut, Page, Sorting, next_path, previous_path
from app.kit.web import Db, Edge, Words
from app.products.queries import get_product
from app.products.queries import names_of as product_names
from app.stamps import batch_queries
from app.stamps.models import Batch
from app.stamps.rules import BatchState, State
from app.stamps.standing import batch_label
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/batches", route_class=Edge, include_in_schema=False)

STATES = tuple((state.value, state.label) for state in BatchState)
SORTS = (
    (NEWEST, N_("Newest first")),
    ("entity", N_("By entity")),
    ("product", N_("By product")),
    ("quantity", N_("By quantity")),
)
HEADS = (
    ("batch", N_("Batch")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("state", N_("State")),
    ("budget_year", N_("Budget year")),
    ("decision_no", N_("Decision no.")),
    ("requested", N_("Requested")),
    ("granted", N_("Granted")),
    *((one.value, one.label) for one in State),
)


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
    previous: str | None
    states: tuple[tuple[str, str], ...]
    sorts: tuple[tuple[str, str], ...]
    wanted: Mapping[str, str]
    entity_id: int | None
    entity: str
    product_id: int | None
    product: str
    may_request: bool


@router.get("")
def batches(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Sorting,
    entity: str = "",
    product: str = "",
    state: str = "",
    year: str = "",
    decision: Annotated[str, Query(max_length=60)] = "",
    file: AsFile = None,
) -> Response:
    entity_id, product_id = typed_id(entity), typed_id(product)
    cut = replace(cut, sort=cut.sort or NEWEST)

    def read(part: Cut) -> Page[BatchRow]:
        found = batch_queries.list_batches(
            db,
            actor=actor,
            cut=part,
            entity_id=entity_id,
            product_id=product_id,
            state=state,
            year=typed_id(year),
            decision_no=decision.strip(),
        )
        return found.having(batch_rows(db, list(found.items)))

    if file is not None:
        return batches_file(file, every(read, cut), words)
    page = read(cut)
    view = BatchesView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        states=STATES,
        sorts=SORTS,
        wanted={"state": state, "year": year, "decision": decision, "sort": cut.sort},
        entity_id=entity_id,
        entity=get_entity(db, entity_id, actor=actor).name if entity_id else "",
        product_id=product_id,
        product=get_product(db, product_id, actor=actor).name if product_id else "",
        may_request=actor.officer,
    )
    return show(request, "stamps/list.html", view)


def batches_file(kind: FileKind, rows: Iterable[BatchRow], words: Translator) -> Response:
    cells = (_cells(row, words) for row in rows)
    title = N_("Stamp batches")
    return file_of(kind, name="batches", title=title, heads=HEADS, rows=cells, words=words)


def _cells(row: BatchRow, words: Translator) -> list[Cell]:
    batch = row.batch
    return [
        batch.id,
        row.entity,
        row.product,
        words.gettext(row.label),
        batch.budget_year,
        batch.decision_no,
        batch.requested,
        batch.granted,
        *(row.counts[one] for one in State),
    ]


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
            label=batch_label(batch),
            counts=counts[batch.id],
        )
        for batch in found
    ]
