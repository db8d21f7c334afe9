from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import String, case, func, or_, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.db import numbers_asked
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.scans.models import CloneSignal, DisplayPack, Scan
from app.scans.signals import LEAST, PROVINCES, RECALLED_FROM, WINDOW, Look, SignalState

_asked = numbers_asked("lines")
_ASKED: Final = select(_asked.c.number)


class NoSuchSignal(NotFound):
    """There is no such anomaly"""

    code: ClassVar[str] = "scans.no_such_signal"
    detail: ClassVar[str] = N_("Open the list of anomalies and choose from it.")


def lines_to_judge(db: Session, *, since: datetime, now: datetime) -> list[int]:
    """Return the stamps looked up since then that have enough look-ups to speak for a copy."""
    fresh = select(Scan.line).where(Scan.minute >= since)
    query = (
        select(Scan.line)
        .where(Scan.line.in_(fresh), Scan.minute > now - WINDOW)
        .group_by(Scan.line)
        .having(
            or_(
                func.count() >= RECALLED_FROM,
                # A stamp that is void or lost is not active either.
                func.sum(case((Scan.active, 0), else_=1)) >= LEAST,
                func.count(Scan.province.distinct()) >= PROVINCES,
            )
        )
        .order_by(Scan.line)
    )
    return list(db.scalars(query))


def looks_of(db: Session, lines: Iterable[int], *, since: datetime) -> dict[int, list[Look]]:
    """Return the look-ups of stamps since then."""
    found: dict[int, list[Look]] = defaultdict(list)
    columns = (Scan.line, Scan.visitor, Scan.minute, Scan.active, Scan.province)
    query = select(*columns).where(Scan.line.in_(_ASKED), Scan.minute > since)
    for line, visitor, minute, active, province in db.execute(query, {"lines": list(lines)}):
        found[line].append(Look(visitor, minute, active, province))
    return found


def visitor_days(db: Session, *, now: datetime) -> Iterator[tuple[int, int]]:
    """Return each stamp looked up in the window with its visitor-days, by place on the line."""
    query = (
        select(Scan.line, func.count(Scan.visitor.distinct()))
        .where(Scan.minute > now - WINDOW)
        .group_by(Scan.line)
        .order_by(Scan.line)
    )
    yield from db.execute(query)


def devices_of(db: Session, *, line: int) -> Mapping[str, int]:
    """Return the look-ups of a stamp by class of device, as far as they are kept."""
    query = select(Scan.device, func.count().label("looks")).where(Scan.line == line)
    return {row.device: row.looks for row in db.execute(query.group_by(Scan.device))}


def displays_of(db: Session, lines: Iterable[int]) -> dict[int, datetime]:
    """Return since when which of the stamps are marked as display packs."""
    query = select(DisplayPack.line, DisplayPack.marked_at).where(DisplayPack.line.in_(_ASKED))
    return {row.line: row.marked_at for row in db.execute(query, {"lines": list(lines)})}


def find_display(db: Session, *, line: int) -> DisplayPack | None:
    return db.get(DisplayPack, line)


def list_displays(db: Session, *, batch_ids: Iterable[int]) -> Sequence[DisplayPack]:
    """Return the display packs of batches, the latest first."""
    query = select(DisplayPack).where(DisplayPack.batch_id.in_(set(batch_ids)))
    return db.scalars(query.order_by(DisplayPack.marked_at.desc(), DisplayPack.line)).all()


def count_displays(db: Session, *, batch_id: int) -> int:
    query = select(func.count()).where(DisplayPack.batch_id == batch_id)
    return db.scalar(query) or 0


def find_signal(db: Session, *, line: int) -> CloneSignal | None:
    return db.scalars(select(CloneSignal).where(CloneSignal.line == line)).one_or_none()


def get_signal(db: Session, signal_id: int, *, actor: Actor) -> CloneSignal:
    """Return a signal, for the Department; or raise NoSuchSignal."""
    actor.require_department()
    found = db.get(CloneSignal, signal_id)
    if found is None:
        raise NoSuchSignal
    return found


def list_signals(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    state: str = "",
    reason: str = "",
    product_id: int | None = None,
    entity_ids: Iterable[int] | None = None,
) -> Page[CloneSignal]:
    """Return signals for the Department, the newest first; without a state, of all states."""
    actor.require_department()
    query = select(CloneSignal)
    if state:
        query = query.where(CloneSignal.state == state)
    if product_id is not None:
        query = query.where(CloneSignal.product_id == product_id)
    if entity_ids is not None:
        query = query.where(CloneSignal.entity_id.in_(list(entity_ids)))
    if reason:
        # The reasons are few and known words, kept as a list in JSON on both databases.
        query = query.where(CloneSignal.reasons.cast(String).contains(f'"{reason}"'))
    return take(db, query, CloneSignal.id, cut)


def count_signals(db: Session, *, state: SignalState = SignalState.OPEN) -> int:
    """Return how many signals are in a state; by default those that wait for an officer."""
    return db.scalar(select(func.count()).where(CloneSignal.state == state)) or 0
