from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.places.models import Place

SORTS: Final = {"name": (Entity.folded,)}


class NoSuchEntity(NotFound):
    """There is no such entity"""

    code = "entities.not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


class EntityDissolved(Conflict):
    """The entity was dissolved"""

    code = "entities.dissolved"
    detail = N_("Since {dissolved_on} it takes no new lots, stamps or products.")

    def __init__(self, *, dissolved_on: date) -> None:
        self.dissolved_on = dissolved_on


def get_entity(db: Session, entity_id: int, *, actor: Actor) -> Entity:
    """Return an entity the actor sees, or raise NoSuchEntity."""
    entity = db.get(Entity, entity_id)
    if entity is None or not actor.sees(entity.id):
        raise NoSuchEntity
    return entity


def lock_entity(db: Session, entity_id: int) -> Entity:
    """Return an entity as it stands now, held until this transaction ends."""
    return db.get_one(Entity, entity_id, with_for_update=True, populate_existing=True)


def get_active_entity(db: Session, entity_id: int, *, actor: Actor) -> Entity:
    """Return an entity that is not dissolved, or raise EntityDissolved."""
    entity = get_entity(db, entity_id, actor=actor)
    if entity.dissolved_on is not None:
        raise EntityDissolved(dissolved_on=entity.dissolved_on)
    return entity


def list_entities(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    text: str = "",
    commune: str = "",
    status: str = "",
    kind: str = "",
    practice: bool | None = False,
) -> Page[Entity]:
    """Return the entities the actor sees; `text` is part of a name, or a whole number.

    `commune` may be a province's code, for all of its communes. Practice farms stand apart from
    the Department's lists: they are there with True alone, with None among the others.
    """
    query = select(Entity)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Entity.id.in_(scope))
    elif practice is not None:
        query = query.where(Entity.practice.is_(practice))
    if text:
        written = text.strip()
        query = query.where(
            Entity.folded.contains(fold(text), autoescape=True)
            | (Entity.tax_no == written)
            | (Entity.gln == written)
        )
    if commune:
        communes = select(Place.code).where(Place.parent_code == commune)
        query = query.where((Entity.commune_code == commune) | Entity.commune_code.in_(communes))
    if status:
        query = query.where(Entity.status == status)
    if kind:
        query = query.where(Entity.kind == kind)
    return take(db, query, Entity.id, cut, SORTS)


def list_by_ids(db: Session, ids: Iterable[int], *, actor: Actor) -> list[Entity]:
    """Return those of the entities that the actor sees, by name."""
    seen = [entity_id for entity_id in set(ids) if actor.sees(entity_id)]
    query = select(Entity).where(Entity.id.in_(seen)).order_by(Entity.folded, Entity.id)
    return list(db.scalars(query))


def find_by_tax_no(db: Session, tax_no: str) -> Entity | None:
    return db.scalars(select(Entity).where(Entity.tax_no == tax_no)).one_or_none()


def find_by_gln(db: Session, gln: str) -> Entity | None:
    return db.scalars(select(Entity).where(Entity.gln == gln)).one_or_none()


def dissolutions_of(db: Session, ids: Iterable[int]) -> dict[int, date]:
    """Return when entities were dissolved, of those that were."""
    query = select(Entity.id, Entity.dissolved_on).where(
        Entity.id.in_(set(ids)), Entity.dissolved_on.is_not(None)
    )
    return {row.id: row.dissolved_on for row in db.execute(query)}


def names_of(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of entities by id, in one query."""
    rows = db.execute(select(Entity.id, Entity.name).where(Entity.id.in_(set(ids))))
    return {entity_id: name for entity_id, name in rows}  # noqa: C416 - a Row is no plain pair to dict()
