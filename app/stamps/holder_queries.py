"""Who holds stamps, and how many: what the law has the Department publish, and no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, Subquery, and_, cast, extract, func, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.kit.text import fold
from app.places.models import Place
from app.products.models import Product
from app.stamps.allotting_queries import of_year
from app.stamps.models import Batch, Span
from app.stamps.rules import State

ROWS = 200


@dataclass(frozen=True, slots=True)
class Holder:
    """The stamps of a product that an entity was granted in a year."""

    entity_id: int
    entity: str
    commune_code: str | None
    commune: str
    commune_en: str
    product_id: int
    product: str
    granted: int
    handed_over: int
    active: int


@dataclass(frozen=True, slots=True)
class HolderTotals:
    """What a year's holders come to."""

    rows: int
    entities: int
    granted: int
    handed_over: int
    active: int


def list_holder_years(db: Session) -> list[int]:
    """Return the years in which stamps were granted, the latest first."""
    year = func.coalesce(Batch.budget_year, cast(extract("year", Batch.decided_at), Integer))
    granted = select(year.label("year")).where(Batch.granted.is_not(None)).distinct()
    return sorted((int(one) for one in db.scalars(granted)), reverse=True)


def list_holders(
    db: Session, *, year: int, text: str = "", first: int = 0, most: int | None = ROWS
) -> list[Holder]:
    """Return the holders of a year by name, from a place in the list on, in one query."""
    held = _held(year)
    query = (
        _sought(
            select(
                Entity.id,
                Entity.name,
                Place.code,
                Place.kind,
                Place.name,
                Place.name_en,
                Product.id,
                Product.name,
                held.c.granted,
                held.c.handed_over,
                held.c.active,
            ),
            held,
            text,
        )
        .order_by(Entity.folded, Entity.id, Product.folded, Product.id)
        .offset(first)
        .limit(most)
    )
    return list(_holders(db, query))


def sum_holders(db: Session, *, year: int, text: str = "") -> HolderTotals:
    """Return the totals of all holders that a list of this year and text has."""
    held = _held(year)
    sums = [
        func.coalesce(func.sum(column), 0)
        for column in (held.c.granted, held.c.handed_over, held.c.active)
    ]
    counts = func.count(), func.count(func.distinct(Entity.id))
    found = db.execute(_sought(select(*counts, *sums), held, text)).one()
    return HolderTotals(*(int(value) for value in found))


def _held(year: int) -> Subquery:
    """Return the sums of a year by entity and product."""
    owner = Batch.entity_id, Batch.product_id
    granted = (
        select(
            *owner,
            func.sum(Batch.granted).label("granted"),
            func.sum(Batch.handed_over).label("handed_over"),
        )
        .where(of_year(year))
        .group_by(*owner)
        .subquery()
    )
    active = (
        select(*owner, func.sum(Span.last - Span.first + 1).label("active"))
        .join(Span, Span.batch_id == Batch.id)
        .where(of_year(year), Span.state == State.ACTIVE)
        .group_by(*owner)
        .subquery()
    )
    same = and_(
        active.c.entity_id == granted.c.entity_id, active.c.product_id == granted.c.product_id
    )
    joined = granted.outerjoin(active, same)
    found = select(*granted.c, func.coalesce(active.c.active, 0).label("active"))
    return found.select_from(joined).subquery()


def _sought(query: Select[Any], held: Subquery, text: str) -> Select[Any]:
    query = (
        query.select_from(held)
        .join(Entity, Entity.id == held.c.entity_id)
        .join(Product, Product.id == held.c.product_id)
        .outerjoin(Place, Place.code == Entity.commune_code)
    )
    if not text.strip():
        return query
    part = fold(text)
    return query.where(
        Entity.folded.contains(part, autoescape=True)
        | Product.folded.contains(part, autoescape=True)
        | Place.folded.contains(part, autoescape=True)
    )


def _holders(db: Session, query: Select[Any]) -> Iterator[Holder]:
    for entity_id, entity, code, kind, place, english, product_id, product, *sums in db.execute(
        query
    ):
        yield Holder(
            entity_id=entity_id,
            entity=entity,
            commune_code=code,
            commune=f"{kind.lower()} {place}" if code else "",
            commune_en=english or place or "",
            product_id=product_id,
            product=product,
            granted=int(sums[0]),
            handed_over=int(sums[1]),
            active=int(sums[2]),
        )
