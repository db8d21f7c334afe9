"""The officers' queue of reports from the public."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Line, Note, Sent
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.saving import as_of, overtaken, submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight import triage_actions
from app.oversight.access import Trace, Tracing
from app.oversight.file_pages import photo_answer, reports_file
from app.oversight.models import Report
from app.oversight.queries import ReportFilter, get_report, list_reports
from app.oversight.report_actions import is_address
from app.oversight.row_queries import Names, ReportRow, names_of, report_rows
from app.oversight.rules import (
    CODE_CHARS,
    MAX_TEXT,
    About,
    ReportOutcome,
    ReportState,
    Trouble,
    grouped_reference,
)
from app.oversight.terms import OVERSIGHT_TERMS
from app.oversight.told import RecordId

router = APIRouter(prefix="/office/reports", route_class=Edge, include_in_schema=False)

TAKEN = sayable(N_("You look into this report now."))
LINKED = sayable(N_("The report is linked."))
CLOSED = sayable(N_("The report is closed; its reporter reads the answer now."))
REOPENED = sayable(N_("The report is open again."))
OPEN = "open"


class Seen(In):
    """As of when the form was shown."""

    seen: datetime | None = None


class LinkIn(Seen):
    """What a report is about: the first of these that is given decides."""

    code: Annotated[Line, Field(max_length=CODE_CHARS)] = ""
    lot_id: RecordId | None = None
    product_id: RecordId | None = None
    entity_id: RecordId | None = None


class CloseIn(Seen):
    """How a report ended: an answer for its reporter, a reason for the Department."""

    outcome: ReportOutcome
    answer: Annotated[Note, Field(max_length=MAX_TEXT)]
    reason: Annotated[Note, Field(max_length=MAX_TEXT)]


class ReopenIn(Seen):
    reason: Annotated[Note, Field(max_length=MAX_TEXT)]


@dataclass(frozen=True)
class ReportsView:
    """A page of the queue."""

    rows: Sequence[ReportRow]
    next: str | None
    previous: str | None
    states: list[tuple[str, str]]
    troubles: list[Trouble]
    abouts: list[About]
    state: str
    trouble: str
    about: str
    text: str
    mine: bool
    entity: tuple[int, str] | None


@dataclass(frozen=True)
class ReportView:
    """One report, with the forms to work on it; `act` names the one that came back wrong."""

    report: Report
    reference: str
    state: ReportState
    about: About
    trouble: Trouble
    outcome: str
    names: Names
    address: bool
    happened: list[Happened]
    outcomes: list[tuple[str, str]]
    may_act: bool
    own: bool
    act: str
    form: Filled
    blank: Filled


@router.get("")
def reports(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    state: str = OPEN,
    trouble: str = "",
    about: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    entity: Annotated[int, Query(ge=0, le=2**62)] = 0,
    mine: str = "",
) -> Response:
    wanted = ReportFilter(
        state=ReportState(state) if state in set(ReportState) else None,
        open=state == OPEN,
        trouble=Trouble(trouble) if trouble in set(Trouble) else None,
        about=About(about) if about in set(About) else None,
        entity_id=entity or None,
        text=q,
        mine=bool(mine),
    )

    def read(part: Cut) -> Page[ReportRow]:
        page = list_reports(db, actor=actor, cut=part, wanted=wanted)
        return page.having(report_rows(db, page.items))

    if file:
        return reports_file(file, every(read, cut), words)
    page = read(cut)
    view = ReportsView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        states=[(OPEN, N_("Not closed")), *((one.value, one.label) for one in ReportState)],
        troubles=list(Trouble),
        abouts=list(About),
        state=state,
        trouble=trouble,
        about=about,
        text=q,
        mine=bool(mine),
        entity=(entity, names_of(db, entity_id=entity).entity) if entity else None,
    )
    return show(request, "oversight/reports.html", view)


@router.get("/{report_id}")
def report(request: Request, db: Db, actor: CurrentActor, words: Words, report_id: Id) -> Response:
    return _one(request, db, actor, words, get_report(db, report_id, actor=actor))


@router.get("/{report_id}/photo")
def photo(db: Db, actor: CurrentActor, files: Store, report_id: Id, small: str = "") -> Response:
    """Return a report's photo to the Department, and to nobody else."""
    return photo_answer(files, get_report(db, report_id, actor=actor).photo, small=bool(small))


@dataclass(frozen=True)
class Asked:
    """An act on a report, as an officer's form asks for it."""

    request: Request
    db: Session
    actor: Actor
    now: datetime
    words: Translator
    trace: Tracing
    sent: Sent
    report: Report

    def do(self, name: str, model: type[Seen], act: Callable[..., Report], say: str) -> Response:
        """Carry it out, or show the page with the form as it was filled in."""

        def save(given: Seen) -> None:
            facts = given.model_dump()
            act(self.db, actor=self.actor, now=self.now, report_id=self.report.id, **facts)

        stale = overtaken(self.sent, self.words, lambda: self.report.changed_at)
        wrong = submit(self.db, model, self.sent, self.words, save, stale=stale)
        if wrong is not None:
            return _one(self.request, self.db, self.actor, self.words, self.report, name, wrong)
        return go(f"/office/reports/{self.report.id}", say=say)


def _asked(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    trace: Trace,
    sent: Form,
    report_id: Id,
) -> Asked:
    actor.require_officer()
    found = get_report(db, report_id, actor=actor)
    return Asked(request, db, actor, now, words, trace, sent, found)


@router.post("/{report_id}/take")
def take_report(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("take", Seen, triage_actions.take_report, TAKEN)


@router.post("/{report_id}/link")
def link_report(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    def link(db: Session, *, code: str, **named: Any) -> Report:  # noqa: ANN401 - fields of LinkIn
        traced = asked.trace(db, code) if code else None
        return triage_actions.link_report(db, traced=traced, **named)

    return asked.do("link", LinkIn, link, LINKED)


@router.post("/{report_id}/close")
def close_report(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("close", CloseIn, triage_actions.close_report, CLOSED)


@router.post("/{report_id}/reopen")
def reopen_report(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("reopen", ReopenIn, triage_actions.reopen_report, REOPENED)


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    found: Report,
    act: str = "",
    form: Filled | None = None,
) -> Response:
    events = list_events(db, cut=Cut(), subject_kind="report", subject_id=found.id)
    view = ReportView(
        report=found,
        reference=grouped_reference(found.reference),
        state=ReportState(found.state),
        about=About(found.about),
        trouble=Trouble(found.trouble),
        outcome=ReportOutcome(found.outcome).label if found.outcome else "",
        names=names_of(
            db, entity_id=found.entity_id, product_id=found.product_id, lot_id=found.lot_id
        ),
        address=found.about == About.SHOP and is_address(found.subject),
        happened=[tell(event, OVERSIGHT_TERMS, words) for event in events.items],
        outcomes=[(one.value, words.gettext(one.label)) for one in ReportOutcome],
        may_act=actor.officer,
        own=found.taken_by_id == actor.account_id,
        act=act,
        form=form or Filled(),
        blank=as_of(Filled(), found.changed_at),
    )
    return show(request, "oversight/report_one.html", view, status=422 if form else 200)
