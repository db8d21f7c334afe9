"""What a mark manager has to look after: own rights with their users, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.rights.manager_queries import rights_kept
from app.rights.models import UseRight
from app.rights.row_queries import RightRow, right_row, user_rows
from app.rights.use_decision_queries import open_objections, uses_found
from app.rights.use_queries import holds_on

SOON: Final = timedelta(days=90)
_SHOWN: Final = 100


@dataclass(frozen=True)
class KeptRight:
    """A right with the number of its use rights: all, in force, ending soon, and users seen."""

    row: RightRow
    all: int
    in_force: int
    ending: int
    in_use: int


@dataclass(frozen=True)
class Waiting:
    """An objection that waits: to which use right, since when, and whether it is answered."""

    use_right_id: int
    product: str
    entity: str
    reason: str
    raised_at: datetime
    answered: bool


def kept_rights(db: Session, *, actor: Actor, day: date) -> list[KeptRight]:
    """Return the rights the actor keeps the users of, with how these stand on a day."""
    rights = rights_kept(db, actor)
    ids = [one.id for one in rights]
    # Whether a user was dissolved stands with the entity, and mark managers read no such record.
    with beyond_fence(db):
        counts = {row.right_id: row for row in db.execute(_counted(ids, day))}
    seen = uses_found(db, ids, day=day)
    found = []
    for right in rights:
        told = counts.get(right.id)
        used = [last for (key, _), last in seen.items() if key == right.id and last.in_use]
        found.append(
            KeptRight(
                row=right_row(right, day),
                all=told.all if told else 0,
                in_force=told.in_force if told else 0,
                ending=told.ending if told else 0,
                in_use=len(used),
            )
        )
    return found


def _counted(right_ids: Sequence[int], day: date) -> Select[int, int, int, int]:
    """Count the use rights of rights: all, those that hold on a day, and of these the ending."""
    one, holds = UseRight, and_(*holds_on(day))
    return (
        select(
            one.right_id,
            func.count().label("all"),
            func.count(case((holds, 1))).label("in_force"),
            func.count(case((and_(holds, one.valid_to <= day + SOON), 1))).label("ending"),
        )
        .where(one.right_id.in_(right_ids))
        .group_by(one.right_id)
    )


def waiting_for(db: Session, *, actor: Actor) -> list[Waiting]:
    """Return the open objections to use rights the actor keeps."""
    found = open_objections(db, actor=actor, limit=_SHOWN)
    rows = user_rows(db, [use_right for _, use_right in found], date.min)
    return [
        Waiting(
            use_right_id=row.use_right.id,
            product=row.product,
            entity=row.entity,
            reason=one.reason,
            raised_at=one.raised_at,
            answered=one.answered_at is not None,
        )
        for (one, _), row in zip(found, rows, strict=True)
    ]
