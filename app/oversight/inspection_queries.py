from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.paging import Column, Cut, Page, take
from app.kit.text import fold
from app.oversight.inspection_models import (
    Inspection,
    InspectionNote,
    InspectionPhoto,
    InspectionPlan,
)
from app.oversight.inspection_refusals import NoSuchInspection
from app.oversight.inspections import Cause, InspectionState
from app.oversight.queries import belonging
from app.oversight.rules import FindingOutcome, NoSuchSubject, Subject, Traced
from app.rights.models import IpRight

# How far ahead a phone takes along what is planned, and how much at once.
_AHEAD: Final = timedelta(days=62)
MOST_TAKEN: Final = 300

# Days that are not said stand last.
_NEVER: Final = date(9999, 12, 31)
OPEN: Final = (InspectionState.PLANNED, InspectionState.HELD)


@dataclass(frozen=True)
class InspectionFilter:
    """Which inspections are wanted; `open` are those that are neither signed nor cancelled."""

    state: InspectionState | None = None
    open: bool = False
    cause: Cause | None = None
    subject: Subject | None = None
    outcome: FindingOutcome | None = None
    plan_id: int | None = None
    entity_id: int | None = None
    right_id: int | None = None
    year: int | None = None
    text: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be inspected, and all it belongs to."""

    subject: Subject
    right_id: int | None = None
    entity_id: int | None = None
    product_id: int | None = None
    lot_id: int | None = None
    batch_id: int | None = None
    code: str = ""

    def columns(self) -> dict[str, Any]:
        names = ("right_id", "entity_id", "product_id", "lot_id", "batch_id", "code")
        return {"subject": self.subject.value} | {name: getattr(self, name) for name in names}


def get_inspection(
    db: Session, inspection_id: int, *, actor: Actor, lock: bool = False
) -> Inspection:
    """Return an inspection: any to the Department, signed ones to whom they were of."""
    return _seen(db, Inspection.id == inspection_id, actor, lock=lock)


def get_by_uid(db: Session, uid: UUID, *, actor: Actor, lock: bool = False) -> Inspection:
    return _seen(db, Inspection.uid == uid, actor, lock=lock)


def find_by_uid(db: Session, uid: UUID) -> Inspection | None:
    """Return the inspection with this id of a phone's making, kept from other writers."""
    query = select(Inspection).where(Inspection.uid == uid).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _seen(db: Session, wanted: Column, actor: Actor, *, lock: bool) -> Inspection:
    query = select(Inspection).where(wanted)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.scalars(query).one_or_none()
    if found is None or not (actor.of_department or _own(found, actor)):
        raise NoSuchInspection
    return found


def _own(found: Inspection, actor: Actor) -> bool:
    signed = found.state == InspectionState.SIGNED
    return signed and found.entity_id is not None and actor.sees(found.entity_id)


def find_target(
    db: Session, *, subject: Subject, record_id: int, right_id: int | None = None
) -> Target:
    """Return what a record's number stands for. Raises NoSuchSubject.

    With `right_id` the use of that right is looked at there, too. A batch is found by its code.
    """
    if right_id is not None and db.get(IpRight, right_id) is None:
        raise NoSuchSubject(field="right_id")
    if subject is Subject.RIGHT:
        if db.get(IpRight, record_id) is None:
            raise NoSuchSubject(field="subject_id")
        return Target(subject=subject, right_id=record_id)
    if subject not in {Subject.ENTITY, Subject.PRODUCT, Subject.LOT}:
        raise NoSuchSubject(field="subject_id")
    found = belonging(db, **{f"{subject}_id": record_id})
    return replace(target_of(found, subject=subject), right_id=right_id)


def target_of(traced: Traced, *, subject: Subject | None = None) -> Target:
    """Return what stands behind a stamp's code: its lot, or its batch. Raises NoSuchSubject."""
    if traced.entity_id is None:
        raise NoSuchSubject(field="subject")
    found = Subject.LOT if traced.lot_id is not None else Subject.BATCH
    return Target(
        subject=subject or found,
        entity_id=traced.entity_id,
        product_id=traced.product_id,
        lot_id=traced.lot_id,
        batch_id=traced.batch_id,
        code=traced.code,
    )


def list_inspections(
    db: Session, *, actor: Actor, cut: Cut, wanted: InspectionFilter | None = None
) -> Page[Inspection]:
    """Return inspections for the Department, the newest first, or by the days they are for."""
    actor.require_department()
    query = _narrowed(select(Inspection), actor, wanted or InspectionFilter())
    sorts = {
        "planned": (func.coalesce(Inspection.planned_on, _NEVER),),
        "held": (func.coalesce(Inspection.held_on, _NEVER),),
    }
    return take(db, query, Inspection.id, cut, sorts)


def list_own_inspections(db: Session, *, actor: Actor, cut: Cut) -> Page[Inspection]:
    """Return the signed inspections of the actor's own entities."""
    query = select(Inspection).where(
        Inspection.entity_id.in_(frozenset(actor.memberships)),
        Inspection.state == InspectionState.SIGNED,
    )
    return take(db, query, Inspection.id, cut)


def list_for_phone(db: Session, *, actor: Actor, today: date) -> list[Inspection]:
    """Return what an inspector takes along: own and unassigned ones that are to be held.

    Those of a plan once it is approved, two months ahead.
    """
    approved = select(InspectionPlan.id).where(InspectionPlan.state == "approved")
    query = (
        select(Inspection)
        .where(
            Inspection.state.in_(OPEN),
            or_(Inspection.plan_id.is_(None), Inspection.plan_id.in_(approved)),
            or_(
                Inspection.state == InspectionState.HELD,
                Inspection.planned_on.is_(None),
                Inspection.planned_on <= today + _AHEAD,
            ),
        )
        .order_by(Inspection.planned_on, Inspection.id)
    )
    name = actor.label.casefold()
    mine = (
        one
        for one in db.scalars(query)
        if one.lead_id in {None, actor.account_id} or name in (who.casefold() for who in one.team)
    )
    return list(mine)[:MOST_TAKEN]


def rechecks_of(db: Session, inspection_id: int) -> list[Inspection]:
    query = select(Inspection).where(Inspection.recheck_of == inspection_id)
    return list(db.scalars(query.order_by(Inspection.id)))


def notes_of(db: Session, inspection_id: int) -> list[InspectionNote]:
    """Return what was added once it was signed, in its order."""
    query = select(InspectionNote).where(InspectionNote.inspection_id == inspection_id)
    return list(db.scalars(query.order_by(InspectionNote.id)))


def photos_of(db: Session, ids: Collection[int]) -> dict[int, list[InspectionPhoto]]:
    """Return the photos of inspections, awaited ones too; each has a list."""
    found: dict[int, list[InspectionPhoto]] = {one: [] for one in ids}
    query = select(InspectionPhoto).where(InspectionPhoto.inspection_id.in_(ids))
    for one in db.scalars(query.order_by(InspectionPhoto.item, InspectionPhoto.position)):
        found[one.inspection_id].append(one)
    return found


def due_photos(db: Session, ids: Collection[int]) -> dict[int, list[str]]:
    """Return the photos that inspections wait for, by the hash of the phone's file."""
    query = (
        select(InspectionPhoto.inspection_id, InspectionPhoto.source_sha256)
        .where(InspectionPhoto.inspection_id.in_(ids), InspectionPhoto.sha256.is_(None))
        .order_by(InspectionPhoto.item, InspectionPhoto.position)
    )
    found: dict[int, list[str]] = {one: [] for one in ids}
    for inspection_id, source in db.execute(query):
        if source not in found[inspection_id]:
            found[inspection_id].append(source)
    return found


def _narrowed(
    query: Select[tuple[Inspection]], actor: Actor, wanted: InspectionFilter
) -> Select[tuple[Inspection]]:
    equal: tuple[tuple[Any, Any], ...] = (
        (Inspection.state, wanted.state),
        (Inspection.cause, wanted.cause),
        (Inspection.subject, wanted.subject),
        (Inspection.outcome, wanted.outcome),
        (Inspection.plan_id, wanted.plan_id),
        (Inspection.entity_id, wanted.entity_id),
        (Inspection.right_id, wanted.right_id),
        (Inspection.lead_id, actor.account_id if wanted.mine else None),
    )
    for column, value in equal:
        if value is not None:
            query = query.where(column == value)
    if wanted.open:
        query = query.where(Inspection.state.in_(OPEN))
    if wanted.year is not None:
        first, last = date(wanted.year, 1, 1), date(wanted.year, 12, 31)
        query = query.where(
            or_(
                Inspection.held_on.between(first, last),
                Inspection.held_on.is_(None) & Inspection.planned_on.between(first, last),
            )
        )
    for word in fold(wanted.text).split():
        query = query.where(Inspection.folded.contains(word, autoescape=True))
    return query
