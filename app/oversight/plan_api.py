"""Plans of inspections by JSON. Their rows are inspections: `/api/v1/inspections?plan_id=`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Listed, NewestFirst, next_path
from app.kit.web import Databases, Db, Id, Now
from app.oversight import plan_actions
from app.oversight.checklist_actions import require_some
from app.oversight.inspection_models import InspectionPlan
from app.oversight.plan_queries import get_plan, list_plans, progress_of
from app.oversight.plans import PlanKind, PlanState
from app.oversight.rules import Subject
from app.oversight.told import RecordId

router = APIRouter(prefix="/api/v1/inspection-plans", tags=["inspections"], route_class=ApiRoute)

Days = Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]
Team = Annotated[
    list[Annotated[Line, Field(max_length=120)]], Field(default_factory=list, max_length=20)
]


class PlanIn(In):
    """What a plan is called, and the days it is for."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    from_day: Days | None = None
    to_day: Days | None = None
    note: Annotated[Note, Field(max_length=2000)] = ""


class NewPlanIn(PlanIn):
    year: Annotated[int, Field(ge=2000, le=2199)]
    kind: PlanKind = PlanKind.ANNUAL


class SeenIn(In):
    """`seen` is the `changed_at` of the plan that was looked at."""

    seen: datetime | None = None


class ChangePlanIn(PlanIn):
    seen: datetime | None = None


class ApproveIn(SeenIn):
    decision_no: Annotated[Line, Field(min_length=1, max_length=60)]
    decided_on: Days


class WhenIn(In):
    """In which month the rows that are added are inspected, and by whom."""

    month: Annotated[int, Field(ge=1, le=12)] | None = None
    team: Team


class PlanRowIn(WhenIn):
    """One subject, and the right whose use is looked at there."""

    subject: Subject = Subject.ENTITY
    record_id: RecordId
    right_id: RecordId | None = None


class UsersIn(WhenIn):
    """All who were granted the use of a right."""

    right_id: RecordId


class CommuneIn(WhenIn):
    """All entities of a commune."""

    commune_code: Annotated[str, Field(pattern="^[0-9]{5}$")]


class PlanOut(Out):
    """A plan, with how many of its inspections are planned, held, signed and cancelled."""

    id: int
    year: int
    name: str
    kind: PlanKind
    state: PlanState
    from_day: date | None
    to_day: date | None
    note: str
    decision_no: str
    decided_on: date | None
    created_at: datetime
    changed_at: datetime
    approved_at: datetime | None
    planned: int = 0
    held: int = 0
    signed: int = 0
    cancelled: int = 0


@router.get("")
def list_inspection_plans(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: NewestFirst,
    year: Annotated[int | None, Query(ge=2000, le=2199)] = None,
    state: PlanState | None = None,
) -> Listed[PlanOut]:
    """Return the plans, the last made first; the Department only."""
    page = list_plans(db, actor=actor, cut=cut, year=year, state=state)
    return Listed(items=_shown(db, page.items), next=next_path(request, page))


@router.post("", status_code=201)
def make_inspection_plan(given: NewPlanIn, db: Db, actor: CurrentActor, now: Now) -> PlanOut:
    """Begin a plan; rows are added until it is approved."""
    return _one(db, plan_actions.make_plan(db, actor=actor, now=now, **given.model_dump()))


@router.get("/{inspection_plan_id}")
def get_inspection_plan(inspection_plan_id: Id, db: Db, actor: CurrentActor) -> PlanOut:
    return _one(db, get_plan(db, inspection_plan_id, actor=actor))


@router.put("/{inspection_plan_id}")
def change_inspection_plan(
    inspection_plan_id: Id, given: ChangePlanIn, db: Db, actor: CurrentActor, now: Now
) -> PlanOut:
    """Replace what a plan that is not approved says of itself."""
    made = plan_actions.change_plan(
        db, actor=actor, now=now, plan_id=inspection_plan_id, **given.model_dump()
    )
    return _one(db, made)


def _checklists_there(databases: Databases, actor: CurrentActor, now: Now) -> None:
    require_some(databases, actor=actor, now=now)


_READY = [Depends(_checklists_there)]


@router.post("/{inspection_plan_id}/rows", dependencies=_READY)
def add_plan_row(
    inspection_plan_id: Id, given: PlanRowIn, db: Db, actor: CurrentActor, now: Now
) -> PlanOut:
    """Add one subject; 422 where it stands there already."""
    facts = given.model_dump()
    plan_actions.add_one(db, actor=actor, now=now, plan_id=inspection_plan_id, **facts)
    return _again(db, inspection_plan_id, actor)


@router.post("/{inspection_plan_id}/rows/users", dependencies=_READY)
def add_plan_users(
    inspection_plan_id: Id, given: UsersIn, db: Db, actor: CurrentActor, now: Now
) -> PlanOut:
    """Add all who may use a right; who is there already stays once."""
    facts = given.model_dump()
    plan_actions.add_users(db, actor=actor, now=now, plan_id=inspection_plan_id, **facts)
    return _again(db, inspection_plan_id, actor)


@router.post("/{inspection_plan_id}/rows/commune", dependencies=_READY)
def add_plan_commune(
    inspection_plan_id: Id, given: CommuneIn, db: Db, actor: CurrentActor, now: Now
) -> PlanOut:
    """Add all entities in business of a commune; who is there already stays once."""
    facts = given.model_dump()
    plan_actions.add_commune(db, actor=actor, now=now, plan_id=inspection_plan_id, **facts)
    return _again(db, inspection_plan_id, actor)


@router.post("/{inspection_plan_id}/rows/{planned_id}/remove")
def remove_plan_row(
    inspection_plan_id: Id, planned_id: Id, db: Db, actor: CurrentActor, now: Now
) -> PlanOut:
    """Take an inspection out of a plan that is not approved."""
    plan_actions.remove_row(
        db, actor=actor, now=now, plan_id=inspection_plan_id, inspection_id=planned_id
    )
    return _again(db, inspection_plan_id, actor)


@router.post("/{inspection_plan_id}/approve")
def approve_inspection_plan(
    inspection_plan_id: Id, given: ApproveIn, db: Db, actor: CurrentActor, now: Now
) -> PlanOut:
    """Approve a plan by a decision: inspectors' phones have its rows from then on."""
    made = plan_actions.approve_plan(
        db, actor=actor, now=now, plan_id=inspection_plan_id, **given.model_dump()
    )
    return _one(db, made)


@router.post("/{inspection_plan_id}/close")
def close_inspection_plan(
    inspection_plan_id: Id, given: SeenIn, db: Db, actor: CurrentActor, now: Now
) -> PlanOut:
    """Close a plan whose inspections are all signed or cancelled."""
    made = plan_actions.close_plan(
        db, actor=actor, now=now, plan_id=inspection_plan_id, seen=given.seen
    )
    return _one(db, made)


def _again(db: Session, plan_id: int, actor: CurrentActor) -> PlanOut:
    return _one(db, get_plan(db, plan_id, actor=actor))


def _one(db: Session, plan: InspectionPlan) -> PlanOut:
    return _shown(db, [plan])[0]


def _shown(db: Session, plans: Sequence[InspectionPlan]) -> list[PlanOut]:
    counts = progress_of(db, [one.id for one in plans])
    told = ("planned", "held", "signed", "cancelled")
    return [
        PlanOut.model_validate(one).model_copy(
            update={name: getattr(counts[one.id], name) for name in told}
        )
        for one in plans
    ]
