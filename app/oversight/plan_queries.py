from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.paging import Cut, Page, take
from app.oversight.inspection_models import Inspection, InspectionPlan
from app.oversight.inspections import InspectionState
from app.oversight.plans import NoSuchPlan, PlanState
from app.rights.models import UseRight


@dataclass(frozen=True, slots=True)
class Progress:
    """How many inspections a plan has, and how many of them are over."""

    planned: int = 0
    held: int = 0
    signed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return self.planned + self.held + self.signed + self.cancelled

    @property
    def left(self) -> int:
        return self.planned + self.held


def get_plan(db: Session, plan_id: int, *, actor: Actor, lock: bool = False) -> InspectionPlan:
    actor.require_department()
    query = select(InspectionPlan).where(InspectionPlan.id == plan_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.scalars(query).one_or_none()
    if found is None:
        raise NoSuchPlan
    return found


def list_plans(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    year: int | None = None,
    state: PlanState | None = None,
) -> Page[InspectionPlan]:
    actor.require_department()
    query = select(InspectionPlan)
    if year is not None:
        query = query.where(InspectionPlan.year == year)
    if state is not None:
        query = query.where(InspectionPlan.state == state)
    return take(db, query, InspectionPlan.id, cut)


def progress_of(db: Session, ids: Collection[int]) -> dict[int, Progress]:
    """Return how far plans are; each has its counts."""
    counts: dict[int, dict[str, int]] = {one: {} for one in ids}
    query = (
        select(Inspection.plan_id, Inspection.state, func.count())
        .where(Inspection.plan_id.in_(ids))
        .group_by(Inspection.plan_id, Inspection.state)
    )
    for plan_id, state, count in db.execute(query):
        if plan_id is not None:
            counts[plan_id][InspectionState(state).value] = count
    return {plan_id: Progress(**found) for plan_id, found in counts.items()}


def users_to_inspect(db: Session, right_id: int) -> list[int]:
    """Return the entities in business that were granted the use of a right, by name."""
    query = (
        select(Entity.id, Entity.name)
        .join(UseRight, UseRight.entity_id == Entity.id)
        .where(
            UseRight.right_id == right_id,
            Entity.status != "dissolved",
            Entity.practice.is_(False),
        )
        .distinct()
        .order_by(Entity.name, Entity.id)
    )
    return [row[0] for row in db.execute(query)]


def entities_of_commune(db: Session, commune_code: str) -> list[int]:
    """Return the entities in business of a commune, by name."""
    query = select(Entity.id).where(
        Entity.commune_code == commune_code,
        Entity.status != "dissolved",
        Entity.practice.is_(False),
    )
    return list(db.scalars(query.order_by(Entity.name, Entity.id)))


def planned_keys(db: Session, plan_id: int) -> set[tuple[str, int | None, int | None, int | None]]:
    """Return what a plan has already: subject, right, entity and product."""
    query = select(
        Inspection.subject, Inspection.right_id, Inspection.entity_id, Inspection.product_id
    ).where(Inspection.plan_id == plan_id, Inspection.state != InspectionState.CANCELLED)
    return {(row[0], row[1], row[2], row[3]) for row in db.execute(query)}
