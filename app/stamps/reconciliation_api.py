from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import Flag, In, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now
from app.stamps.ledger_models import Reconciliation
from app.stamps.reconciliation_actions import reconcile
from app.stamps.reconciliation_queries import (
    Books,
    list_books,
    list_reconciliations,
    read_books,
)
from app.stamps.reconciling import kept_lines

router = APIRouter(prefix="/api/v1", tags=["stamps"], route_class=ApiRoute)

Count = Annotated[int, Field(ge=0, le=2**62)]
Why = Annotated[Note, Field(max_length=2000)]
RecordId = Annotated[int | None, Query(ge=1, le=2**62)]


class CountsIn(In):
    """What was counted of a batch; what is left out was not counted."""

    printed: Count | None = None
    spoiled: Count | None = None
    waiting: Count | None = None
    handed_over: Count | None = None
    on_hand: Count | None = None
    returned: Count | None = None


class ReasonsIn(In):
    """Why a count differs from the ledger."""

    printed: Why = ""
    spoiled: Why = ""
    waiting: Why = ""
    handed_over: Why = ""
    on_hand: Why = ""
    returned: Why = ""


class ReconciliationIn(In):
    """Counts made against the ledger as of a movement; `settle` needs all of them."""

    movement_id: Annotated[int, Field(ge=0, le=2**62)]
    counts: CountsIn
    reasons: ReasonsIn = ReasonsIn()
    settle: Flag = True


class FiguresOut(Out):
    """Where all stamps of a batch are, by its ledger."""

    granted: int
    spoiled: int
    withdrawn: int
    waiting: int
    handed_over: int
    active: int
    void: int
    lost: int
    returned: int
    on_hand: int
    lapsed: int


class BooksOut(Out):
    """A batch's ledger as it is to be reconciled."""

    batch_id: int
    entity_id: int
    product_id: int
    movement_id: int
    figures: FiguresOut
    received: int | None
    settled: bool
    stale: bool


class LineOut(Out):
    """A figure of the ledger, what was counted, and why they differ."""

    name: str
    ledger: int
    counted: int | None
    difference: int
    reason: str


class ReconciliationOut(Out):
    """A reconciliation as it was kept."""

    id: int
    batch_id: int
    at: datetime
    by: str
    movement_id: int
    lines: list[LineOut]
    settled: bool


def _books(books: Books) -> BooksOut:
    return BooksOut(
        batch_id=books.batch.id,
        entity_id=books.batch.entity_id,
        product_id=books.batch.product_id,
        movement_id=books.movement_id,
        figures=FiguresOut.model_validate(books.figures),
        received=books.received,
        settled=books.settled,
        stale=books.stale,
    )


def _kept(one: Reconciliation) -> ReconciliationOut:
    return ReconciliationOut(
        id=one.id,
        batch_id=one.batch_id,
        at=one.at,
        by=one.actor_label,
        movement_id=one.movement_id,
        lines=[LineOut.model_validate(line) for line in kept_lines(one.lines)],
        settled=one.settled,
    )


@router.get("/batches/{batch_id}/books")
def books(batch_id: Id, db: Db, actor: CurrentActor, now: Now) -> BooksOut:
    """Return the sums of a batch's ledger, and the last movement they include."""
    return _books(read_books(db, actor=actor, now=now, batch_id=batch_id))


@router.get("/books")
def all_books(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Cutting,
    entity_id: RecordId = None,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
) -> Listed[BooksOut]:
    """Return the sums of all issued batches the caller sees, of one entity or budget year."""
    page = list_books(db, actor=actor, now=now, cut=cut, entity_id=entity_id, year=year)
    return listed(request, page, _books)


@router.get("/batches/{batch_id}/reconciliations")
def reconciliations(batch_id: Id, db: Db, actor: CurrentActor) -> list[ReconciliationOut]:
    """Return the reconciliations of a batch, oldest first."""
    return [_kept(one) for one in list_reconciliations(db, actor=actor, batch_id=batch_id)]


@router.post("/batches/{batch_id}/reconciliations", status_code=201)
def add_reconciliation(
    batch_id: Id, given: ReconciliationIn, db: Db, actor: CurrentActor, now: Now
) -> ReconciliationOut:
    """Keep what was counted of a batch. Refused where stamps moved since. Officers only."""
    made = reconcile(
        db,
        actor=actor,
        now=now,
        batch_id=batch_id,
        movement_id=given.movement_id,
        counts=given.counts.model_dump(),
        reasons=given.reasons.model_dump(),
        settle=given.settle,
    )
    return _kept(made)
