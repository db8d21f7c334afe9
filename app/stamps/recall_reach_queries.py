"""Every lot that a recall covers, one by one: those meant, and all that was made from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import BigInteger, cast, exists, func, not_, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.notices import Subject
from app.diary.reach_queries import lots_in, reached_by
from app.diary.trace_models import LotInput
from app.entities.models import Entity
from app.products.models import Product
from app.stamps.models import Span
from app.stamps.recall_queries import ACTIVE_IN

# A list names so many products that were made from a row's lots.
MOST_MADE: Final = 20
# Rows are read so many at a time: a list may be of thousands.
_STEP: Final = 1000


@dataclass(frozen=True, slots=True)
class ReachedLot:
    """A lot that a recall covers; `sources` are the covered lots that went straight into it."""

    id: int
    number: str
    production_date: date | None
    expiry_date: date | None
    state: str
    product: str
    entity: str
    phone: str
    stamps: int
    meant: bool
    sources: str


@dataclass(frozen=True, slots=True)
class MadeProduct:
    """A product of which lots on sale were made from what is recalled."""

    id: int
    name: str
    entity: str
    lots: int


def list_made_on_sale(db: Session, subject: Subject) -> list[MadeProduct]:
    """Return the products, by name, of which lots that were ever on sale were made from it."""
    sold = exists().where(Span.lot_id == Lot.id)
    query = (
        select(Product.id, Product.name, Entity.name.label("entity"))
        .add_columns(func.count(Lot.id).label("lots"))
        .join(Lot, Lot.product_id == Product.id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Lot.id.in_(reached_by([subject])), not_(lots_in(subject)), sold)
        .group_by(Product.id, Product.name, Entity.name)
        .order_by(Product.name, Product.id)
    )
    return [MadeProduct(**row._asdict()) for row in db.execute(query.limit(MOST_MADE))]


def list_reached(db: Session, subject: Subject) -> Iterator[ReachedLot]:
    """Return the lots, those that were meant first; the caller answers for who may see them."""
    ids, sources = reached_by([subject]), _sources(db, subject)
    size = select(func.sum(Span.last - Span.first + 1)).where(ACTIVE_IN).correlate(Lot)
    meant = lots_in(subject)
    query = (
        select(Lot.id, Lot.number, Lot.production_date, Lot.expiry_date, Lot.state)
        .add_columns(Product.name.label("product"), Entity.name.label("entity"), Entity.phone)
        .add_columns(cast(func.coalesce(size.scalar_subquery(), 0), BigInteger).label("stamps"))
        .add_columns(meant.label("meant"))
        .join(Product, Product.id == Lot.product_id)
        .join(Entity, Entity.id == Lot.entity_id)
        .where(Lot.id.in_(ids))
        .order_by(meant.desc(), Entity.name, Product.name, Lot.production_date, Lot.id)
    )
    for row in db.execute(query.execution_options(yield_per=_STEP)):
        yield ReachedLot(**row._asdict(), sources=", ".join(sources.get(row.id, ())))


def _sources(db: Session, subject: Subject) -> dict[int, list[str]]:
    """Return by lot the numbers of the covered lots that went straight into it."""
    covered = reached_by([subject]).cte("covered")
    query = (
        select(LotInput.lot_id, Lot.number)
        .join(covered, covered.c[0] == LotInput.source_lot_id)
        .join(Lot, Lot.id == LotInput.source_lot_id)
        .where(LotInput.withdrawn_at.is_(None))
        .order_by(LotInput.id)
    )
    found: dict[int, list[str]] = {}
    for lot_id, number in db.execute(query):
        found.setdefault(lot_id, []).append(number)
    return found
