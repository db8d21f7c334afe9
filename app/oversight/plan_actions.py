from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.models import Entity
from app.entities.queries import find_by_tax_no
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.columns import Fault
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note, clean_text
from app.oversight.inspection_actions import Arranged, open_inspection
from app.oversight.inspection_models import InspectionPlan
from app.oversight.inspection_queries import Target, find_target, get_inspection
from app.oversight.inspection_refusals import NoSuchInspection
from app.oversight.inspections import Cause, InspectionState
from app.oversight.plan_queries import (
    entities_of_commune,
    get_plan,
    planned_keys,
    progress_of,
    users_to_inspect,
)
from app.oversight.plans import (
    MOST_ROWS,
    DecidedLater,
    NothingToAdd,
    PlanApproved,
    PlanDays,
    PlanEmpty,
    PlanKind,
    PlanNotApproved,
    PlanRow,
    PlanSheetWrong,
    PlanState,
    PlanUnfinished,
    TooManyPlanned,
)
from app.oversight.rules import Subject, sent_hash
from app.rights.models import IpRight

_TOLD: Final = ("year", "name", "kind", "decision_no", "decided_on", "from_day", "to_day", "state")


def make_plan(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    year: int,
    name: str,
    kind: PlanKind,
    from_day: date | None = None,
    to_day: date | None = None,
    note: str = "",
) -> InspectionPlan:
    """Begin a plan; rows are added until it is approved. Officers only."""
    actor.require_officer()
    made = InspectionPlan(
        year=year,
        kind=kind,
        created_at=now,
        created_by=actor.label,
        changed_at=now,
        **_facts_given(year, name, from_day, to_day, note),
    )
    db.add(made)
    db.flush()
    _note(db, actor, now, "inspection_plan.make", made, None)
    return made


def change_plan(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    plan_id: int,
    name: str,
    from_day: date | None = None,
    to_day: date | None = None,
    note: str = "",
    seen: datetime | None = None,
) -> InspectionPlan:
    plan, before = _draft(db, plan_id, actor, seen)
    for key, value in _facts_given(plan.year, name, from_day, to_day, note).items():
        setattr(plan, key, value)
    return _changed(db, actor, now, "inspection_plan.change", plan, before)


def approve_plan(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    plan_id: int,
    decision_no: str,
    decided_on: date,
    seen: datetime | None = None,
) -> InspectionPlan:
    """Approve a plan by a decision: inspectors' phones have its inspections from then on."""
    plan, before = _draft(db, plan_id, actor, seen)
    if decided_on > day_of(now):
        raise DecidedLater
    if not progress_of(db, [plan.id])[plan.id].left:
        raise PlanEmpty
    plan.decision_no = clean_text(decision_no, limit=60, field="decision_no")
    plan.decided_on, plan.state = decided_on, PlanState.APPROVED
    plan.approved_at, plan.approved_by = now, actor.label
    return _changed(db, actor, now, "inspection_plan.approve", plan, before)


def close_plan(
    db: Session, *, actor: Actor, now: datetime, plan_id: int, seen: datetime | None = None
) -> InspectionPlan:
    """Close a plan whose inspections are all signed or cancelled."""
    actor.require_officer()
    plan = get_plan(db, plan_id, actor=actor, lock=True)
    check_seen(plan.changed_at, seen)
    if plan.state != PlanState.APPROVED:
        raise PlanNotApproved
    left = progress_of(db, [plan.id])[plan.id].left
    if left:
        raise PlanUnfinished(count=left)
    before = _facts(plan)
    plan.state = PlanState.CLOSED
    return _changed(db, actor, now, "inspection_plan.close", plan, before)


def add_one(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    plan_id: int,
    subject: Subject,
    record_id: int,
    right_id: int | None = None,
    month: int | None = None,
    team: Sequence[str] = (),
) -> int:
    """Add one subject to a plan. Raises NothingToAdd where it stands there already."""
    actor.require_officer()
    target = find_target(db, subject=subject, record_id=record_id, right_id=right_id)
    return _add(db, actor, now, plan_id, [(target, month, None, team)])


def add_users(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    plan_id: int,
    right_id: int,
    month: int | None = None,
    team: Sequence[str] = (),
) -> int:
    """Add everybody who may use a right, to see whether they do. Returns how many are new."""
    found = [
        Target(subject=Subject.ENTITY, entity_id=entity_id, right_id=right_id)
        for entity_id in users_to_inspect(db, right_id)
    ]
    return _add(db, actor, now, plan_id, [(one, month, None, team) for one in found])


def add_commune(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    plan_id: int,
    commune_code: str,
    month: int | None = None,
    team: Sequence[str] = (),
) -> int:
    """Add every entity in business of a commune. Returns how many are new."""
    found = [
        Target(subject=Subject.ENTITY, entity_id=entity_id)
        for entity_id in entities_of_commune(db, commune_code)
    ]
    return _add(db, actor, now, plan_id, [(one, month, None, team) for one in found])


def add_sheet(
    db: Session, *, actor: Actor, now: datetime, plan_id: int, rows: Sequence[PlanRow]
) -> int:
    """Add the rows of a sheet, all or none. Raises PlanSheetWrong with the rows it can't find."""
    plan, _ = _draft(db, plan_id, actor, None)
    found, faults = [], []
    for row in rows:
        entity_id = _entity_of(db, row)
        if entity_id is None:
            faults.append((row.number, Fault("entity_id", N_("There is no such entity."))))
        elif row.right_id is not None and db.get(IpRight, row.right_id) is None:
            faults.append((row.number, Fault("right_id", N_("There is no such IP right."))))
        elif row.day is not None and row.day.year != plan.year:
            faults.append((row.number, Fault("day", N_("The day is not of the plan's year."))))
        else:
            target = Target(subject=Subject.ENTITY, entity_id=entity_id, right_id=row.right_id)
            found.append((target, row.month, row.day, row.team))
    if faults:
        raise PlanSheetWrong(faults)
    return _add(db, actor, now, plan_id, found)


def remove_row(
    db: Session, *, actor: Actor, now: datetime, plan_id: int, inspection_id: int
) -> None:
    """Take a row out of a plan that is not approved."""
    plan, _ = _draft(db, plan_id, actor, None)
    found = get_inspection(db, inspection_id, actor=actor, lock=True)
    if found.plan_id != plan.id or found.state != InspectionState.PLANNED:
        raise NoSuchInspection
    told = {"inspection_id": found.id, "entity_id": found.entity_id, "right_id": found.right_id}
    db.delete(found)
    db.flush()
    plan.changed_at = touched(plan.changed_at, now)
    record(
        db,
        by=actor,
        now=now,
        action="inspection_plan.remove",
        subject_id=plan.id,
        before=told,
        after={},
    )


def _entity_of(db: Session, row: PlanRow) -> int | None:
    if row.entity_id is not None:
        return db.scalar(select(Entity.id).where(Entity.id == row.entity_id))
    found = find_by_tax_no(db, row.tax_no)
    return found.id if found else None


Wanted = tuple[Target, int | None, date | None, Sequence[str]]


def _add(db: Session, actor: Actor, now: datetime, plan_id: int, wanted: Sequence[Wanted]) -> int:
    plan, _ = _draft(db, plan_id, actor, None)
    there = planned_keys(db, plan.id)
    if len(there) + len(wanted) > MOST_ROWS:
        raise TooManyPlanned
    count = 0
    for target, month, day, team in wanted:
        key = (target.subject.value, target.right_id, target.entity_id, target.product_id)
        if key in there:
            continue
        there.add(key)
        arranged = Arranged(
            cause=Cause.PLAN,
            plan_id=plan.id,
            planned_on=day or (date(plan.year, month, 1) if month else None),
            month_only=day is None and month is not None,
            team=team,
        )
        uid = UUID(sent_hash(("plan", plan.id, *key, len(there), now))[:32])
        open_inspection(db, actor=actor, now=now, uid=uid, target=target, arranged=arranged)
        count += 1
    if not count:
        raise NothingToAdd
    plan.changed_at = touched(plan.changed_at, now)
    db.flush()
    return count


def _draft(
    db: Session, plan_id: int, actor: Actor, seen: datetime | None
) -> tuple[InspectionPlan, dict[str, Any]]:
    actor.require_officer()
    plan = get_plan(db, plan_id, actor=actor, lock=True)
    check_seen(plan.changed_at, seen)
    if plan.state != PlanState.DRAFT:
        raise PlanApproved
    return plan, _facts(plan)


def _facts_given(
    year: int, name: str, from_day: date | None, to_day: date | None, note: str
) -> dict[str, Any]:
    days = [one for one in (from_day, to_day) if one is not None]
    if sorted(days) != days or any(one.year != year for one in days):
        raise PlanDays
    return {
        "name": clean_text(name, field="name"),
        "from_day": from_day,
        "to_day": to_day,
        "note": clean_note(note, field="note"),
    }


def _facts(plan: InspectionPlan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in _TOLD}


def _changed(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    plan: InspectionPlan,
    before: Mapping[str, Any],
) -> InspectionPlan:
    plan.changed_at = touched(plan.changed_at, now)
    db.flush()
    _note(db, actor, now, action, plan, before)
    return plan


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    plan: InspectionPlan,
    before: Mapping[str, Any] | None,
) -> None:
    record(
        db, by=actor, now=now, action=action, subject_id=plan.id, before=before, after=_facts(plan)
    )
