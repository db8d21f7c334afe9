"""What happened to a batch, from every table that tells of it, in one order and page by page."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.identity.rules import Actor
from app.kit.errors import Words
from app.kit.paging import Cut, Page, skipped
from app.stamps.ledger_models import Handover, Reconciliation, SpanOrder
from app.stamps.models import Batch, Export, Movement, Refusal
from app.stamps.rules import Move
from app.stamps.telling_queries import TELLS, Teller
from app.stamps.timeline import Event

_HANDED: Final = (Move.HANDOVER, Move.REISSUE)
# What only the Department is told: its files, counts, and what it weighs doing.
_INNER: Final = frozenset({"print", "count", "order", "decided_order"})


def timeline(db: Session, *, actor: Actor, batch: Batch, cut: Cut, words: Words) -> Page[Event]:
    """Return what happened to a batch, oldest first; the Department's own steps to it only.

    `cut.after` is how many events come before this page.
    """
    wanted = [
        read(literal(place).label("place"), literal(name).label("name"))
        for place, (name, read) in enumerate(_sources(batch).items())
        if actor.of_department or name not in _INNER
    ]
    order = ("at", "place", "id")
    query = union_all(*wanted).order_by(*order)
    page = skipped(cut, lambda start, most: db.execute(query.offset(start).limit(most)).all())
    return page.having(_events(db, batch, [(row.name, row.id) for row in page.items], words))


_Source = Callable[[Any, Any], Select[Any]]


def _sources(batch: Batch) -> dict[str, _Source]:
    """Return where each kind of event stands; at one instant they come in this order."""

    def of(model: Any, at: Any, *more: Any) -> _Source:  # noqa: ANN401 - a mapped class, its columns
        return lambda place, name: select(at.label("at"), place, name, model.id.label("id")).where(
            *more
        )

    decided = (Batch.id == batch.id, Batch.decided_at.is_not(None))
    moves = (Movement.batch_id == batch.id, Movement.kind.not_in(_HANDED))
    orders = (SpanOrder.batch_id == batch.id,)
    printed = (Export.batch_id == batch.id, Export.ready_at.is_not(None))
    counted = (Handover.batch_id == batch.id, Handover.received_at.is_not(None))
    return {
        "request": of(Batch, Batch.requested_at, Batch.id == batch.id),
        "decision": of(Batch, Batch.decided_at, *decided),
        "move": of(Movement, Movement.at, *moves),
        "order": of(SpanOrder, SpanOrder.asked_at, *orders),
        "decided_order": of(
            SpanOrder, SpanOrder.decided_at, *orders, SpanOrder.decided_at.is_not(None)
        ),
        "handover": of(Handover, Handover.at, Handover.batch_id == batch.id),
        "receipt": of(Handover, Handover.received_at, *counted),
        "print": of(Export, Export.ready_at, *printed),
        "refusal": of(Refusal, Refusal.at, Refusal.batch_id == batch.id),
        "count": of(Reconciliation, Reconciliation.at, Reconciliation.batch_id == batch.id),
    }


_MODELS: Final[Mapping[str, Any]] = {
    "order": SpanOrder,
    "decided_order": SpanOrder,
    "move": Movement,
    "handover": Handover,
    "receipt": Handover,
    "print": Export,
    "refusal": Refusal,
    "count": Reconciliation,
}


def _events(db: Session, batch: Batch, named: list[tuple[str, int]], words: Words) -> list[Event]:
    found: dict[tuple[str, int], Any] = {}
    for name, model in _MODELS.items():
        ids = [key for kind, key in named if kind == name]
        if ids:
            rows = db.scalars(select(model).where(model.id.in_(ids)))
            found |= {(name, row.id): row for row in rows}
    lots = {row.lot_id for row in found.values() if getattr(row, "lot_id", None)}
    query = select(Lot.id, Lot.number).where(Lot.id.in_(lots))
    numbers = {key: number for key, number in db.execute(query)}  # noqa: C416 - a Row is no plain pair to dict()
    teller = Teller(batch, words, numbers)
    return [TELLS[name](teller, found.get((name, key), batch)) for name, key in named]
