"""Use rights that hold on a day, told in columns as the rules tell it, and those beside one."""

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.entities.models import Entity
from app.rights.models import UseRight
from app.rights.use_checks import Held

Day = date | InstrumentedAttribute[date | None]


def granted_on(day: Day) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a use right that is not over on a day; a suspended one is not."""
    holder = aliased(Entity)
    gone = select(holder.id).where(holder.id == UseRight.entity_id, holder.dissolved_on <= day)
    return (
        UseRight.valid_from <= day,
        UseRight.valid_to.is_(None) | (UseRight.valid_to >= day),
        UseRight.ended_on.is_(None) | (UseRight.ended_on > day),
        ~gone.correlate_except(holder).exists(),
    )


def holds_on(day: Day) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a use right that holds on a day.

    Suspensions before the last one are for the rules to judge.
    """
    return (
        *granted_on(day),
        UseRight.suspended_on.is_(None)
        | (UseRight.suspended_on > day)
        | (UseRight.resumed_on <= day),
    )


def use_rights_beside(db: Session, use_right: UseRight) -> list[Held]:
    """Return the other use rights of the same product under the same right."""
    query = (
        select(UseRight)
        .where(UseRight.right_id == use_right.right_id)
        .where(UseRight.product_id == use_right.product_id)
        .order_by(UseRight.valid_from, UseRight.id)
    )
    return [held_by(one) for one in db.scalars(query) if one.id != use_right.id]


def held_by(use_right: UseRight) -> Held:
    return Held(
        id=use_right.id,
        certificate_no=use_right.certificate_no,
        form=use_right.form,
        valid_from=use_right.valid_from,
        valid_to=use_right.valid_to,
        ended_on=use_right.ended_on,
    )
