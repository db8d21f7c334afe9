from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.notices import RECALL, Subject
from app.diary.reach_queries import lots_in, reached_by
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.products.models import Product
from app.scans.models import Scan
from app.stamps.models import Batch, Span
from app.stamps.order_queries import WAITING
from app.stamps.recall_models import RecallOrder
from app.stamps.rules import State

# Look-ups of so many days tell how far the goods have come.
LOOKED_BACK: Final = timedelta(days=30)
# What one person does within this time counts together.
TOGETHER: Final = timedelta(days=1)
_IDLE: Final = (State.ISSUED, State.RECEIVED, State.RETURNED)


class NoSuchRecallOrder(NotFound):
    """There is no such request for a recall"""

    code: ClassVar[str] = "stamps.no_such_recall_order"
    detail: ClassVar[str] = N_("It may belong to somebody else, or the address is mistyped.")


@dataclass(frozen=True, slots=True)
class Made:
    """Lots of one product that were made from others, and their active stamps."""

    entity_id: int
    entity: str
    product_id: int
    product: str
    lots: int
    stamps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a recall or a hold touches. `idle` are stamps of the product in no lot yet.

    Lots, active stamps and look-ups are with those of what was `made` from the lots meant.
    """

    lots: int
    active: int
    idle: int
    lookups: int
    made: tuple[Made, ...] = ()

    @property
    def stamps(self) -> int:
        return self.active + self.idle

    @property
    def made_lots(self) -> int:
        return sum(one.lots for one in self.made)

    @property
    def made_stamps(self) -> int:
        return sum(one.stamps for one in self.made)


_size: Final = Span.last - Span.first + 1
ACTIVE_IN: Final = and_(Span.lot_id == Lot.id, Span.state == State.ACTIVE)


def touched_by(db: Session, subject: Subject, *, now: datetime) -> Touched:
    """Return what a subject covers: its lots and what was made from them, whoever made it.

    An owner is told of others' goods by these figures; their names are for the office to show.
    """
    lots = reached_by([subject])
    seen = (
        select(func.count())
        .select_from(Span)
        .join(Scan, Scan.line.between(Span.first, Span.last))
        .where(Span.lot_id.in_(lots), Span.state == State.ACTIVE, Scan.minute >= now - LOOKED_BACK)
    )
    # What was made from them may be anybody's, and is stopped with them.
    with beyond_fence(db):
        return Touched(
            lots=db.scalar(select(func.count()).select_from(lots.subquery())) or 0,
            active=_active(db, [subject]),
            idle=_idle(db, subject.product_id) if subject.whole else 0,
            lookups=db.scalar(seen) or 0,
            made=tuple(_made(db, subject)),
        )


def _made(db: Session, subject: Subject) -> Iterable[Made]:
    names = (Entity.id, Entity.name, Product.id, Product.name)
    lots, stamps = func.count(Lot.id.distinct()), func.coalesce(func.sum(_size), 0)
    query = (
        select(*names, lots, stamps)
        .select_from(Lot)
        .join(Product, Product.id == Lot.product_id)
        .join(Entity, Entity.id == Lot.entity_id)
        .outerjoin(Span, ACTIVE_IN)
        .where(Lot.id.in_(reached_by([subject])), not_(lots_in(subject)))
        .group_by(*names)
        .order_by(Entity.name, Product.name)
    )
    for entity_id, entity, product_id, product, count, active in db.execute(query):
        yield Made(entity_id, entity, product_id, product, count, int(active))


def count_stamps(db: Session, subjects: Collection[Subject]) -> int:
    """Return how many stamps subjects of one product touch together, each counted once.

    Those on what was made from its lots count too.
    """
    whole = next((one for one in subjects if one.whole), None)
    return _active(db, subjects) + (_idle(db, whole.product_id) if whole else 0)


def count_together(
    db: Session, subject: Subject, *, actor: Actor, now: datetime, lifted: bool = False
) -> int:
    """Return how many stamps a person touches with a recall and those just made alone.

    So a recall in parts counts as the one it is; `lifted` counts what was lifted instead.
    """
    lots = (
        select(Lot, LotNotice)
        .join(LotNotice, LotNotice.lot_id == Lot.id)
        .where(
            Lot.product_id == subject.product_id,
            *_alone(LotNotice, actor=actor, now=now, lifted=lifted),
        )
    )
    parts = select(ProductNotice).where(
        ProductNotice.product_id == subject.product_id,
        *_alone(ProductNotice, actor=actor, now=now, lifted=lifted),
    )
    whole = Subject(entity_id=subject.entity_id, product_id=subject.product_id)
    before = [replace(whole, lot_id=lot.id) for lot, _ in db.execute(lots)]
    before += [
        replace(whole, made_from=one.made_from, made_to=one.made_to) for one in db.scalars(parts)
    ]
    return count_stamps(db, [subject, *before])


def _alone(
    of: type[LotNotice] | type[ProductNotice], *, actor: Actor, now: datetime, lifted: bool
) -> Iterable[ColumnElement[bool]]:
    since = now - TOGETHER
    if lifted:
        yield of.lifted_at > since
        yield of.lifted_by_id.is_not_distinct_from(actor.account_id)
        yield of.lift_confirmed_by == ""
    else:
        yield of.lifted_at.is_(None)
        yield of.set_at > since
        yield of.set_by_id.is_not_distinct_from(actor.account_id)
        yield of.confirmed_by == ""
    yield of.kind == RECALL


def _active(db: Session, subjects: Collection[Subject]) -> int:
    query = select(func.sum(_size)).where(
        Span.state == State.ACTIVE, Span.lot_id.in_(reached_by(subjects))
    )
    return int(db.scalar(query) or 0)


def _idle(db: Session, product_id: int) -> int:
    query = (
        select(func.sum(_size))
        .join(Batch, Batch.id == Span.batch_id)
        .where(Batch.product_id == product_id, Span.state.in_(_IDLE))
    )
    return int(db.scalar(query) or 0)


def get_order(db: Session, order_id: int, *, actor: Actor) -> RecallOrder:
    """Return a request for a recall that the actor sees, or raise NoSuchRecallOrder."""
    found = db.get(RecallOrder, order_id)
    if found is None or not actor.sees(found.entity_id):
        raise NoSuchRecallOrder
    return found


def list_orders(
    db: Session, *, actor: Actor, waiting: bool = False, subject: Subject | None = None
) -> list[RecallOrder]:
    """Return requests for recalls and their lifting that the actor sees, oldest first."""
    query = select(RecallOrder).order_by(RecallOrder.id)
    scope = actor.scope()
    if scope is not None:
        query = query.where(RecallOrder.entity_id.in_(scope))
    if subject is not None:
        query = query.where(RecallOrder.product_id == subject.product_id)
        if subject.lot_id is not None:
            query = query.where(RecallOrder.lot_id == subject.lot_id)
    if waiting:
        query = query.where(RecallOrder.state == WAITING)
    return list(db.scalars(query))


def find_waiting(db: Session, subject: Subject, *, kind: str | None = None) -> RecallOrder | None:
    """Return the request that waits for a decision on this very subject."""
    query = select(RecallOrder).where(
        RecallOrder.product_id == subject.product_id,
        RecallOrder.lot_id.is_not_distinct_from(subject.lot_id),
        RecallOrder.made_from.is_not_distinct_from(subject.made_from),
        RecallOrder.made_to.is_not_distinct_from(subject.made_to),
        RecallOrder.state == WAITING,
    )
    if kind is not None:
        query = query.where(RecallOrder.kind == kind)
    return db.scalars(query.order_by(RecallOrder.id).limit(1)).first()


def subject_of_order(db: Session, order: RecallOrder) -> Subject:
    lot = None if order.lot_id is None else db.get_one(Lot, order.lot_id)
    return Subject(
        entity_id=order.entity_id,
        product_id=order.product_id,
        lot_id=order.lot_id,
        lot_number=lot.number if lot else "",
        made_from=order.made_from,
        made_to=order.made_to,
    )
