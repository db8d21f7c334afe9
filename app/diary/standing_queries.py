"""What stands against lots and products now: recalls and holds of either, read together.

What stands against a lot stands against all that was made from it, whoever made it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Date,
    Row,
    bindparam,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.trace_queries import reach, reach_of_each
from app.diary.tracing import Way
from app.entities.models import Entity
from app.kit.db import beyond_fence
from app.products.models import Product

# A product, and a lot of it or none.
Key = tuple[int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A lot that another was made from, near or far, and against which something stands."""

    lot_id: int
    number: str
    product_id: int
    product: str
    entity_id: int
    entity: str
    made_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A recall or a hold that stands. `official` tells the Department's from the owner's.

    Without `lot_id` it is a product's: of all of it, or of what was made between two days. `via`
    is the lot it comes by where it stands against that, and so against what was made from it.
    """

    id: int
    kind: str
    reason: str
    advice: str
    since: datetime
    by: str
    official: bool
    lot_id: int | None
    made_from: date | None
    made_to: date | None
    via: Source | None = None

    @property
    def whole(self) -> bool:
        return self.lot_id is None and self.made_from is None and self.made_to is None

    def covers(self, lot_id: int | None, made_on: date | None) -> bool:
        """Tell whether it stands against a lot, or against the product where none is named.

        A lot without a day of production may be of any day: that is the careful side.
        """
        if self.lot_id is not None:
            return self.lot_id == lot_id
        if lot_id is None or made_on is None:
            return lot_id is not None or self.whole
        early = self.made_from is not None and made_on < self.made_from
        late = self.made_to is not None and made_on > self.made_to
        return not (early or late)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands against a lot or a product; both None is the usual case."""

    recall: Notice | None = None
    hold: Notice | None = None

    def __bool__(self) -> bool:
        return self.recall is not None or self.hold is not None


NOTHING: Final = Standing()

_said = ("id", "kind", "reason", "advice", "set_at", "set_by", "official")
_no_day = type_coerce(null(), Date)
_of_lots = select(
    null().label("product_id"),
    LotNotice.lot_id,
    _no_day.label("made_from"),
    _no_day.label("made_to"),
    *(getattr(LotNotice, name) for name in _said),
).where(LotNotice.lifted_at.is_(None))
_of_products = select(
    ProductNotice.product_id,
    null().label("lot_id"),
    ProductNotice.made_from,
    ProductNotice.made_to,
    *(getattr(ProductNotice, name) for name in _said),
).where(ProductNotice.lifted_at.is_(None))
_asked_lots: Final[BindParameter[int]] = bindparam("lots", expanding=True)
_asked_products: Final[BindParameter[int]] = bindparam("products", expanding=True)
_asked: Final = select(Lot.id).where(Lot.id.in_(_asked_lots))
_far: Final = reach(_asked, Way.UP)
# Statements built once: each look-up reads by the first.
_STANDING: Final = union_all(
    _of_lots.where(LotNotice.lot_id.in_(_asked_lots)),
    _of_products.where(ProductNotice.product_id.in_(_asked_products)),
    _of_lots.join(_far, _far.c.lot_id == LotNotice.lot_id),
    _of_products.join(Lot, Lot.product_id == ProductNotice.product_id).join(
        _far, _far.c.lot_id == Lot.id
    ),
)
_MADE: Final = select(Lot.id, Lot.production_date).where(Lot.id.in_(_asked_lots))
_pairs: Final = reach_of_each(_asked, Way.UP)
_SOURCES: Final = (
    select(
        _pairs.c.start_id.label("of"),
        Lot.id.label("lot_id"),
        Lot.number,
        Lot.product_id,
        Product.name.label("product"),
        Lot.entity_id,
        Entity.name.label("entity"),
        Lot.production_date.label("made_on"),
    )
    .join(Lot, Lot.id == _pairs.c.lot_id)
    .join(Product, Product.id == Lot.product_id)
    .join(Entity, Entity.id == Lot.entity_id)
    .where(
        or_(
            Lot.id.in_(bindparam("named", expanding=True)),
            Lot.product_id.in_(_asked_products),
        )
    )
    .order_by(Lot.id)
)


def standing_of(db: Session, keys: Collection[Key]) -> dict[Key, Standing]:
    """Return what stands against each, where something does; of several the earliest is told.

    A key without a lot asks for what stands against the whole product. One statement for all,
    and two more where something stands.
    """
    if not keys:
        return {}
    # Lists: of a set SQLAlchemy can't tell what is in it where a parameter has no type.
    lots = list({lot_id for _, lot_id in keys if lot_id is not None})
    asked = {"lots": lots, "products": list({product_id for product_id, _ in keys})}
    # What stands against a source holds for who made something of it, though its maker's records
    # are not theirs to read.
    with beyond_fence(db):
        rows = db.execute(_STANDING, asked).all()
        if not rows:
            return {}
        read = _Read(rows)
        made = {row.id: row.production_date for row in db.execute(_MADE, {"lots": lots})}
        sources = read.sources(db, lots)
    found = {}
    for product_id, lot_id in keys:
        against = read.against(product_id, lot_id, made.get(lot_id or 0))
        for source in sources.get(lot_id or 0, ()):
            of_source = read.against(source.product_id, source.lot_id, source.made_on)
            against += [replace(one, via=source) for one in of_source]
        if against:
            found[product_id, lot_id] = _standing(against)
    return found


class _Read:
    """Notices that may stand against some lots, by what they are of."""

    def __init__(self, rows: Iterable[Row[Any]]) -> None:
        self.of_lots: dict[int, dict[int, Notice]] = {}
        self.of_products: dict[int, dict[int, Notice]] = {}
        for row in rows:
            if row.lot_id is None:
                self.of_products.setdefault(row.product_id, {})[row.id] = _notice(row)
            else:
                self.of_lots.setdefault(row.lot_id, {})[row.id] = _notice(row)

    def against(self, product_id: int, lot_id: int | None, made_on: date | None) -> list[Notice]:
        of_lot = self.of_lots.get(lot_id or 0, {})
        likely = [*self.of_products.get(product_id, {}).values(), *of_lot.values()]
        return [one for one in likely if one.covers(lot_id, made_on)]

    def sources(self, db: Session, lots: Sequence[int]) -> dict[int, list[Source]]:
        """Return by lot what it was made from, as far as a notice may be of that."""
        asked = {"lots": lots, "named": list(self.of_lots), "products": list(self.of_products)}
        found: dict[int, list[Source]] = {}
        for row in db.execute(_SOURCES, asked):
            facts = row._asdict()
            found.setdefault(facts.pop("of"), []).append(Source(**facts))
        return found


def standing_against(db: Session, product_id: int, lot_id: int | None = None) -> Standing:
    """Return what stands against a lot, or against a whole product."""
    key = (product_id, lot_id)
    return standing_of(db, [key]).get(key, NOTHING)


def _standing(notices: list[Notice]) -> Standing:
    first: dict[str, Notice] = {}
    for one in sorted(notices, key=lambda one: (one.since, one.id)):
        first.setdefault(one.kind, one)
    return Standing(**first)


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        kind=row.kind,
        reason=row.reason,
        advice=row.advice,
        since=row.set_at,
        by=row.set_by,
        official=row.official,
        lot_id=row.lot_id,
        made_from=row.made_from,
        made_to=row.made_to,
    )


def against_product(db: Session, product_id: int) -> list[Notice]:
    """Return what stands against a whole product, a recall before a hold."""
    key = (product_id, None)
    standing = standing_of(db, [key]).get(key, NOTHING)
    return [one for one in (standing.recall, standing.hold) if one is not None]
