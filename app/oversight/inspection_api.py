"""Inspections by JSON, for programs of the Department and of who was inspected."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import In, Line, Note, Out
from app.kit.i18n import Translator
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Databases, Db, Id, Now, Words
from app.oversight.checklist_actions import require_some
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_actions import Arranged, cancel_inspection, lock_open, open_inspection
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_queries import (
    InspectionFilter,
    get_inspection,
    list_inspections,
    list_own_inspections,
)
from app.oversight.inspection_refusals import OtherVersion
from app.oversight.inspection_sign_actions import sign_inspection
from app.oversight.inspection_target_access import Finding
from app.oversight.inspection_view_queries import questions_for, told_findings
from app.oversight.inspections import Cause, InspectionState
from app.oversight.measure_queries import measures_of
from app.oversight.measures import MeasureState, measure_state
from app.oversight.rules import CODE_CHARS, MAX_TEXT, FindingOutcome, Subject
from app.oversight.told import RecordId

router = APIRouter(prefix="/api/v1/inspections", tags=["inspections"], route_class=ApiRoute)


class InspectionIn(In):
    """An inspection that is to be held: of a record by its number, or of a stamp by its code."""

    subject: Subject = Subject.ENTITY
    record_id: RecordId | None = None
    code: Annotated[Line, Field(max_length=CODE_CHARS)] = ""
    right_id: RecordId | None = None
    planned_on: Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2200, 1, 1))] | None = None
    team: Annotated[
        list[Annotated[Line, Field(max_length=120)]], Field(default_factory=list, max_length=20)
    ]
    lead_id: RecordId | None = None
    checklist_id: RecordId | None = None
    occasion: Annotated[Line, Field(max_length=500)] = ""


class CancelIn(In):
    reason: Annotated[Note, Field(max_length=MAX_TEXT)]


class SignIn(In):
    """Which version is signed: the one that was read."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class ListedInspectionOut(Out):
    """An inspection as lists tell it."""

    id: int
    uid: UUID
    version: int
    state: InspectionState
    cause: Cause
    subject: Subject
    plan_id: int | None
    recheck_of: int | None
    right_id: int | None
    entity_id: int | None
    product_id: int | None
    lot_id: int | None
    batch_id: int | None
    planned_on: date | None
    held_on: date | None
    place: str
    team: list[str]
    in_use: bool | None
    outcome: str
    summary: str
    signed_at: datetime | None
    signed_by: str


class FoundOut(Out):
    """A finding, with the item of the checklist it is of."""

    item: str
    outcome: FindingOutcome
    text: str
    measure: str
    deadline: date | None


class MeasureOut(Out):
    """A measure, and how it stands today."""

    id: int
    text: str
    deadline: date
    done_on: date | None
    result: str
    state: MeasureState


class InspectionOut(ListedInspectionOut):
    """An inspection with its findings and measures."""

    findings: list[FoundOut]
    measures: list[MeasureOut]


@router.get("")
def list_all(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Cutting,
    state: InspectionState | None = None,
    outcome: FindingOutcome | None = None,
    entity_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    right_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    plan_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    year: Annotated[int | None, Query(ge=1970, le=2199)] = None,
) -> Listed[ListedInspectionOut]:
    """Return all inspections to the Department, signed ones of their own to everybody else."""
    wanted = InspectionFilter(
        state=state,
        outcome=outcome,
        entity_id=entity_id,
        right_id=right_id,
        plan_id=plan_id,
        year=year,
    )
    page = (
        list_inspections(db, actor=actor, cut=cut, wanted=wanted)
        if actor.of_department
        else list_own_inspections(db, actor=actor, cut=cut)
    )
    return listed(request, page, ListedInspectionOut.model_validate)


def _checklists_there(databases: Databases, actor: CurrentActor, now: Now) -> None:
    require_some(databases, actor=actor, now=now)


@router.post("", status_code=201, dependencies=[Depends(_checklists_there)])
def arrange(
    given: InspectionIn, db: Db, actor: CurrentActor, now: Now, words: Words, finding: Finding
) -> InspectionOut:
    """Arrange an inspection that no plan has; its leader's phone has it from then on."""
    actor.require_role(*INSPECTORS)
    target = finding.target(
        db,
        code=given.code,
        subject=given.subject,
        record_id=given.record_id,
        right_id=given.right_id,
    )
    arranged = Arranged(
        planned_on=given.planned_on,
        team=given.team,
        lead_id=given.lead_id,
        checklist_id=given.checklist_id,
        occasion=given.occasion,
    )
    made = open_inspection(db, actor=actor, now=now, uid=uuid4(), target=target, arranged=arranged)
    return _out(db, made, now, words)


@router.get("/{inspection_id}")
def get_one(
    inspection_id: Id, db: Db, actor: CurrentActor, now: Now, words: Words
) -> InspectionOut:
    return _out(db, get_inspection(db, inspection_id, actor=actor), now, words)


@router.post("/{inspection_id}/cancel")
def cancel(
    inspection_id: Id, given: CancelIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> InspectionOut:
    """Cancel an inspection that is not signed."""
    found = cancel_inspection(
        db, actor=actor, now=now, inspection_id=inspection_id, reason=given.reason
    )
    return _out(db, found, now, words)


@router.post("/{inspection_id}/sign")
def sign(
    inspection_id: Id, given: SignIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> InspectionOut:
    """Sign an inspection as it was read; from then on nothing of it changes.

    409 where somebody wrote on it since. What was bad becomes findings, and a measure with a
    deadline is followed from now on.
    """
    found = lock_open(db, inspection_id, actor=actor)
    if found.version != given.version:
        raise OtherVersion
    signed = sign_inspection(db, actor=actor, now=now, inspection_id=inspection_id, words=words)
    return _out(db, signed, now, words)


def _out(db: Session, found: Inspection, now: datetime, words: Translator) -> InspectionOut:
    _, questions = questions_for(db, found)
    plain = ListedInspectionOut.model_validate(found).model_dump()
    return InspectionOut(
        **plain,
        findings=[
            FoundOut.model_validate(one) for one in told_findings(db, found, questions, words)
        ],
        measures=[
            MeasureOut(
                id=one.id,
                text=one.text,
                deadline=one.deadline,
                done_on=one.done_on,
                result=words.gettext(one.result) if one.result else "",
                state=measure_state(one.deadline, one.done_on, day_of(now)),
            )
            for one in measures_of(db, [found.id])[found.id]
        ],
    )
