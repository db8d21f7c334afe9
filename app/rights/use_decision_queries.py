"""The decisions on use rights, the Department's objections, and use that was seen in fact."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from sqlalchemy import ColumnElement, exists, false, func, select, true
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.rights.deciding import Decision, DecisionKind
from app.rights.manager_queries import kept_by
from app.rights.models import UseRight
from app.rights.use_models import UseObjection, UseObservation, UseRightDecision
from app.rights.using import Seen, found_in_use


class NoSuchDecision(NotFound):
    """The use right has no such decision"""

    code: ClassVar[str] = "rights.no_such_decision"
    detail: ClassVar[str] = N_("Open the use right again.")


class NoSuchObjection(NotFound):
    """The use right has no such objection"""

    code: ClassVar[str] = "rights.no_such_objection"
    detail: ClassVar[str] = N_("Open the use right again.")


def use_decisions(db: Session, use_right_id: int) -> list[UseRightDecision]:
    """Return the decisions on a use right in the order they were recorded."""
    query = select(UseRightDecision).where(UseRightDecision.use_right_id == use_right_id)
    return list(db.scalars(query.order_by(UseRightDecision.id)))


def decision_facts(one: UseRightDecision) -> Decision:
    return Decision(
        id=one.id,
        kind=DecisionKind(one.kind),
        effective_on=one.effective_on,
        until=one.until,
        annuls_id=one.annuls_id,
    )


def get_use_decision(db: Session, *, use_right_id: int, decision_id: int) -> UseRightDecision:
    found = db.get(UseRightDecision, decision_id)
    if found is None or found.use_right_id != use_right_id:
        raise NoSuchDecision
    return found


def list_objections(db: Session, use_right_id: int) -> list[UseObjection]:
    """Return the objections to a use right, the latest first."""
    query = select(UseObjection).where(UseObjection.use_right_id == use_right_id)
    return list(db.scalars(query.order_by(UseObjection.id.desc())))


def get_objection(db: Session, *, use_right_id: int, objection_id: int) -> UseObjection:
    """Return an objection to a use right as it stands now, held until this transaction ends."""
    found = db.get(UseObjection, objection_id, with_for_update=True, populate_existing=True)
    if found is None or found.use_right_id != use_right_id:
        raise NoSuchObjection
    return found


def open_objections(
    db: Session, *, actor: Actor, limit: int
) -> list[tuple[UseObjection, UseRight]]:
    """Return objections that are not settled, to what the actor keeps or, for officers, to all."""
    query = (
        select(UseObjection, UseRight)
        .join(UseRight, UseRight.id == UseObjection.use_right_id)
        .where(UseObjection.closed_at.is_(None), _for_whom(actor))
        .order_by(UseObjection.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def count_open_objections(db: Session, *, actor: Actor) -> int:
    """Return how many objections are not settled, to what the actor keeps or to all."""
    query = (
        select(func.count())
        .select_from(UseObjection)
        .join(UseRight, UseRight.id == UseObjection.use_right_id)
        .where(UseObjection.closed_at.is_(None), _for_whom(actor))
    )
    return db.scalar(query) or 0


def _for_whom(actor: Actor) -> ColumnElement[bool]:
    kept = kept_by(actor)
    if actor.of_department:
        return true()
    return false() if kept is None else UseRight.right_id.in_(kept)


def observations_of(
    db: Session, right_ids: Iterable[int], *, entity_id: int = 0
) -> list[UseObservation]:
    """Return what was seen of the use of rights, the latest day first."""
    query = select(UseObservation).where(UseObservation.right_id.in_(set(right_ids)))
    if entity_id:
        query = query.where(UseObservation.entity_id == entity_id)
    return list(db.scalars(query.order_by(UseObservation.seen_on.desc(), UseObservation.id.desc())))


def uses_found(db: Session, right_ids: Iterable[int], *, day: date) -> dict[tuple[int, int], Seen]:
    """Return, by right and entity, what was last seen of the use up to a day."""
    rows: dict[tuple[int, int], list[Seen]] = {}
    for one in observations_of(db, right_ids):
        rows.setdefault((one.right_id, one.entity_id), []).append(seen_facts(one))
    found = {key: found_in_use(seen, day) for key, seen in rows.items()}
    return {key: seen for key, seen in found.items() if seen is not None}


def seen_facts(one: UseObservation) -> Seen:
    return Seen(id=one.id, seen_on=one.seen_on, in_use=one.in_use)


def has_open_objection(db: Session, use_rights: Sequence[UseRight]) -> frozenset[int]:
    """Return those use rights the Department has an open objection to."""
    query = select(UseRight.id).where(
        UseRight.id.in_([one.id for one in use_rights]),
        exists().where(UseObjection.use_right_id == UseRight.id, UseObjection.closed_at.is_(None)),
    )
    return frozenset(db.scalars(query))
