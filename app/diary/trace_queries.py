"""What lots are made of and what is made of them, followed through all of them at once."""

from collections.abc import Collection
from typing import Any, ClassVar, Final

from sqlalchemy import CTE, ColumnElement, Select, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.diary.amounts import Amount, total
from app.diary.models import Lot
from app.diary.trace_models import LotDispatch, LotInput
from app.diary.tracing import Balance, Way
from app.kit.db import beyond_fence, numbers_asked
from app.kit.errors import NotFound
from app.kit.i18n import N_


class NothingSaid(NotFound):
    """There is no such record of the lot"""

    code: ClassVar[str] = "diary.said_not_found"
    detail: ClassVar[str] = N_("Reload the lot's page: it may belong to another lot.")


def live(of: type[LotInput] | type[LotDispatch] = LotInput) -> ColumnElement[bool]:
    """Return the condition on what is said and not withdrawn."""
    return of.withdrawn_at.is_(None)


def reach(starts: Select[Any], way: Way, *, name: str = "reached") -> CTE:
    """Return a table of one column, `lot_id`: all lots above or below those of a query.

    It stands inside other statements. No lot is in it twice, so that even a circle ends; a start
    is in it only where another start leads there. The nearest come first, and a LIMIT on it
    stops the walk.
    """
    of, to = _ends(way)
    first = select(to.label("lot_id")).where(of.in_(starts), live(), to.is_not(None))
    walked = first.cte(name, recursive=True)
    onward = select(to).join(walked, of == walked.c.lot_id).where(live(), to.is_not(None))
    return walked.union(onward)


def reach_of_each(starts: Select[Any], way: Way, *, name: str = "reached_of_each") -> CTE:
    """Return a table of two columns: each lot of a query (`start_id`) and all it leads to."""
    of, to = _ends(way)
    first = select(of.label("start_id"), to.label("lot_id"))
    walked = first.where(of.in_(starts), live(), to.is_not(None)).cte(name, recursive=True)
    onward = select(walked.c.start_id, to).join(walked, of == walked.c.lot_id)
    return walked.union(onward.where(live(), to.is_not(None)))


def _ends(way: Way) -> tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]:
    up = (LotInput.lot_id, LotInput.source_lot_id)
    return up if way is Way.UP else (up[1], up[0])


def _asked() -> Select[Any]:
    return select(numbers_asked("lots").c.number)


def _each(way: Way) -> Select[Any]:
    walked = reach_of_each(_asked(), way)
    return select(walked.c.start_id, walked.c.lot_id)


def _all(way: Way) -> Select[Any]:
    return select(reach(_asked(), way).c.lot_id)


# Built once: a look-up asks for it.
_EACH: Final = {way: _each(way) for way in (Way.UP, Way.DOWN)}
_ALL: Final = {way: _all(way) for way in (Way.UP, Way.DOWN)}


def ancestors_of(db: Session, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return all that each lot is made of, through other lots and of whosever lots.

    Meant for a page of lots: of many deep ones the pairs are many. Lots made of no other are
    left out. The caller answers for who may see what.
    """
    return _reached_of_each(db, ids, Way.UP)


def descendants_of(db: Session, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return all that is made of each lot; see `ancestors_of`."""
    return _reached_of_each(db, ids, Way.DOWN)


def all_reached(db: Session, ids: Collection[int], way: Way) -> frozenset[int]:
    """Return all lots above or below any of these, whosever they are."""
    if not ids:
        return frozenset()
    # What is followed leads through lots of several producers.
    with beyond_fence(db):
        return frozenset(db.scalars(_ALL[way], {"lots": list(ids)}))


def _reached_of_each(db: Session, ids: Collection[int], way: Way) -> dict[int, frozenset[int]]:
    if not ids:
        return {}
    found: dict[int, set[int]] = {}
    # As above.
    with beyond_fence(db):
        for start_id, lot_id in db.execute(_EACH[way], {"lots": list(ids)}):
            found.setdefault(start_id, set()).add(lot_id)
    return {start_id: frozenset(lots) for start_id, lots in found.items()}


def leads_to(db: Session, source_id: int, lot_id: int) -> bool:
    """Tell whether a lot went into another, straight or through others."""
    walked = reach(select(literal(lot_id)), Way.UP)
    query = select(walked.c.lot_id).where(walked.c.lot_id == source_id).limit(1)
    # As above.
    with beyond_fence(db):
        return db.scalar(query) is not None


def list_inputs(db: Session, lot_id: int, *, withdrawn: bool = False) -> list[LotInput]:
    """Return what is said to have gone into a lot; the caller answers for who may see it."""
    query = select(LotInput).where(LotInput.lot_id == lot_id)
    return list(db.scalars(_shown(query, LotInput, withdrawn=withdrawn)))


def list_dispatches(db: Session, lot_id: int, *, withdrawn: bool = False) -> list[LotDispatch]:
    """Return what is said to have been sent of a lot; see `list_inputs`."""
    query = select(LotDispatch).where(LotDispatch.lot_id == lot_id)
    return list(db.scalars(_shown(query, LotDispatch, withdrawn=withdrawn)))


def _shown(
    query: Select[Any], of: type[LotInput] | type[LotDispatch], *, withdrawn: bool
) -> Select[Any]:
    return (query if withdrawn else query.where(live(of))).order_by(of.id)


def balance_of(db: Session, lot: Lot) -> Balance:
    """Return a lot's figures; what others took of it counts, whoever they are."""
    # Who bought of it wrote down how much, beyond the fence of whose lot it is.
    with beyond_fence(db):
        inputs = _amounts(db, LotInput, LotInput.lot_id == lot.id)
        sent = _amounts(db, LotDispatch, LotDispatch.lot_id == lot.id)
        used = _amounts(db, LotInput, *_taken(lot, Lot.entity_id == lot.entity_id))
        claimed = _amounts(db, LotInput, *_taken(lot, Lot.entity_id != lot.entity_id))
        transformed = exists().where(
            LotInput.lot_id == lot.id, LotInput.source_lot_id.is_not(None), live()
        )
        return Balance(
            amount=Amount(lot.quantity, lot.unit),
            inputs=total(inputs, lot.unit),
            transformed=bool(db.scalar(select(transformed))),
            used=total(used, lot.unit),
            sent=total(sent, lot.unit),
            claimed=total(claimed, lot.unit),
        )


def _taken(lot: Lot, whose: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (
        LotInput.source_lot_id == lot.id,
        exists().where(Lot.id == LotInput.lot_id, whose),
    )


def _amounts(
    db: Session, of: type[LotInput] | type[LotDispatch], *conditions: ColumnElement[bool]
) -> list[Amount]:
    """Return the sum of each unit, and of what has no quantity one amount without it."""
    query = select(func.sum(of.quantity), of.unit).where(*conditions, live(of))
    return [Amount(quantity, unit) for quantity, unit in db.execute(query.group_by(of.unit))]
