"""What is no practice farm's: all that is public, counted, exported or given stamps."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.entities.models import Entity
from app.entities.rules import PracticeOnly


def real(entity_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition on records, by the entity they are of, that they are no practice."""
    # Few farms are for practice: they are read once a statement.
    return entity_id.not_in(select(Entity.id).where(Entity.practice))


def practice_names(db: Session, ids: Collection[int]) -> tuple[str, ...]:
    """Return the names of those of some entities that are for practice."""
    query = select(Entity.name).where(Entity.id.in_(ids), Entity.practice)
    return tuple(db.scalars(query.order_by(Entity.folded)))


def is_practice(db: Session, entity_id: int) -> bool:
    return bool(db.scalar(select(Entity.practice).where(Entity.id == entity_id)))


def require_real(db: Session, entity_id: int) -> None:
    """Refuse what goes out into the world where it is of a practice farm. Raises PracticeOnly."""
    if is_practice(db, entity_id):
        raise PracticeOnly
