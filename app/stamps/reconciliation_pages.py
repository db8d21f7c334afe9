"""The office's pages of reconciliation: one batch counted, and all batches of an entity."""

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import get_entity
from app.entities.queries import names_of as entity_names
from app.identity.access import CurrentActor
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, Cell, every, file_of
from app.kit.forms import Filled, Form, In, Note, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.queries import names_of as product_names
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.reconciliation_actions import LinesOpen, reconcile
from app.stamps.reconciliation_queries import Books, list_books, read_books
from app.stamps.reconciling import COUNTED, LABELS, Figures, Line, lines_of
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office", route_class=Edge, include_in_schema=False)

SETTLED = sayable(N_("The batch is reconciled."))
KEPT = sayable(N_("The count was kept. The batch is not settled yet."))
Count = Annotated[int, Field(ge=0, le=2**62)]
Why = Annotated[Note, Field(max_length=2000)]
# What a list and its file say of each batch.
TOLD: Final = (
    "granted", "spoiled", "withdrawn", "waiting", "handed_over", "active", "void", "lost",
    "returned", "on_hand", "lapsed",
)  # fmt: skip
HEADS: Final = (
    ("batch", N_("Batch")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("year", N_("Year")),
    *((name, LABELS[name]) for name in TOLD),
    ("settled", N_("Reconciled on")),
)


class CountForm(In):
    """What was counted, and why it differs from the ledger."""

    movement_id: Annotated[int, Field(ge=0, le=2**62)]
    settle: bool = False
    printed: Count | None = None
    spoiled: Count | None = None
    waiting: Count | None = None
    handed_over: Count | None = None
    on_hand: Count | None = None
    returned: Count | None = None
    printed_reason: Why = ""
    spoiled_reason: Why = ""
    waiting_reason: Why = ""
    handed_over_reason: Why = ""
    on_hand_reason: Why = ""
    returned_reason: Why = ""

    def counts(self) -> dict[str, int | None]:
        return {name: getattr(self, name) for name in COUNTED}

    def reasons(self) -> dict[str, str]:
        return {name: getattr(self, f"{name}_reason") for name in COUNTED}


@dataclass(frozen=True)
class ReconcileView:
    """A batch's sums, and the form of what was counted."""

    books: Books
    lines: list[Line]
    form: Filled
    product: str
    entity: str


@dataclass(frozen=True)
class BooksRow:
    """A batch in the list: its sums, whose, and when it was reconciled."""

    books: Books
    product: str
    entity: str


@dataclass(frozen=True)
class BooksView:
    """Batches with their sums, and the sums of the page."""

    page: Page[BooksRow]
    next: str | None
    previous: str | None
    total: Figures
    entity_id: int | None
    entity: str
    year: int | None
    heads: list[tuple[str, str]]


@router.get("/reconciliation")
def reconciliation(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: NewestFirst,
    entity: str = "",
    year: str = "",
    file: AsFile = None,
) -> Response:
    entity_id, chosen = typed_id(entity), typed_id(year)

    def read(part: Cut) -> Page[BooksRow]:
        found = list_books(db, actor=actor, now=now, cut=part, entity_id=entity_id, year=chosen)
        return found.having(_rows(db, list(found.items)))

    if file is not None:
        cells = (_cells(row) for row in every(read, cut))
        title = N_("Reconciliation of stamps")
        return file_of(
            file, name="reconciliation", title=title, heads=HEADS, rows=cells, words=words
        )
    page = read(cut)
    view = BooksView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        total=reduce(add, (one.books.figures for one in page.items), Figures()),
        entity_id=entity_id,
        entity=get_entity(db, entity_id, actor=actor).name if entity_id else "",
        year=chosen,
        heads=[(name, LABELS[name]) for name in TOLD],
    )
    return show(request, "stamps/books.html", view)


@router.get("/batches/{batch_id}/reconcile")
def count(request: Request, db: Db, actor: CurrentActor, now: Now, batch_id: Id) -> Response:
    books = read_books(db, actor=actor, now=now, batch_id=batch_id)
    actor.require_officer()
    return _form(request, db, books, _suggested(books))


@router.post("/batches/{batch_id}/reconcile")
def keep_count(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    batch_id: Id,
) -> Response:
    books = read_books(db, actor=actor, now=now, batch_id=batch_id)
    actor.require_officer()
    given = read_form(CountForm, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, books, given)
    try:
        with db.begin_nested():
            reconcile(
                db,
                actor=actor,
                now=now,
                batch_id=batch_id,
                movement_id=given.movement_id,
                counts=given.counts(),
                reasons=given.reasons(),
                settle=given.settle,
            )
    except ChangedMeanwhile:
        raise
    except LinesOpen as error:
        return _form(request, db, books, Filled(sent.fields, error.reasons(words)))
    except (Conflict, Invalid) as error:
        return _form(request, db, books, refused(sent, error, words))
    return go(f"/office/batches/{batch_id}", say=SETTLED if given.settle else KEPT)


def _suggested(books: Books) -> Filled:
    """Fill in what is known: what the receivers counted, else nothing; counting is for people."""
    last = {line["name"]: line for line in books.last.lines} if books.last else {}
    values = {f"{name}_reason": last[name]["reason"] for name in COUNTED if name in last}
    if books.received is not None and books.figures.handed_over:
        values["handed_over"] = str(books.received)
    return Filled(values)


def _form(request: Request, db: Session, books: Books, form: Filled) -> Response:
    batch = books.batch
    view = ReconcileView(
        books=books,
        lines=lines_of(books.figures, {}, {}),
        form=form,
        product=product_names(db, [batch.product_id])[batch.product_id],
        entity=entity_names(db, [batch.entity_id])[batch.entity_id],
    )
    return show(request, "stamps/reconcile.html", view, status=422 if form.wrong else 200)


def _rows(db: Session, books: list[Books]) -> list[BooksRow]:
    products = product_names(db, [one.batch.product_id for one in books])
    entities = entity_names(db, [one.batch.entity_id for one in books])
    return [
        BooksRow(one, products[one.batch.product_id], entities[one.batch.entity_id])
        for one in books
    ]


def _cells(row: BooksRow) -> list[Cell]:
    batch, last = row.books.batch, row.books.last
    figures: list[Cell] = [getattr(row.books.figures, name) for name in TOLD]
    settled = last.at if last is not None and row.books.settled else None
    return [batch.id, row.entity, row.product, batch.budget_year, *figures, settled]
