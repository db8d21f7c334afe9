"""Which lots the public reads of, and what stands against lots of a product."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice
from app.stamps.models import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingPart:
    """A recall or a hold of a lot, of all of a product, or of what was made between two days."""

    kind: str
    reason: str
    advice: str
    since: datetime
    lot_id: int | None = None
    number: str = ""
    made_from: date | None = None
    made_to: date | None = None

    @property
    def whole(self) -> bool:
        return self.lot_id is None and self.made_from is None and self.made_to is None


def find_product_of(db: Session, lot_id: int) -> int | None:
    """Return the product of a lot that was ever on sale, or was recalled or held.

    A lot before its first stamp is the producer's own affair.
    """
    sold = exists().where(Span.lot_id == Lot.id)
    told = exists().where(LotNotice.lot_id == Lot.id)
    return db.scalar(select(Lot.product_id).where(Lot.id == lot_id, sold | told))


def list_standing(db: Session, product_id: int) -> list[StandingPart]:
    """Return the recalls and holds of a product and its lots that stand, recalls first."""
    of_lots = (
        select(LotNotice, Lot.number)
        .join(Lot, Lot.id == LotNotice.lot_id)
        .where(Lot.product_id == product_id, LotNotice.lifted_at.is_(None))
    )
    of_all = select(ProductNotice).where(
        ProductNotice.product_id == product_id, ProductNotice.lifted_at.is_(None)
    )
    found = [
        StandingPart(
            kind=one.kind,
            reason=one.reason,
            advice=one.advice,
            since=one.set_at,
            lot_id=one.lot_id,
            number=number,
        )
        for one, number in db.execute(of_lots)
    ]
    found += [
        StandingPart(
            kind=one.kind,
            reason=one.reason,
            advice=one.advice,
            since=one.set_at,
            made_from=one.made_from,
            made_to=one.made_to,
        )
        for one in db.scalars(of_all)
    ]
    return sorted(found, key=lambda one: (one.kind != "recall", not one.whole, one.since))
