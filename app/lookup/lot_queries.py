"""Which lots the public reads of, and what stands against lots of a product."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.reach_queries import stopped_lots
from app.diary.rules import LotState
from app.diary.standing_queries import Notice as Standing
from app.diary.standing_queries import standing_of
from app.entities.practice_queries import real
from app.lookup.verdict import Notice, Source
from app.stamps.models import Span

# A product's page names so many of its lots that were made from what is recalled, and counts all.
MOST_NAMED: Final = 50


@dataclass(slots=True, kw_only=True)
class StandingPart:
    """A recall or a hold of a lot, of all of a product, or of what was made between two days.

    With a `source` it is of that, and `lots` of this product were made from it.
    """

    kind: str
    reason: str
    advice: str
    since: datetime
    lot_id: int | None = None
    number: str = ""
    made_from: date | None = None
    made_to: date | None = None
    source: Source | None = None
    lots: list[tuple[int, str]] = field(default_factory=list)
    more_lots: bool = False

    @property
    def whole(self) -> bool:
        days = self.made_from is not None or self.made_to is not None
        return self.lot_id is None and self.source is None and not days


def find_product_of(db: Session, lot_id: int) -> int | None:
    """Return the product of a lot that was ever on sale, or was recalled or held.

    A lot that was neither released nor bears a stamp is the producer's own affair, and one of a
    practice farm always.
    """
    released = Lot.state.in_((LotState.RELEASED, LotState.DISTRIBUTED))
    sold = exists().where(Span.lot_id == Lot.id)
    told = exists().where(LotNotice.lot_id == Lot.id)
    query = select(Lot.product_id).where(Lot.id == lot_id, released | sold | told)
    return db.scalar(query.where(real(Lot.entity_id)))


def told(notice: Standing | None) -> Notice | None:
    """Return what the public is told of what stands against a lot."""
    if notice is None:
        return None
    return Notice(notice.reason, notice.since, notice.advice, source_of(notice))


def source_of(notice: Standing) -> Source | None:
    """Return what a lot was made from that has it covered, by what that one's page tells."""
    via = notice.via
    if via is None:
        return None
    product = Source(product_id=via.product_id, product=via.product, entity=via.entity)
    if notice.lot_id is None:
        return product
    return Source(
        product_id=via.product_id,
        product=via.product,
        entity=via.entity,
        lot_id=via.lot_id,
        number=via.number,
    )


def list_standing(db: Session, product_id: int) -> list[StandingPart]:
    """Return the recalls and holds of a product and its lots that stand, recalls first.

    Those of what its lots were made from too, for lots that were ever on sale.
    """
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
    found += _by_source(db, product_id)
    return sorted(found, key=lambda one: (one.kind != "recall", not one.whole, one.since))


def _by_source(db: Session, product_id: int) -> Iterable[StandingPart]:
    sold = exists().where(Span.lot_id == Lot.id)
    query = (
        select(Lot.id, Lot.number)
        .where(Lot.product_id == product_id, Lot.id.in_(stopped_lots()), sold)
        .order_by(Lot.id.desc())
    )
    numbers = {lot_id: number for lot_id, number in db.execute(query.limit(MOST_NAMED + 1))}  # noqa: C416 - a Row is no plain pair to dict()
    standing = standing_of(db, [(product_id, lot_id) for lot_id in numbers])
    parts: dict[tuple[str, int, bool], StandingPart] = {}
    for (_, lot_id), against in standing.items():
        for one in filter(None, (against.recall, against.hold)):
            if one.via is None or lot_id is None:
                continue
            part = StandingPart(
                kind=one.kind,
                reason=one.reason,
                advice=one.advice,
                since=one.since,
                source=source_of(one),
                more_lots=len(numbers) > MOST_NAMED,
            )
            kept = parts.setdefault((one.kind, one.id, one.lot_id is None), part)
            kept.lots.append((lot_id, numbers[lot_id]))
    return parts.values()
