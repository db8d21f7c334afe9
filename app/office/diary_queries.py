"""What an officer should look at in producers' diaries, derived each time it is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.diary.decision_models import EntryDecision
from app.diary.entries import EntryRow
from app.diary.models import DiaryEntry, Lot
from app.diary.queries import rows_where
from app.diary.rules import LateMark, LotState
from app.diary.silence_queries import last_heard
from app.diary.upload_models import PhotoPromise
from app.entities.models import Entity
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, skipped
from app.kit.text import fold
from app.products.models import Product

# Photos follow their entry within minutes where there is a network.
PATIENCE: Final = timedelta(days=1)
# A clock further off than this puts work on another hour than the one it was done in.
OFF_BY: Final = timedelta(minutes=10)
COUNTED: Final = 1_000


class DiaryList(StrEnum):
    """A list of what is to be looked at, read in one statement."""

    SILENT = "silent"
    LATE = "late"
    WAITING = "waiting"
    PHOTOS = "photos"
    CLOCKS = "clocks"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    DiaryList.SILENT: N_("Open lots without an entry"),
    DiaryList.LATE: N_("Who records late"),
    DiaryList.WAITING: N_("Lots waiting for release or distribution"),
    DiaryList.PHOTOS: N_("Photos that never came"),
    DiaryList.CLOCKS: N_("Phones with a wrong clock"),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which rows of a list are wanted: since how many days, of whom, in which order."""

    now: datetime
    days: int
    text: str = ""
    entity_id: int | None = None
    state: LotState | None = None
    by_name: bool = False

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=self.days)


@dataclass(frozen=True)
class Line:
    """A row of a list; what `count`, `total` and `word` tell differs from list to list.

    Silent lots have neither. Late ones count late entries of a total; of photos those that never
    came; of a phone the seconds its clock is off, and `word` names who wrote on it. A lot that
    waits has its state.
    """

    lot_id: int | None
    lot: str
    product: str
    entity_id: int
    entity: str
    at: datetime
    count: int
    total: int
    word: str


@dataclass(frozen=True)
class Approvable:
    """An entry that was recorded so late that it waits for a decision."""

    lot_id: int
    lot: str
    product: str
    entity_id: int
    entity: str
    entry: EntryRow


Rows = Select[Any]
# What decides last between equals is the lot, or who wrote: no row stands on two pages.
Order = tuple[Any, ...]
_LOT: Final = (Lot.id, Lot.number, Product.name.label("product"))
_ENTITY: Final = (Entity.id.label("entity_id"), Entity.name.label("entity"))
_NO_LOT: Final = (null(), literal(""), literal(""))
_NOTHING: Final = (literal(0), literal(0), literal(""))


def list_diaries(db: Session, which: DiaryList, *, wanted: Wanted, cut: Cut) -> Page[Line]:
    """Return a page of a list, what is most urgent first, or by the producers' names.

    `cut.after` is how many rows to skip. Practice farms are in none of these lists.
    """
    query, urgent = _READS[which](wanted)
    ordered = query.order_by(*((Entity.folded, Entity.id) if wanted.by_name else ()), *urgent)

    def read(start: int, most: int) -> list[Line]:
        rows: Any = db.execute(ordered.offset(start).limit(most))
        return [Line(*row) for row in rows]

    return skipped(cut, read)


def count_diaries(db: Session, which: DiaryList, *, wanted: Wanted) -> int:
    """Return how many rows a list has, and no more than a thousand."""
    query, _ = _READS[which](wanted)
    return db.scalar(select(func.count()).select_from(query.limit(COUNTED).subquery())) or 0


def _of_lots(*columns: Any, wanted: Wanted) -> Rows:  # noqa: ANN401 - columns
    query = (
        select(*_LOT, *_ENTITY, *columns)
        .select_from(Lot)
        .join(Entity, Entity.id == Lot.entity_id)
        .join(Product, Product.id == Lot.product_id)
    )
    found = or_(
        _named(wanted.text),
        Product.folded.contains(fold(wanted.text), autoescape=True),
        func.lower(Lot.number).contains(wanted.text.lower(), autoescape=True),
    )
    return query.where(*_narrowed(wanted), *([found] if wanted.text else []))


def _of_entities(found: Subquery, wanted: Wanted) -> Rows:
    """Return rows that were counted by producer, with its name."""
    query = select(*_NO_LOT, *_ENTITY, found.c.last, found.c.some, found.c.total, found.c.word)
    query = query.join(found, found.c.entity_id == Entity.id)
    return query.where(*_narrowed(wanted), *([_named(wanted.text)] if wanted.text else []))


def _named(text: str) -> ColumnElement[bool]:
    return Entity.folded.contains(fold(text), autoescape=True)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    entity = [] if wanted.entity_id is None else [Entity.id == wanted.entity_id]
    return [Entity.practice.is_(False), *entity]


def _silent(wanted: Wanted) -> tuple[Rows, Order]:
    query = _of_lots(last_heard, *_NOTHING, wanted=wanted)
    return query.where(Lot.state == LotState.OPEN, last_heard < wanted.since), (last_heard, Lot.id)


def _late(wanted: Wanted) -> tuple[Rows, Order]:
    late = func.sum(case((DiaryEntry.mark == LateMark.ON_TIME, 0), else_=1))
    # Entries of before there were marks are neither.
    found = (
        select(
            DiaryEntry.entity_id,
            func.max(DiaryEntry.received_at).label("last"),
            late.label("some"),
            func.count().label("total"),
            literal("").label("word"),
        )
        .where(DiaryEntry.received_at >= wanted.since, DiaryEntry.mark != "")
        .group_by(DiaryEntry.entity_id)
        .having(late > 0)
        .subquery()
    )
    return _of_entities(found, wanted), ((found.c.some * 1.0 / found.c.total).desc(), Entity.id)


def _waiting(wanted: Wanted) -> tuple[Rows, Order]:
    since = case((Lot.state == LotState.CLOSED, Lot.closed_at), else_=Lot.released_at)
    known = func.coalesce(since, Lot.opened_at)
    query = _of_lots(known, literal(0), literal(0), Lot.state, wanted=wanted)
    states = [wanted.state] if wanted.state else [LotState.CLOSED, LotState.RELEASED]
    return query.where(Lot.state.in_(states), known < wanted.since), (known, Lot.id)


def _photos(wanted: Wanted) -> tuple[Rows, Order]:
    # Few of many promises are open, and they are found by themselves before anything is joined.
    due = (
        select(PhotoPromise.entry_id, func.count().label("due"))
        .where(PhotoPromise.received_at.is_(None))
        .group_by(PhotoPromise.entry_id)
        .cte("due")
        .prefix_with("MATERIALIZED")
    )
    found = (
        select(
            DiaryEntry.lot_id,
            func.min(DiaryEntry.received_at).label("oldest"),
            cast(func.sum(due.c.due), BigInteger).label("due"),
        )
        .join(due, due.c.entry_id == DiaryEntry.id)
        .where(DiaryEntry.received_at < wanted.since)
        .group_by(DiaryEntry.lot_id)
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    query = _of_lots(found.c.oldest, found.c.due, literal(0), literal(""), wanted=wanted)
    return query.join(found, found.c.lot_id == Lot.id), (found.c.oldest, Lot.id)


def _clocks(wanted: Wanted) -> tuple[Rows, Order]:
    off = func.max(func.abs(DiaryEntry.skew_seconds))
    found = (
        select(
            DiaryEntry.entity_id,
            func.max(DiaryEntry.received_at).label("last"),
            off.label("some"),
            func.count().label("total"),
            DiaryEntry.recorder_label.label("word"),
        )
        .where(
            DiaryEntry.received_at >= wanted.since,
            func.abs(DiaryEntry.skew_seconds) > int(OFF_BY.total_seconds()),
        )
        .group_by(DiaryEntry.entity_id, DiaryEntry.recorder_label)
        .subquery()
    )
    return _of_entities(found, wanted), (found.c.some.desc(), Entity.id, found.c.word)


_READS: Final[Mapping[DiaryList, Callable[[Wanted], tuple[Rows, Order]]]] = {
    DiaryList.SILENT: _silent,
    DiaryList.LATE: _late,
    DiaryList.WAITING: _waiting,
    DiaryList.PHOTOS: _photos,
    DiaryList.CLOCKS: _clocks,
}


def list_approvals(db: Session, *, wanted: Wanted, cut: Cut) -> Page[Approvable]:
    """Return a page of the entries that wait for a decision, the longest waiting first.

    `cut.after` is how many rows to skip.
    """
    query, order = _approvals(wanted)

    def read(start: int, most: int) -> list[Approvable]:
        found: Any = db.execute(query.order_by(*order).offset(start).limit(most)).all()
        rows = rows_where(db, DiaryEntry.id.in_([row.entry for row in found]), order=(), limit=most)
        entries = {one.id: one for one in rows}
        return [
            Approvable(
                row.id, row.number, row.product, row.entity_id, row.entity, entries[row.entry]
            )
            for row in found
        ]

    return skipped(cut, read)


def count_approvals(db: Session, *, now: datetime) -> int:
    """Return how many entries wait for a decision."""
    query, _ = _approvals(Wanted(now=now, days=0))
    return db.scalar(select(func.count()).select_from(query.subquery())) or 0


def _approvals(wanted: Wanted) -> tuple[Rows, Order]:
    # In words of its own, not as a value: so the database sees that its index of these will do.
    held: ColumnElement[str] = literal_column(f"'{LateMark.NEEDS_APPROVAL.value}'")
    waiting = (
        select(DiaryEntry.id, DiaryEntry.lot_id, DiaryEntry.received_at)
        .where(
            DiaryEntry.mark == held,
            ~exists().where(EntryDecision.entry_id == DiaryEntry.id),
        )
        .cte("waiting")
        .prefix_with("MATERIALIZED")
    )
    query = _of_lots(waiting.c.id.label("entry"), wanted=wanted)
    query = query.join(waiting, waiting.c.lot_id == Lot.id)
    return query, (waiting.c.received_at, waiting.c.id)
