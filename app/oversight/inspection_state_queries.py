"""What an inspector's phone takes along, to inspect out of reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.i18n import Translator
from app.oversight.checklist_queries import (
    latest_versions,
    names_by_id,
    offered,
    versions_by_id,
)
from app.oversight.inspection_models import (
    Checklist,
    ChecklistVersion,
    Inspection,
    InspectionPlan,
    Measure,
)
from app.oversight.inspection_queries import due_photos, list_for_phone
from app.oversight.inspection_row_queries import Seen, subjects_of, users_of
from app.oversight.rules import Subject


@dataclass(frozen=True, slots=True)
class Carried:
    """An inspection with all a phone shows of it."""

    one: Inspection
    seen: Seen
    plan: str
    checklist_version_id: int | None
    users: Sequence[tuple[int, str]]
    measures: Sequence[Measure]
    photos_due: Sequence[str]


@dataclass(frozen=True, slots=True)
class Load:
    """What a phone takes along: inspections, the versions they are kept by, those offered."""

    inspections: Sequence[Carried]
    versions: Mapping[int, tuple[Checklist, ChecklistVersion]]
    offered: Sequence[int]


def load_for(db: Session, *, actor: Actor, now: datetime, words: Translator) -> Load:
    """Return what an inspector takes along."""
    found = list_for_phone(db, actor=actor, today=day_of(now))
    choice = offered(db)
    latest = latest_versions(db, {one.id for one in choice} | {one.checklist_id for one in found})
    kept = {one.checklist_version_id for one in found if one.checklist_version_id is not None}
    versions = {**versions_by_id(db, kept), **{one.id: one for one in latest.values()}}
    lists = names_by_id(db, {one.checklist_id for one in versions.values()})
    return Load(
        inspections=carried(db, found, words),
        versions={one.id: (lists[one.checklist_id], one) for one in versions.values()},
        offered=[latest[one.id].id for one in choice if one.id in latest],
    )


def carried(db: Session, found: Sequence[Inspection], words: Translator) -> list[Carried]:
    """Return inspections with all a phone shows of them."""
    seen = subjects_of(db, found, words)
    latest = latest_versions(db, {one.checklist_id for one in found})
    plans = _plans(db, found)
    asked = {one.right_id for one in found if one.subject == Subject.RIGHT}
    users = users_of(db, (one for one in asked if one is not None))
    measures = _open_measures(db, found)
    due = due_photos(db, [one.id for one in found])
    made = []
    for one in found:
        version = latest.get(one.checklist_id)
        made.append(
            Carried(
                one=one,
                seen=seen[one.id],
                plan=plans.get(one.plan_id or 0, ""),
                checklist_version_id=one.checklist_version_id or (version.id if version else None),
                users=users.get(one.right_id or 0, ()) if one.subject == Subject.RIGHT else (),
                measures=[each for each in measures if _concerns(one, each)],
                photos_due=due[one.id],
            )
        )
    return made


def _concerns(one: Inspection, measure: Measure) -> bool:
    if one.recheck_of is not None:
        return measure.inspection_id == one.recheck_of
    return one.entity_id is not None and measure.entity_id == one.entity_id


def _open_measures(db: Session, found: Sequence[Inspection]) -> list[Measure]:
    entities = {one.entity_id for one in found if one.entity_id is not None}
    firsts = {one.recheck_of for one in found if one.recheck_of is not None}
    query = select(Measure).where(
        Measure.done_on.is_(None),
        or_(Measure.entity_id.in_(entities), Measure.inspection_id.in_(firsts)),
    )
    return list(db.scalars(query.order_by(Measure.deadline, Measure.id)))


def _plans(db: Session, found: Sequence[Inspection]) -> dict[int, str]:
    query = select(InspectionPlan.id, InspectionPlan.name).where(
        InspectionPlan.id.in_({one.plan_id for one in found})
    )
    return {row[0]: row[1] for row in db.execute(query)}
