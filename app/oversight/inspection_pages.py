"""The list of inspections, and the form that opens one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, In, Line, Note, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import NEWEST, Cut, Page, Sorting, next_path, previous_path
from app.kit.web import Databases, Db, Now, Words
from app.oversight.checklist_actions import require_some
from app.oversight.checklist_queries import offered
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_actions import Arranged, open_inspection
from app.oversight.inspection_choice_queries import Choice, rights_to_choose
from app.oversight.inspection_file_pages import inspections_file
from app.oversight.inspection_lead_queries import list_leads
from app.oversight.inspection_queries import (
    InspectionFilter,
    list_inspections,
)
from app.oversight.inspection_row_queries import InspectionRow, inspection_rows
from app.oversight.inspection_target_access import Finders, Finding
from app.oversight.inspections import INSPECTED, Cause, InspectionState
from app.oversight.rules import (
    CODE_CHARS,
    FindingOutcome,
    Subject,
)
from app.oversight.told import RecordId

router = APIRouter(prefix="/office/inspections", route_class=OnceRoute, include_in_schema=False)

HOME: Final = "/office/inspections"
OPENED = sayable(N_("The inspection is arranged; its leader's phone has it."))
OPEN: Final = "open"
ORDERS: Final = [
    (NEWEST, N_("Last opened first")),
    ("planned", N_("By the day it is planned for")),
    ("held", N_("By the day it was held")),
]
STATES: Final = [
    (OPEN, N_("Still to be done")),
    *((one.value, one.label) for one in InspectionState),
]
Days = Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]
Team = Annotated[Note, Field(max_length=2000)]


class ArrangedIn(In):
    """When an inspection is to be held and by whom."""

    planned_on: Days | None = None
    month_only: bool = False
    team: Team = ""
    lead_id: RecordId | None = None
    checklist_id: RecordId | None = None


class OpenIn(ArrangedIn):
    """What is to be inspected: a stamp by its code, or a record by its number."""

    subject: Subject = Subject.ENTITY
    record_id: RecordId | None = None
    code: Annotated[Line, Field(max_length=CODE_CHARS)] = ""
    right_id: RecordId | None = None
    report_id: RecordId | None = None
    finding_id: RecordId | None = None
    occasion: Annotated[Line, Field(max_length=500)] = ""

    def arranged(self) -> Arranged:
        return Arranged(
            cause=Cause.REPORT if self.report_id else Cause.AD_HOC,
            planned_on=self.planned_on,
            month_only=self.month_only,
            team=names(self.team),
            lead_id=self.lead_id,
            checklist_id=self.checklist_id,
            report_id=self.report_id,
            from_finding_id=self.finding_id,
            occasion=self.occasion,
        )


@dataclass(frozen=True)
class InspectionsView:
    """A page of the list of inspections."""

    rows: Sequence[InspectionRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    states: list[tuple[str, str]]
    causes: list[tuple[str, str]]
    subjects: list[tuple[str, str]]
    outcomes: list[tuple[str, str]]
    orders: list[tuple[str, str]]
    may_open: bool


@dataclass(frozen=True)
class NewInspectionView:
    """The form of an inspection that no plan has."""

    form: Filled
    chosen: Choice | None
    wanted: str
    found: Sequence[tuple[Choice, str]] | None
    rights: list[tuple[int, str]]
    checklists: list[tuple[int, str]]
    leads: list[tuple[int, str]]


def names(text: str) -> list[str]:
    """Return the names of a team, one a line."""
    return [one.strip() for one in text.split("\n") if one.strip()]


@router.get("")
def inspections(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    q: Annotated[str, Query(max_length=100)] = "",
    state: Annotated[str, Query(max_length=10)] = OPEN,
    cause: Annotated[str, Query(max_length=10)] = "",
    subject: Annotated[str, Query(max_length=10)] = "",
    outcome: Annotated[str, Query(max_length=10)] = "",
    year: Annotated[str, Query(max_length=4, pattern="^([0-9]{4})?$")] = "",
    entity: Annotated[int, Query(ge=0, le=2**62)] = 0,
    right: Annotated[int, Query(ge=0, le=2**62)] = 0,
    plan: Annotated[int, Query(ge=0, le=2**62)] = 0,
    mine: str = "",
) -> Response:
    wanted = InspectionFilter(
        state=InspectionState(state) if state in set(InspectionState) else None,
        open=state == OPEN,
        cause=Cause(cause) if cause in set(Cause) else None,
        subject=Subject(subject) if subject in set(Subject) else None,
        outcome=FindingOutcome(outcome) if outcome in set(FindingOutcome) else None,
        year=int(year) if year and int(year) else None,
        entity_id=entity or None,
        right_id=right or None,
        plan_id=plan or None,
        text=q,
        mine=bool(mine),
    )
    order = Cut(cut.after, cut.limit, sort=cut.sort or NEWEST, back=cut.back)

    def read(part: Cut) -> Page[InspectionRow]:
        page = list_inspections(db, actor=actor, cut=part, wanted=wanted)
        return page.having(inspection_rows(db, page.items, words))

    if file:
        return inspections_file(file, every(read, order), words)
    page = read(order)
    chosen = {"q": q, "state": state, "cause": cause, "subject": subject, "outcome": outcome}
    more = {"year": year, "sort": order.sort, "mine": mine}
    ids = {"entity": entity, "right": right, "plan": plan}
    view = InspectionsView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted=chosen | more | {name: str(value) for name, value in ids.items() if value},
        states=STATES,
        causes=[(one.value, one.label) for one in Cause],
        subjects=[(one.value, one.label) for one in INSPECTED],
        outcomes=[(one.value, one.label) for one in FindingOutcome],
        orders=ORDERS,
        may_open=bool(actor.roles & set(INSPECTORS)),
    )
    return show(request, "oversight/inspections.html", view)


def checklists_there(databases: Databases, actor: CurrentActor, now: Now) -> None:
    """Have the ready checklists where nobody published any."""
    require_some(databases, actor=actor, now=now)


@router.get("/new", dependencies=[Depends(checklists_there)])
def new(
    request: Request,
    db: Db,
    actor: CurrentActor,
    finding: Finding,
    q: Annotated[Line, Query(max_length=100)] = "",
) -> Response:
    """Show the form, filled in with what the page that led here named, or what `q` finds."""
    actor.require_role(*INSPECTORS)
    known = {*OpenIn.model_fields}
    values = {name: text[:200] for name, text in request.query_params.items() if name in known}
    found = finding.choices(db, actor=actor, text=q) if q else None
    return _form(request, db, finding, Filled(values), q, found)


@router.post("", dependencies=[Depends(checklists_there)])
def open_one(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    finding: Finding,
    sent: Form,
) -> Response:
    actor.require_role(*INSPECTORS)
    given = read_form(OpenIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, finding, given)
    try:
        with db.begin_nested():
            made = open_inspection(
                db,
                actor=actor,
                now=now,
                uid=uuid4(),
                target=finding.target(
                    db,
                    code=given.code,
                    subject=given.subject,
                    record_id=given.record_id,
                    right_id=given.right_id,
                ),
                arranged=given.arranged(),
            )
    except (Conflict, Invalid) as error:
        return _form(request, db, finding, refused(sent, error, words))
    return go(f"{HOME}/{made.id}", say=OPENED)


def choices(db: Session) -> dict[str, Any]:
    """Return who may lead an inspection, and what it may be held by."""
    return {
        "checklists": [(one.id, one.name) for one in offered(db)],
        "leads": [(one.id, one.name) for one in list_leads(db)],
    }


def _form(
    request: Request,
    db: Session,
    finding: Finders,
    form: Filled,
    wanted: str = "",
    found: Sequence[Choice] | None = None,
) -> Response:
    view = NewInspectionView(
        form=form,
        chosen=_chosen(db, finding, form),
        wanted=wanted,
        found=None if found is None else [(one, _to(form, one)) for one in found],
        rights=rights_to_choose(db),
        **choices(db),
    )
    return show(request, "oversight/inspection_new.html", view, status=422 if form.wrong else 200)


def _chosen(db: Session, finding: Finders, form: Filled) -> Choice | None:
    subject, number = form.value("subject"), form.value("record_id")
    if subject not in INSPECTED or not (number.isascii() and number.isdecimal()):
        return None
    return finding.chosen(db, Subject(subject), int(number[:18]))


def _to(form: Filled, one: Choice) -> str:
    """Return where the form is with this chosen, and all else as it was told."""
    kept = {name: form.value(name) for name in ("report_id", "finding_id", "occasion")}
    told = {name: value for name, value in kept.items() if value}
    query = urlencode(told | {"subject": one.subject.value, "record_id": one.id})
    return f"{HOME}/new?{query}"
