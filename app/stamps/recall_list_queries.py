"""All recalls and holds in one list, those of lots and of products and those asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    String,
    Subquery,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.notice_queries import AnyNotice, subject_of_lot
from app.diary.notices import Subject
from app.diary.reach_queries import lots_in
from app.entities.models import Entity
from app.entities.practice_queries import real
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, trimmed
from app.kit.text import fold
from app.products.models import Product
from app.stamps.models import Span
from app.stamps.recall_models import RecallOrder
from app.stamps.rules import State


class RecallState(StrEnum):
    """Where a recall, a hold or a request for one stands."""

    ASKED = "asked"
    STANDING = "standing"
    LIFTED = "lifted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _STATES[self]


class RecallKind(StrEnum):
    """What a row of the list is."""

    RECALL = "recall"
    HOLD = "hold"
    LIFT = "lift"

    @property
    def label(self) -> str:
        return _KINDS[self]


class NoSuchNotice(NotFound):
    """There is no such recall"""

    code: ClassVar[str] = "stamps.no_such_recall"
    detail: ClassVar[str] = N_("It may belong to somebody else, or the address is mistyped.")


@dataclass(frozen=True, kw_only=True)
class RecallRow:
    """A recall, a hold or a request, with the names a list shows."""

    source: str
    id: int
    kind: RecallKind
    state: RecallState
    of: Subject
    product: str
    entity: str
    reason: str
    advice: str
    at: datetime
    by: str
    confirmed_by: str
    ended_at: datetime | None
    ended_by: str
    ended_why: str

    @property
    def path(self) -> str:
        return f"/office/recalls/{self.source}/{self.id}"


@dataclass(frozen=True, kw_only=True)
class RecallFilter:
    """Which rows are wanted; what is left out does not narrow it."""

    state: RecallState | None = None
    kind: RecallKind | None = None
    text: str = ""


# More than the ids of a list can be: the time decides first, then the id, then the source.
_STEP: Final = 2**28
_SAID: Final = ("reason", "advice")


def list_recalls(db: Session, *, actor: Actor, cut: Cut, wanted: RecallFilter) -> Page[RecallRow]:
    """Return a page of all that was recalled, held or asked for, the newest first."""
    every = union_all(*_notices(), _orders()).subquery()
    conditions: list[ColumnElement[bool]] = []
    scope = actor.scope()
    own = real(Product.entity_id) if scope is None else Product.entity_id.in_(scope)
    conditions.append(own)
    if wanted.state is not None:
        conditions.append(every.c.state == wanted.state)
    if wanted.kind is not None:
        conditions.append(every.c.kind == wanted.kind)
    if wanted.text:
        text = fold(wanted.text)
        folded = (Product.folded, Entity.folded)
        named = (column.contains(text, autoescape=True) for column in folded)
        number = func.lower(Lot.number).contains(wanted.text.lower(), autoescape=True)
        conditions.append(or_(number, *named))
    return _cut(db, every, cut, conditions)


def list_standing_recalls(db: Session, *, cut: Cut) -> Page[RecallRow]:
    """Return a page of the recalls that stand, for everybody, the newest first."""
    every = union_all(*_notices()).subquery()
    stands = [every.c.kind == RecallKind.RECALL, every.c.state == RecallState.STANDING]
    return _cut(db, every, cut, [*stands, real(Product.entity_id)])


def _cut(
    db: Session, every: Subquery, cut: Cut, conditions: Sequence[ColumnElement[bool]]
) -> Page[RecallRow]:
    key = every.c.key
    query: Select[Any] = (
        select(every, Product.name.label("product"), Entity.name.label("entity"))
        .add_columns(Lot.number, Product.entity_id)
        .join(Product, Product.id == every.c.product_id)
        .join(Entity, Entity.id == Product.entity_id)
        .outerjoin(Lot, Lot.id == every.c.lot_id)
        .where(*conditions)
    )
    if cut.after:
        query = query.where(key > cut.after if cut.back else key < cut.after)
    rows = db.execute(query.order_by(key if cut.back else key.desc()).limit(cut.limit + 1)).all()
    return trimmed(rows, cut, lambda row: int(row.key)).map(_row)


def get_notice(
    db: Session, source: str, notice_id: int, *, actor: Actor
) -> tuple[AnyNotice, Subject]:
    """Return a recall or a hold that the actor sees, and what it is of, or raise NoSuchNotice."""
    if source == "lots":
        of_lot = db.get(LotNotice, notice_id)
        if of_lot is not None:
            subject = subject_of_lot(db.get_one(Lot, of_lot.lot_id))
            if actor.sees(subject.entity_id):
                return of_lot, subject
    elif source == "products":
        part = db.get(ProductNotice, notice_id)
        product = db.get(Product, part.product_id) if part else None
        if part is not None and product is not None and actor.sees(product.entity_id):
            return part, Subject(
                entity_id=product.entity_id,
                product_id=product.id,
                made_from=part.made_from,
                made_to=part.made_to,
            )
    raise NoSuchNotice


def lots_of(db: Session, subject: Subject) -> Sequence[tuple[Lot, int]]:
    """Return the lots a subject covers by number, each with how many of its stamps are active."""
    size = func.coalesce(func.sum(Span.last - Span.first + 1), 0)
    query = (
        select(Lot, size)
        .outerjoin(Span, (Span.lot_id == Lot.id) & (Span.state == State.ACTIVE))
        .where(lots_in(subject))
        .group_by(Lot.id)
        .order_by(Lot.production_date, Lot.number)
    )
    return [(lot, int(count)) for lot, count in db.execute(query)]


def _notices() -> tuple[Select[Any], Select[Any]]:
    no_day = type_coerce(null(), Date)
    lots = select(
        *_columns(LotNotice, "lots", 0),
        Lot.product_id,
        LotNotice.lot_id,
        no_day.label("made_from"),
        no_day.label("made_to"),
    ).join(Lot, Lot.id == LotNotice.lot_id)
    products = select(
        *_columns(ProductNotice, "products", 1),
        ProductNotice.product_id,
        cast(null(), BigInteger).label("lot_id"),
        ProductNotice.made_from,
        ProductNotice.made_to,
    )
    return lots, products


def _orders() -> Select[Any]:
    return select(
        (_seconds(RecallOrder.asked_at) + RecallOrder.id * 3 + 2).label("key"),
        literal("orders", String).label("source"),
        RecallOrder.id,
        RecallOrder.kind,
        case((RecallOrder.state == "waiting", RecallState.ASKED), else_=RecallState.REFUSED),
        *(getattr(RecallOrder, name) for name in _SAID),
        RecallOrder.asked_at,
        RecallOrder.asked_by,
        literal("", String),
        RecallOrder.decided_at,
        RecallOrder.decided_by,
        RecallOrder.refusal,
        RecallOrder.product_id,
        RecallOrder.lot_id,
        RecallOrder.made_from,
        RecallOrder.made_to,
    ).where(RecallOrder.state != "done")


def _columns(of: type[LotNotice] | type[ProductNotice], source: str, place: int) -> list[Any]:
    return [
        (_seconds(of.set_at) + of.id * 3 + place).label("key"),
        literal(source, String).label("source"),
        of.id,
        of.kind,
        case((of.lifted_at.is_(None), RecallState.STANDING), else_=RecallState.LIFTED).label(
            "state"
        ),
        *(getattr(of, name) for name in _SAID),
        of.set_at.label("at"),
        of.set_by.label("by"),
        of.confirmed_by,
        of.lifted_at.label("ended_at"),
        of.lifted_by.label("ended_by"),
        of.lift_reason.label("ended_why"),
    ]


def _seconds(moment: Any) -> Any:  # noqa: ANN401 - a column of times
    return cast(func.trunc(extract("epoch", moment)), BigInteger) * _STEP


def _row(row: Any) -> RecallRow:  # noqa: ANN401 - a row of the union
    of = Subject(
        entity_id=row.entity_id,
        product_id=row.product_id,
        lot_id=row.lot_id,
        lot_number=row.number or "",
        made_from=row.made_from,
        made_to=row.made_to,
    )
    names = ("source", "id", "product", "entity", "reason", "advice", "at", "by", "confirmed_by")
    ended = ("ended_at", "ended_by", "ended_why")
    return RecallRow(
        kind=RecallKind(row.kind),
        state=RecallState(row.state),
        of=of,
        **{name: getattr(row, name) for name in (*names, *ended)},
    )


_STATES: Final = {
    RecallState.ASKED: N_("Waits for a second officer"),
    RecallState.STANDING: N_("Stands"),
    RecallState.LIFTED: N_("Lifted"),
    RecallState.REFUSED: N_("Refused"),
}
_KINDS: Final = {
    RecallKind.RECALL: N_("Recall"),
    RecallKind.HOLD: N_("Sale stopped"),
    RecallKind.LIFT: N_("Lifting of a recall"),
}
