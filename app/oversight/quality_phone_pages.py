"""The producer's own quality tests: what was found, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.documents.models import Document
from app.documents.queries import documents_of
from app.identity.access import CurrentActor
from app.kit.exports import AsFile, every
from app.kit.pages import show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight.following_queries import Following, following_of
from app.oversight.quality_file_pages import tests_file
from app.oversight.quality_queries import (
    SampleFilter,
    SampleRow,
    find_lift,
    get_test,
    list_tests,
    sample_rows,
)

router = APIRouter(prefix="/app/tests", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class OwnTestsView:
    """A page of own tests, the last recorded first; perhaps of one lot."""

    rows: Sequence[SampleRow]
    next: str | None
    previous: str | None
    lot: int


@dataclass(frozen=True)
class OwnTestView:
    """An own test with what follows from it and the laboratory's report."""

    row: SampleRow
    following: Following
    lifted: str
    documents: list[Document]


@router.get("")
def own_tests(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    lot: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    wanted = SampleFilter(lot_id=lot or None, own=True)

    def read(part: Cut) -> Page[SampleRow]:
        page = list_tests(db, actor=actor, cut=part, wanted=wanted)
        return page.having(sample_rows(db, page.items))

    if file:
        return tests_file(file, every(read, cut), words)
    page = read(cut)
    view = OwnTestsView(page.items, next_path(request, page), previous_path(request, page), lot)
    return show(request, "oversight/own_tests.html", view)


@router.get("/{test_id}")
def own_test(request: Request, db: Db, actor: CurrentActor, now: Now, test_id: Id) -> Response:
    found = get_test(db, test_id, actor=actor)
    lift = find_lift(db, found)
    papers = documents_of(db, "test", [found.id])[found.id]
    view = OwnTestView(
        row=sample_rows(db, [found])[0],
        following=following_of(db, found, now=now),
        lifted=lift.reason if lift else "",
        documents=[one for one in papers if one.withdrawn_at is None],
    )
    return show(request, "oversight/own_test.html", view)
