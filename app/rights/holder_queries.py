"""Who owned and managed rights, where they hold and what was decided on them, over time."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.rights.right_models import RightArea, RightDecision, RightHolder

Part = TypeVar("Part", RightHolder, RightArea, RightDecision)


class NoSuchPart(NotFound):
    """There is no such line of this right"""

    code = "rights.no_such_part"
    detail = N_("It may have been struck meanwhile. Look at the right's page.")


def holders_of(
    db: Session, right_ids: Iterable[int], *, day: date | None = None
) -> dict[int, list[RightHolder]]:
    """Return the owners and managing bodies of rights, the latest first: all, or those of a day.

    What was struck is left out.
    """
    query = select(RightHolder).where(
        RightHolder.right_id.in_(ids := set(right_ids)),
        RightHolder.struck_at.is_(None),
        *_on(RightHolder, day),
    )
    latest = (RightHolder.role, RightHolder.from_day.desc().nulls_last(), RightHolder.id.desc())
    return _by_right(ids, db.scalars(query.order_by(*latest)))


def areas_of(
    db: Session, right_ids: Iterable[int], *, day: date | None = None
) -> dict[int, list[RightArea]]:
    """Return the places of rights as they were written down: all, or those of a day."""
    query = select(RightArea).where(
        RightArea.right_id.in_(ids := set(right_ids)),
        RightArea.struck_at.is_(None),
        *_on(RightArea, day),
    )
    return _by_right(ids, db.scalars(query.order_by(RightArea.id)))


def decisions_of(db: Session, right_ids: Iterable[int]) -> dict[int, list[RightDecision]]:
    """Return every decision on rights in the order they were recorded, also what is annulled."""
    query = select(RightDecision).where(RightDecision.right_id.in_(ids := set(right_ids)))
    return _by_right(ids, db.scalars(query.order_by(RightDecision.id)))


def get_part(db: Session, model: type[Part], part_id: int, *, right_id: int) -> Part:
    """Return a line of a right that is not struck, or raise NoSuchPart."""
    found = db.get(model, part_id)
    if found is None or found.right_id != right_id:
        raise NoSuchPart
    if not isinstance(found, RightDecision) and found.struck_at is not None:
        raise NoSuchPart
    return found


def _on(model: type[RightHolder | RightArea], day: date | None) -> list[ColumnElement[bool]]:
    if day is None:
        return []
    return [
        or_(model.from_day.is_(None), model.from_day <= day),
        or_(model.to_day.is_(None), model.to_day >= day),
    ]


def _by_right(ids: Iterable[int], rows: Iterable[Part]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {right_id: [] for right_id in ids}
    for row in rows:
        found[row.right_id].append(row)
    return found
