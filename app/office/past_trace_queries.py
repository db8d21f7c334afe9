"""Stamps and lots at an instant, by movements and inputs that bear the time they were recorded."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.trace_models import LotInput
from app.office.past_undo import Row
from app.scans.models import Scan, ScanTotal, Suspicion
from app.stamps.models import Batch, Movement
from app.stamps.rules import Move, State
from app.stamps.runs import Run, moved

# Lots that a page of a product may have to tell of, beyond which no more are followed.
MOST_LOTS = 20_000


@dataclass(frozen=True)
class Lots:
    """Lots that bear on an answer, and those of them whose diary it tells."""

    ids: frozenset[int] = frozenset()
    told: frozenset[int] = frozenset()


def stamp_at(db: Session, *, batch_id: int, line: int, at: datetime) -> Run | None:
    """Return how a stamp stood; None before it was issued."""
    query = (
        select(Movement)
        .where(
            Movement.batch_id == batch_id,
            Movement.first <= line,
            Movement.last >= line,
            Movement.at <= at,
        )
        .order_by(Movement.id)
    )
    run: Run | None = None
    for one in db.scalars(query):
        before = run or Run(line, line, State.ISSUED)
        run = moved(before, Move(one.kind), lot_id=one.lot_id, at=one.at)
    return run


def lots_behind(db: Session, lot_id: int) -> Lots:
    """Return a lot and all that was ever said to have gone into it, near or far."""
    return Lots(_behind(db, {lot_id}), frozenset({lot_id}))


def lots_of_product(db: Session, product_id: int, *, at: datetime) -> Lots:
    """Return the lots a product's page told of: stopped, or made of what was."""
    own = set(db.scalars(select(Lot.id).where(Lot.product_id == product_id).limit(MOST_LOTS)))
    noticed = set(
        db.scalars(
            select(LotNotice.lot_id)
            .join(Lot, Lot.id == LotNotice.lot_id)
            .where(Lot.product_id == product_id)
        )
    )
    behind = _behind(db, own)
    return Lots(frozenset(behind if _stopped(db, behind - own, at) else noticed))


def _behind(db: Session, starts: set[int]) -> frozenset[int]:
    known, new = set(starts), set(starts)
    while new and len(known) < MOST_LOTS:
        found: set[int] = set()
        for part in _parts(new):
            query = select(LotInput.source_lot_id).where(
                LotInput.lot_id.in_(part), LotInput.source_lot_id.is_not(None)
            )
            found |= {one for one in db.scalars(query) if one is not None}
        new = found - known
        known |= new
    return frozenset(known)


def _stopped(db: Session, lots: Collection[int], at: datetime) -> bool:
    """Tell whether anything stood against lots, or may have against all of their product."""
    for part in _parts(lots):
        of_lot = select(LotNotice.id).where(LotNotice.lot_id.in_(part), LotNotice.set_at <= at)
        of_product = (
            select(ProductNotice.id)
            .join(Lot, Lot.product_id == ProductNotice.product_id)
            .where(Lot.id.in_(part), ProductNotice.set_at <= at)
        )
        if db.scalar(of_lot.limit(1)) or db.scalar(of_product.limit(1)):
            return True
    return False


def _parts(ids: Iterable[int], most: int = 500) -> Iterable[list[int]]:
    known = sorted(ids)
    return (known[start : start + most] for start in range(0, len(known), most))


def lots_on_goods(
    db: Session, lots: Collection[int], products: Collection[int], *, at: datetime
) -> dict[int, int]:
    """Return the lots that bore a stamp, each with the batch of one.

    A stamp keeps its lot unless its activation is undone.
    """
    bound: dict[int, int] = {}
    batch_of: dict[int, int] = {}
    for part in _parts(lots):
        query = (
            select(Movement)
            .join(Batch, Batch.id == Movement.batch_id)
            .where(
                Batch.product_id.in_(products),
                Movement.lot_id.in_(part),
                Movement.kind.in_((Move.ACTIVATE, Move.UNDO)),
                Movement.at <= at,
            )
        )
        for one in db.scalars(query):
            lot_id, size = one.lot_id or 0, one.last - one.first + 1
            bound[lot_id] = bound.get(lot_id, 0) + (size if one.kind == Move.ACTIVATE else -size)
            batch_of[lot_id] = one.batch_id
    return {lot_id: batch_of[lot_id] for lot_id, count in bound.items() if count > 0}


@dataclass(frozen=True)
class Counted:
    """How often an active stamp had been looked up; `exact` where all since is still known."""

    lookups: int = 0
    first_at: datetime | None = None
    exact: bool = True


def lookups_at(db: Session, line: int, *, at: datetime, kept_since: datetime) -> Counted:
    """Return the look-ups of a stamp by then, to the minute.

    Single look-ups are kept for a time only: of one before that the most it can be is told.
    """
    total = db.get(ScanTotal, (line, True))
    if total is None or total.first_at > at:
        return Counted()
    later = select(func.count()).where(Scan.line == line, Scan.active, Scan.minute > at)
    since = db.scalar(later) or 0
    return Counted(max(1, total.lookups - since), total.first_at, at >= kept_since)


def suspicion_at(db: Session, line: int, *, at: datetime) -> Row | None:
    """Return what made a stamp suspected by then, by the acts on record."""
    query = (
        select(AuditEvent)
        .where(
            AuditEvent.subject_kind == "stamp",
            AuditEvent.subject_id == str(line),
            AuditEvent.action.in_(("stamp.suspect", "stamp.clear")),
            AuditEvent.at <= at,
        )
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    )
    last = db.scalars(query).one_or_none()
    if last is not None:
        row = {"line": line, "reason": "", "set_at": last.at, "set_by": ""}
        return row if last.action == "stamp.suspect" else None
    found = db.get(Suspicion, line)
    if found is None or found.set_at > at:
        return None
    return {"line": line, "reason": "", "set_at": found.set_at, "set_by": ""}
