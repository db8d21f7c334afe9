"""The Department's one queue, read from where its things stand; nothing of it is kept twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.entities.models import Entity
from app.entities.queries import names_of as names_of_entities
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.paging import NEWEST, Cut, NoSuchRow, Page, trimmed
from app.kit.text import fold
from app.office.queue_items import Item, Kind, Priority, Whose, unmarked
from app.office.queue_models import QueueAssignment
from app.office.queue_source_queries import ORDER, SOURCES
from app.products.queries import names_of as names_of_products


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which things are wanted; `closed` are those that are done instead of those that wait."""

    kind: Kind | None = None
    closed: bool = False
    mine: int | None = None
    unassigned: bool = False
    overdue_on: date | None = None
    priority: Priority | None = None
    text: str = ""

    @classmethod
    def asked(
        cls,
        whose: Whose | None,
        *,
        actor: Actor,
        today: date,
        **more: Any,  # noqa: ANN401 - the other members
    ) -> Self:
        """Return what one reader asks for on a day."""
        return cls(
            mine=(actor.account_id or 0) if whose is Whose.MINE else None,
            unassigned=whose is Whose.UNASSIGNED,
            overdue_on=today if whose is Whose.OVERDUE else None,
            **more,
        )


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A thing of the queue with the names of what it is about, and who looks after it."""

    item: Item
    entity: str
    product: str
    assigned: QueueAssignment | None

    @property
    def due_on(self) -> date | None:
        return self.assigned.due_on if self.assigned and self.assigned.due_on else self.item.due_on

    @property
    def priority(self) -> Priority:
        return Priority(self.assigned.priority) if self.assigned else Priority.NORMAL


def list_queue(db: Session, *, cut: Cut, wanted: QueueFilter) -> Page[Item]:
    """Return a page of what waits, the longest first, or of what is done, the latest first.

    Each kind is read from its own index only as far as the page goes.
    """
    start = _start(db, cut)
    newest = cut.newest or cut.sort == NEWEST
    descending = (newest or wanted.closed) != cut.back
    parts = [
        _part(kind, wanted, start, descending=descending).limit(cut.limit + 1).subquery()
        for kind in Kind
        if wanted.kind in {None, kind}
    ]
    whole = union_all(*(select(part) for part in parts)).subquery()
    order = [whole.c.at, whole.c.kind, whole.c.id]
    query = select(whole).order_by(*(one.desc() if descending else one for one in order))
    rows = [_item(row._asdict()) for row in db.execute(query.limit(cut.limit + 1))]
    return trimmed(rows, cut, lambda item: item.mark)


def get_item(db: Session, kind: Kind, item_id: int) -> Item:
    """Return one thing of the queue, whether it waits or is done."""
    query = _columns(kind).where(SOURCES[kind].id == item_id)
    row = db.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return _item(row._asdict())


def waits(db: Session, item: Item) -> bool:
    """Tell whether a thing still waits for somebody."""
    source = SOURCES[item.kind]
    return db.scalar(source.joins.where(source.id == item.id, source.waits)) is not None


def count_queue(db: Session, wanted: QueueFilter) -> int:
    """Return how many things of the queue there are."""
    return sum(
        db.scalar(
            select(func.count()).select_from(
                SOURCES[kind].joins.where(*_conditions(kind, wanted)).subquery()
            )
        )
        or 0
        for kind in Kind
        if wanted.kind in {None, kind}
    )


def count_waiting(db: Session, *, actor: Actor, today: date) -> dict[str, int]:
    """Return how much of the queue waits: in all, for this reader, and past its day."""
    return {
        "all": count_queue(db, QueueFilter()),
        "mine": count_queue(db, QueueFilter(mine=actor.account_id or 0)),
        "overdue": count_queue(db, QueueFilter(overdue_on=today)),
    }


def queue_rows(db: Session, items: Sequence[Item]) -> list[QueueRow]:
    """Return things of the queue with names and who looks after them, read together."""
    entities = names_of_entities(db, [one.entity_id for one in items if one.entity_id])
    products = names_of_products(db, [one.product_id for one in items if one.product_id])
    found: dict[tuple[str, int], QueueAssignment] = {}
    for kind in {one.kind for one in items}:
        ids = [one.id for one in items if one.kind is kind]
        query = select(QueueAssignment).where(
            QueueAssignment.subject_kind == kind, QueueAssignment.subject_id.in_(ids)
        )
        # Of each the latest stays.
        for one in db.scalars(query.order_by(QueueAssignment.id)):
            found[kind, one.subject_id] = one
    return [
        QueueRow(
            one,
            entities.get(one.entity_id or 0, ""),
            products.get(one.product_id or 0, ""),
            found.get((one.kind, one.id)),
        )
        for one in items
    ]


def list_assignments(db: Session, kind: Kind, item_id: int) -> list[QueueAssignment]:
    """Return who was to look after a thing, the latest first."""
    query = select(QueueAssignment).where(
        QueueAssignment.subject_kind == kind, QueueAssignment.subject_id == item_id
    )
    return list(db.scalars(query.order_by(QueueAssignment.id.desc())))


def _columns(kind: Kind) -> Select[Any]:
    source = SOURCES[kind]
    named = [source.columns[name].label(name) for name in ORDER]
    return source.joins.with_only_columns(literal(kind.place).label("kind"), *named)


def _item(facts: dict[str, Any]) -> Item:
    return Item(**{**facts, "kind": list(Kind)[facts["kind"]]})


def _start(db: Session, cut: Cut) -> tuple[datetime, Kind, int] | None:
    """Return where a page goes on from; what was closed meanwhile still names its place."""
    if not cut.after:
        return None
    named = unmarked(cut.after)
    if named is None:
        raise NoSuchRow
    kind, item_id = named
    source = SOURCES[kind]
    at = db.scalar(source.joins.with_only_columns(source.columns["at"]).where(source.id == item_id))
    if at is None:
        raise NoSuchRow
    return at, kind, item_id


def _part(
    kind: Kind,
    wanted: QueueFilter,
    start: tuple[datetime, Kind, int] | None,
    *,
    descending: bool,
) -> Select[Any]:
    source = SOURCES[kind]
    query = _columns(kind).where(*_conditions(kind, wanted))
    at, number = source.columns["at"], source.id
    if start is not None:
        query = query.where(_beyond(at, number, kind, start, descending=descending))
    order = (at, number)
    return query.order_by(*(one.desc() if descending else one for one in order))


def _beyond(
    at: Any,  # noqa: ANN401 - a column
    number: InstrumentedAttribute[int],
    kind: Kind,
    start: tuple[datetime, Kind, int],
    *,
    descending: bool,
) -> ColumnElement[bool]:
    when, last, item_id = start
    past: ColumnElement[bool] = at < when if descending else at > when
    if kind is last:
        further = number < item_id if descending else number > item_id
        return or_(past, and_(at == when, further))
    if (kind.place < last.place) is descending:
        return or_(past, at == when)
    return past


def _conditions(kind: Kind, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    source = SOURCES[kind]
    found = [source.done if wanted.closed else source.waits]
    if wanted.mine is not None:
        found.append(source.id.in_(_assigned(kind, QueueAssignment.assignee_id == wanted.mine)))
    if wanted.unassigned:
        someone = _assigned(kind, QueueAssignment.assignee_id.is_not(None))
        found.append(source.id.not_in(someone))
    if wanted.overdue_on is not None:
        late = source.id.in_(_assigned(kind, QueueAssignment.due_on < wanted.overdue_on))
        named = _assigned(kind, QueueAssignment.due_on.is_not(None))
        own = and_(source.columns["due_on"] < wanted.overdue_on, source.id.not_in(named))
        found.append(or_(late, own) if kind is Kind.MEASURE else late)
    if wanted.priority is Priority.NORMAL:
        others = _assigned(kind, QueueAssignment.priority != Priority.NORMAL)
        found.append(source.id.not_in(others))
    elif wanted.priority is not None:
        found.append(source.id.in_(_assigned(kind, QueueAssignment.priority == wanted.priority)))
    for word in fold(wanted.text).split():
        named = select(Entity.id).where(Entity.folded.contains(word, autoescape=True))
        found.append(source.columns["entity_id"].in_(named))
    return found


def _assigned(kind: Kind, condition: ColumnElement[bool]) -> Select[Any]:
    """Return the things of a kind whose latest assignment meets a condition."""
    later = aliased(QueueAssignment)
    overtaken = exists().where(
        later.subject_kind == QueueAssignment.subject_kind,
        later.subject_id == QueueAssignment.subject_id,
        later.id > QueueAssignment.id,
    )
    return select(QueueAssignment.subject_id).where(
        QueueAssignment.subject_kind == kind, condition, ~overtaken
    )
