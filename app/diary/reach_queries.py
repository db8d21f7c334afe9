"""What recalls and holds reach: lots, and by the trace whatever was made from them.

Nothing of it is kept: each reader walks the trace anew. Up from a lot where lots are asked about,
for few have many sources; down from what is recalled where lots are looked for.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased

from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.notices import Subject
from app.diary.trace_models import LotInput
from app.diary.trace_queries import reach
from app.diary.tracing import Way

# A look-up at a glance follows this many sources of a lot; one with more is read by the routes.
GLANCED: Final = 200

Lots = CompoundSelect[int]
Conditions = Sequence[ColumnElement[bool]]


def lots_in(subject: Subject) -> ColumnElement[bool]:
    """Return the condition on the lots that a subject names."""
    if subject.lot_id is not None:
        return Lot.id == subject.lot_id
    made = Lot.production_date
    early = true() if subject.made_from is None else made >= subject.made_from
    late = true() if subject.made_to is None else made <= subject.made_to
    return and_(Lot.product_id == subject.product_id, or_(made.is_(None), and_(early, late)))


def reached_by(subjects: Collection[Subject]) -> Lots:
    """Return the ids of the lots that subjects name, and of all that was made from them."""
    return _with_made(select(Lot.id).where(or_(*(lots_in(one) for one in subjects))))


def stopped_lots(kind: str | None = None) -> Lots:
    """Return the ids of all lots against which a recall or a hold stands, or one of a kind."""
    notices = (LotNotice, ProductNotice)
    return _with_made(_named(*([of.lifted_at.is_(None), *_of(of, kind)] for of in notices)))


def lots_changed_since(time: datetime) -> Lots:
    """Return the ids of lots against which something stands, or not any more, since a time.

    It may name one too many, and none too few: also those that were said since to be made, or
    not to be made, from what was stopped at any time since.
    """
    notices = (LotNotice, ProductNotice)
    stopped = _named(*([or_(of.lifted_at.is_(None), of.lifted_at >= time)] for of in notices))
    turned = _named(*([or_(of.set_at >= time, of.lifted_at >= time)] for of in notices))
    fed = select(LotInput.lot_id).where(
        or_(LotInput.added_at >= time, LotInput.withdrawn_at >= time),
        LotInput.source_lot_id.in_(_with_made(stopped, "stopped")),
    )
    return _with_made(select(union(turned, fed).subquery()))


def _named(of_lot: Conditions, of_product: Conditions) -> Select[Any]:
    """Return the lots that notices of lots, or of products, name."""
    lots = select(LotNotice.lot_id).where(*of_lot)
    made = select(Lot.id).join(ProductNotice, ProductNotice.product_id == Lot.product_id)
    return select(union(lots, made.where(covers_lot(), *of_product)).subquery())


def _of(of: type[LotNotice] | type[ProductNotice], kind: str | None) -> Conditions:
    return [] if kind is None else [of.kind == kind]


def _with_made(lots: Select[Any], name: str = "named") -> Lots:
    named = lots.cte(name)
    starts = select(named)
    return union(starts, select(reach(starts, Way.DOWN, name=f"made_of_{name}").c.lot_id))


def covers_lot() -> ColumnElement[bool]:
    """Return the condition on a product's notice and a lot of the product that it covers."""
    made = Lot.production_date
    early = or_(ProductNotice.made_from.is_(None), ProductNotice.made_from <= made)
    late = or_(ProductNotice.made_to.is_(None), ProductNotice.made_to >= made)
    return or_(made.is_(None), and_(early, late))


def anything_stands(
    product_id: ColumnElement[int], lot_id: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Return, for a statement of the look-up's, whether `standing_of` may find anything.

    Where anything stands at all it walks up to `GLANCED` sources, and says yes of a lot with more.
    """
    source_id, counts = LotInput.source_lot_id, LotInput.withdrawn_at.is_(None)
    near = select(source_id.label("source_id")).correlate(lot_id.table)
    near = near.where(LotInput.lot_id == lot_id, counts, source_id.is_not(None))
    walked = near.cte("glanced", recursive=True, nesting=True)
    far = select(source_id).where(LotInput.lot_id == walked.c.source_id, counts)
    onward = walked.union(far.where(source_id.is_not(None)))
    some = select(onward.c.source_id).limit(GLANCED + 1).subquery()
    source = exists().where(Lot.id == some.c.source_id, _of_product(Lot.product_id.expression))
    stopped = or_(_of_lot(some.c.source_id), and_(_of_any(ProductNotice), source))
    struck = func.coalesce(func.max(case((stopped, 1), else_=0)), 0)
    by_trace = select(or_(struck == 1, func.count() > GLANCED)).select_from(some)
    # The walk is spared where nothing stands against anything. A CASE is read only as far as it
    # must be; of an OR SQLite reads all.
    return case(
        (or_(_of_lot(lot_id), exists().where(_of_product(product_id))), true()),
        (or_(_of_any(LotNotice), _of_any(ProductNotice)), by_trace.scalar_subquery()),
        else_=false(),
    )


def _of_any(of: type[LotNotice] | type[ProductNotice]) -> ColumnElement[bool]:
    noticed = aliased(of)
    return exists().where(noticed.lifted_at.is_(None))


def _of_lot(lot_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(LotNotice.lot_id == lot_id, LotNotice.lifted_at.is_(None))


def _of_product(product_id: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(ProductNotice.product_id == product_id, ProductNotice.lifted_at.is_(None))
