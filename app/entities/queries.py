from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.places.models import Place

SORTS: Final = {"name": (Entity.folded,)}


class NoSuchEntity(NotFound):
    """There is no such entity"""

    code = "entities.not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


def get_entity(db: Session, entity_id: int, *, actor: Actor) -> Entity:
    """Return an entity the actor sees, or raise NoSuchEntity."""
    entity = db.get(Entity, entity_id)
    if entity is None or not actor.sees(entity.id):
        raise NoSuchEntity
    return entity


def list_entities(
    db: Session, *, actor: Actor, cut: Cut, text: str = "", commune: str = "", status: str = ""
) -> Page[Entity]:
    query = select(Entity)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Entity.id.in_(scope))
    if text:
        query = query.where(Entity.folded.contains(fold(text), autoescape=True))
    if commune:
        communes = select(Place.code).where(Place.parent_code == commune)
        query = query.where((Entity.commune_code == commune) | Entity.commune_code.in_(communes))
    if status:
        query = query.where(Entity.status == status)
    return take(db, query, Entity.id, cut, SORTS)


def find_by_tax_no(db: Session, tax_no: str) -> Entity | None:
    return db.scalars(select(Entity).where(Entity.tax_no == tax_no)).one_or_none()


def find_by_gln(db: Session, gln: str) -> Entity | None:
    return db.scalars(select(Entity).where(Entity.gln == gln)).one_or_none()


def names_of(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of entities by id, in one query."""
    rows = db.execute(select(Entity.id, Entity.name).where(Entity.id.in_(set(ids))))
    return {entity_id: name for entity_id, name in rows}  # noqa: C416 - a Row is no plain pair to dict()
