from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.oversight.inspection_models import Measure, MeasureAnswer
from app.oversight.measures import MeasureState


class NoSuchMeasure(NotFound):
    """There is no such measure"""

    code: ClassVar[str] = "oversight.no_such_measure"
    detail: ClassVar[str] = N_("Look for it on the page of its inspection.")


@dataclass(frozen=True)
class MeasureFilter:
    """Which measures are wanted, as they stand on a day."""

    state: MeasureState | None = None
    entity_id: int | None = None
    answered: bool = False


def get_measure(db: Session, measure_id: int, *, actor: Actor, lock: bool = False) -> Measure:
    query = select(Measure).where(Measure.id == measure_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.scalars(query).one_or_none()
    if found is None or not (actor.of_department or _own(found, actor)):
        raise NoSuchMeasure
    return found


def _own(found: Measure, actor: Actor) -> bool:
    return found.entity_id is not None and actor.sees(found.entity_id)


def list_measures(
    db: Session, *, actor: Actor, cut: Cut, wanted: MeasureFilter, today: date
) -> Page[Measure]:
    """Return all measures to the Department, to others those of their entities.

    Without another order those due first come first.
    """
    query = select(Measure)
    if not actor.of_department:
        query = query.where(Measure.entity_id.in_(frozenset(actor.memberships)))
    if wanted.state is MeasureState.DONE:
        query = query.where(Measure.done_on.is_not(None))
    if wanted.state in {MeasureState.OPEN, MeasureState.OVERDUE}:
        query = query.where(Measure.done_on.is_(None))
    if wanted.state is MeasureState.OVERDUE:
        query = query.where(Measure.deadline < today)
    if wanted.entity_id is not None:
        query = query.where(Measure.entity_id == wanted.entity_id)
    if wanted.answered:
        said = select(MeasureAnswer.measure_id)
        query = query.where(Measure.done_on.is_(None), Measure.id.in_(said))
    order = replace(cut, sort=cut.sort or "deadline")
    return take(db, query, Measure.id, order, {"deadline": (Measure.deadline,)})


def measures_of(db: Session, inspection_ids: Collection[int]) -> dict[int, list[Measure]]:
    """Return the measures of inspections; each has a list."""
    found: dict[int, list[Measure]] = {one: [] for one in inspection_ids}
    query = select(Measure).where(Measure.inspection_id.in_(inspection_ids))
    for one in db.scalars(query.order_by(Measure.deadline, Measure.id)):
        found[one.inspection_id].append(one)
    return found


def answers_of(db: Session, measure_ids: Collection[int]) -> dict[int, list[MeasureAnswer]]:
    """Return what was answered to measures, in its order; each has a list."""
    found: dict[int, list[MeasureAnswer]] = {one: [] for one in measure_ids}
    query = select(MeasureAnswer).where(MeasureAnswer.measure_id.in_(measure_ids))
    for one in db.scalars(query.order_by(MeasureAnswer.id)):
        found[one.measure_id].append(one)
    return found


def get_answer(db: Session, measure_id: int, answer_id: int) -> MeasureAnswer:
    found = db.get(MeasureAnswer, answer_id)
    if found is None or found.measure_id != measure_id:
        raise NoSuchMeasure
    return found


def count_overdue(db: Session, *, today: date) -> int:
    """Return how many measures are past their deadline and not done."""
    late = select(func.count()).where(Measure.done_on.is_(None), Measure.deadline < today)
    return db.scalar(late) or 0


def count_answered(db: Session) -> int:
    """Return how many measures somebody says are done and nobody has confirmed."""
    said = select(MeasureAnswer.measure_id)
    query = select(func.count()).where(Measure.done_on.is_(None), Measure.id.in_(said))
    return db.scalar(query) or 0
