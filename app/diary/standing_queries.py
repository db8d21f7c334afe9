"""What stands against lots and products now: recalls and holds of either, read together."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    bindparam,
    exists,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice

# A product, and a lot of it or none.
Key = tuple[int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A recall or a hold that stands. `official` tells the Department's from the owner's.

    Without `lot_id` it is the product's: of all of it, or of what was made between two days.
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
# One statement, built once: each look-up reads by it.
_STANDING: Final = union_all(
    select(
        null().label("product_id"),
        LotNotice.lot_id,
        _no_day.label("made_from"),
        _no_day.label("made_to"),
        *(getattr(LotNotice, name) for name in _said),
    ).where(LotNotice.lot_id.in_(bindparam("lots", expanding=True)), LotNotice.lifted_at.is_(None)),
    select(
        ProductNotice.product_id,
        null().label("lot_id"),
        ProductNotice.made_from,
        ProductNotice.made_to,
        *(getattr(ProductNotice, name) for name in _said),
    ).where(
        ProductNotice.product_id.in_(bindparam("products", expanding=True)),
        ProductNotice.lifted_at.is_(None),
    ),
)
_MADE: Final = select(Lot.id, Lot.production_date).where(
    Lot.id.in_(bindparam("lots", expanding=True))
)


def standing_of(db: Session, keys: Collection[Key]) -> dict[Key, Standing]:
    """Return what stands against each, where something does; of several the earliest is told.

    A key without a lot asks for what stands against the whole product. One statement for all,
    and one more where something of a product stands.
    """
    if not keys:
        return {}
    # Lists: of a set SQLAlchemy can't tell what is in it where a parameter has no type.
    lots = list({lot_id for _, lot_id in keys if lot_id is not None})
    asked = {"lots": lots, "products": list({product_id for product_id, _ in keys})}
    rows = db.execute(_STANDING, asked).all()
    if not rows:
        return {}
    dated = any(row.made_from is not None or row.made_to is not None for row in rows)
    made: dict[int, date | None] = {}
    if dated:
        made = {row.id: row.production_date for row in db.execute(_MADE, {"lots": lots})}
    of_lots: dict[int | None, list[Notice]] = {}
    of_products: dict[int | None, list[Notice]] = {}
    for row in rows:
        notice = _notice(row)
        if row.lot_id is None:
            of_products.setdefault(row.product_id, []).append(notice)
        else:
            of_lots.setdefault(row.lot_id, []).append(notice)
    found = {}
    for product_id, lot_id in keys:
        likely = of_products.get(product_id, []) + of_lots.get(lot_id, [])
        made_on = None if lot_id is None else made.get(lot_id)
        against = [one for one in likely if one.covers(lot_id, made_on)]
        if against:
            found[product_id, lot_id] = _standing(against)
    return found


def anything_stands(
    product_id: ColumnElement[int], lot_id: ColumnElement[int | None]
) -> ColumnElement[bool]:
    """Return, for a statement of the look-up's, whether `standing_of` may find anything."""
    return or_(
        exists().where(LotNotice.lot_id == lot_id, LotNotice.lifted_at.is_(None)),
        exists().where(ProductNotice.product_id == product_id, ProductNotice.lifted_at.is_(None)),
    )


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
