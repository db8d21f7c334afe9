"""The producer's own inspections on the phone: results, measures, and the answer to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.documents.file_access import file_answer
from app.documents.models import Document
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Note, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight.inspection_access import SentPhoto
from app.oversight.inspection_file_pages import inspections_file
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_own_queries import get_paper, list_open_measures, list_papers
from app.oversight.inspection_queries import get_inspection, list_own_inspections
from app.oversight.inspection_row_queries import InspectionRow, inspection_rows
from app.oversight.inspection_view_queries import FoundOut, questions_for, told_findings
from app.oversight.inspections import Cause
from app.oversight.measure_actions import answer_measure
from app.oversight.measure_queries import get_measure, measures_of
from app.oversight.measure_row_queries import MeasureRow, measure_rows
from app.oversight.rules import MAX_TEXT, FindingOutcome

router = APIRouter(prefix="/app/inspections", route_class=Edge, include_in_schema=False)

ANSWERED = sayable(N_("Sent. The Department looks at it and confirms."))


class AnswerIn(In):
    text: Annotated[Note, Field(max_length=MAX_TEXT)] = ""


@dataclass(frozen=True)
class OwnRow:
    """An own inspection as the list shows it."""

    one: Inspection
    open: int

    @property
    def outcome(self) -> FindingOutcome:
        return FindingOutcome(self.one.outcome)

    @property
    def cause(self) -> Cause:
        return Cause(self.one.cause)


@dataclass(frozen=True)
class OwnInspectionsView:
    """Own signed inspections, the last first, and what is to be done after them."""

    rows: Sequence[OwnRow]
    next: str | None
    previous: str | None
    due: Sequence[MeasureRow]


@dataclass(frozen=True)
class OwnInspectionView:
    """One own inspection: its result, what was found and what is to be done."""

    row: OwnRow
    findings: Sequence[FoundOut]
    measures: Sequence[MeasureRow]
    papers: Sequence[Document]
    may_answer: bool
    answering: int
    form: Filled


@router.get("")
def own_inspections(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
) -> Response:
    def read(part: Cut) -> Page[InspectionRow]:
        found = list_own_inspections(db, actor=actor, cut=part)
        return found.having(inspection_rows(db, found.items, words))

    if file:
        return inspections_file(file, every(read, cut), words)
    page = list_own_inspections(db, actor=actor, cut=cut)
    measures = measures_of(db, [one.id for one in page.items])
    rows = [
        OwnRow(one, sum(each.done_on is None for each in measures[one.id])) for one in page.items
    ]
    view = OwnInspectionsView(
        rows,
        next_path(request, page),
        previous_path(request, page),
        measure_rows(db, list_open_measures(db, actor=actor), today=day_of(now)),
    )
    return show(request, "oversight/own_inspections.html", view)


@router.get("/{inspection_id}")
def own_inspection(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, inspection_id: Id
) -> Response:
    found = get_inspection(db, inspection_id, actor=actor)
    return _one(request, db, actor, now, words, found)


@router.get("/{inspection_id}/documents/{paper_document_id}")
def own_paper(
    db: Db, actor: CurrentActor, files: Store, inspection_id: Id, paper_document_id: Id
) -> Response:
    """Return a paper of a signed inspection to whom it was of."""
    found = get_inspection(db, inspection_id, actor=actor)
    return file_answer(get_paper(db, found, paper_document_id), files)


@router.post("/measures/{measure_id}")
def answer(
    request: Request,
    stored: SentPhoto,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    measure_id: Id,
) -> Response:
    """Say that a measure is done, in words, with a photo, or both."""
    measure = get_measure(db, measure_id, actor=actor)
    given = read_form(AnswerIn, sent, words)
    wrong = given if isinstance(given, Filled) else None
    try:
        with db.begin_nested():
            if stored.refusal is not None:
                raise stored.refusal
            if isinstance(given, AnswerIn):
                answer_measure(
                    db,
                    actor=actor,
                    now=now,
                    measure_id=measure.id,
                    text=given.text,
                    photo=stored.photo,
                )
    except (Conflict, Invalid) as error:
        wrong = refused(sent, error, words)
    if wrong is None:
        return go(f"/app/inspections/{measure.inspection_id}", say=ANSWERED)
    found = get_inspection(db, measure.inspection_id, actor=actor)
    return _one(request, db, actor, now, words, found, measure.id, wrong)


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    found: Inspection,
    answering: int = 0,
    form: Filled | None = None,
) -> Response:
    measures = measures_of(db, [found.id])[found.id]
    view = OwnInspectionView(
        row=OwnRow(found, sum(one.done_on is None for one in measures)),
        findings=told_findings(db, found, questions_for(db, found)[1], words),
        measures=measure_rows(db, measures, today=day_of(now)),
        papers=list_papers(db, found),
        may_answer=found.entity_id in actor.memberships,
        answering=answering,
        form=form or Filled(),
    )
    return show(request, "oversight/own_inspection.html", view, status=422 if form else 200)
