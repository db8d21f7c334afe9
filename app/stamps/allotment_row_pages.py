"""Rows that come into a draft: products sought and added, and the whole of it as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.errors import DomainError, Invalid
from app.kit.exports import Cell, FileKind, file_of
from app.kit.forms import Filled, Form, Sent, refused
from app.kit.grid import Table
from app.kit.headings import find_header, read_rows
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.sheets import read_table
from app.kit.web import Db, Edge, Id, Now, Words, site
from app.stamps.access import LargestBatch
from app.stamps.allotment_actions import set_rows
from app.stamps.allotment_draft_pages import (
    NOTHING_SAID,
    Tried,
    attempt,
    draft_page,
    officers_draft,
    refused_page,
    version_of,
)
from app.stamps.allotment_models import Allotment
from app.stamps.allotment_queries import rows_of
from app.stamps.allotment_sheet import COLUMNS, HEADS, read_name, sheet_name, wanted_rows
from app.stamps.allotment_sheet_queries import MOST_OFFERS, Offer, catalogue_for, list_offers
from app.stamps.allotting import (
    MOST_ROWS,
    Given,
    RowsRefused,
    TooManyRows,
    Wanted,
    faults_of,
    read_quantity,
)
from app.stamps.allotting_queries import given_in, ground_for, with_wholes
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/allotments", route_class=Edge, include_in_schema=False)

ADDED = sayable(N_("The row was added."))
UPLOADED = sayable(N_("The plan now has the rows of the file."))


class NoFile(Invalid):
    """No file was chosen"""

    code = "stamps.allotment_no_file"
    detail = N_("Choose the .xlsx or .csv with the rows of the plan.")
    field = "file"


class OtherPlan(Invalid):
    """The file was taken from another plan"""

    code = "stamps.allotment_other_plan"
    detail = N_("It has the rows of plan {plan}. Upload it there, or take this plan's own file.")
    field = "file"

    def __init__(self, *, plan: str) -> None:
        self.plan = plan


@dataclass(frozen=True)
class AddView:
    """What may be added to a draft."""

    allotment: Allotment
    offers: list[Offer]
    text: str
    most: int
    form: Filled


@router.get("/{allotment_id}/add")
def offers(
    request: Request, db: Db, actor: CurrentActor, allotment_id: Id, q: str = ""
) -> Response:
    draft = officers_draft(db, actor, allotment_id)
    return _offers(request, db, draft, q, NOTHING_SAID)


@router.post("/{allotment_id}/add")
def add_row(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    largest: LargestBatch,
    allotment_id: Id,
) -> Response:
    draft = officers_draft(db, actor, allotment_id)

    def add() -> None:
        kept = [row.wanted(number) for number, row in enumerate(rows_of(db, draft.id), start=1)]
        fresh = Wanted(
            place=str(len(kept) + 1),
            product_id=typed_id(sent.text("product_id")) or 0,
            facility_id=typed_id(sent.text("facility_id")),
            request_id=typed_id(sent.text("request_id")),
            quantity=read_quantity(sent.text("quantity")),
        )
        facts = {"allotment_id": draft.id, "version": version_of(sent), "largest": largest}
        set_rows(db, actor=actor, now=now, rows=[*kept, fresh], **facts)

    error = attempt(db, add)
    if error is None:
        return go(f"/office/allotments/{draft.id}", say=ADDED)
    db.refresh(draft)
    return _offers(request, db, draft, sent.text("q"), refused(sent, error, words))


def _offers(request: Request, db: Session, draft: Allotment, text: str, form: Filled) -> Response:
    found = list_offers(db, draft, text.strip())
    view = AddView(draft, found, text.strip(), MOST_OFFERS, form)
    return show(request, "stamps/allotment_add.html", view, status=422 if form.wrong else 200)


def _table(sent: Form) -> Table | DomainError:
    """Read the file before a transaction is open: a large one takes seconds."""
    name, content = sent.files.get("file", ("", b""))
    if not content:
        return NoFile()
    try:
        return read_table(content, name=name)
    except DomainError as error:
        return error


Uploaded = Annotated[Table | DomainError, Depends(_table)]


@router.post("/{allotment_id}/upload")
def upload(
    request: Request,
    actor: CurrentActor,
    table: Uploaded,
    db: Db,
    now: Now,
    words: Words,
    sent: Form,
    largest: LargestBatch,
    allotment_id: Id,
) -> Response:
    draft = officers_draft(db, actor, allotment_id)

    def take() -> None:
        if isinstance(table, DomainError):
            raise table
        version = _version_of(table, draft, sent)
        rows = _rows(request, db, table, draft, largest)
        facts = {"allotment_id": draft.id, "version": version, "largest": largest}
        set_rows(db, actor=actor, now=now, rows=rows, **facts)

    error = attempt(db, take)
    if error is None:
        return go(f"/office/allotments/{draft.id}", say=UPLOADED)
    if isinstance(error, RowsRefused):
        tried = Tried(form=Filled(problem=error.title(words)), file_faults=error.faults)
        db.refresh(draft)
        return draft_page(request, db, actor, draft, day_of(now), tried)
    return refused_page(request, db, actor, draft, error, Sent({}, {}), words, day_of(now))


def _version_of(table: Table, draft: Allotment, sent: Sent) -> int:
    """Return the version a file was taken from; a sheet of another make has the page's."""
    named = read_name(table.sheet)
    if named is None:
        return version_of(sent)
    plan, version = named
    if plan != draft.id:
        raise OtherPlan(plan=str(plan))
    return version


def _rows(
    request: Request, db: Session, table: Table, draft: Allotment, largest: int
) -> list[Wanted]:
    """Return the rows of a file, or raise RowsRefused with all that is wrong with any of them."""
    languages = list(site(request).translators.values())
    header = find_header(table, COLUMNS, languages)
    read = list(read_rows(table, header, COLUMNS, languages))
    if len(read) > MOST_ROWS:
        raise TooManyRows
    rows, faults = wanted_rows(read, catalogue_for(db, read))
    if not faults:
        return rows
    ground = ground_for(db, rows, year=draft.year, largest=largest, allotment_id=draft.id)
    raise RowsRefused(sorted([*faults, *faults_of(rows, ground)], key=lambda one: int(one.place)))


def rows_file(kind: FileKind, db: Session, found: Allotment, words: Translator) -> Response:
    """Return the rows of an allotment as a file, which a draft takes back."""
    last = with_wholes(given_in(db, found.year - 1))

    def lines() -> Iterator[list[Cell]]:
        for row in rows_of(db, found.id):
            kept = row.row
            figures = last.get((kept.product_id, kept.facility_id), Given())
            yield [
                kept.product_id,
                row.gtin,
                row.entity,
                row.product,
                row.facility,
                figures.granted,
                figures.activated,
                figures.left,
                kept.quantity,
                kept.batch_id,
                kept.note,
            ]

    name, title = f"allotment-{found.id}", sheet_name(found.id, found.version)
    return file_of(kind, name=name, title=title, heads=HEADS, rows=lines(), words=words)
