from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from app.diary.standing_queries import standing_of
from app.kit.db import numbers_asked
from app.scans.signal_queries import displays_of, lines_to_judge, looks_of, visitor_days
from app.scans.signals import FLOOR, WINDOW, Signs, Since, Subject, signs_of, threshold
from app.stamps.models import Batch, Movement, Span
from app.stamps.rules import State

_GONE: Final = (State.VOID, State.LOST)
_asked = numbers_asked("lines")
_nearest = aliased(Span)
_span_id = (
    select(_nearest.id)
    .where(_nearest.first <= _asked.c.number)
    .order_by(_nearest.first.desc())
    .limit(1)
    .scalar_subquery()
)
_AT: Final = (
    select(_asked.c.number, Span.state, Span.lot_id, Span.batch_id)
    .add_columns(Batch.product_id, Batch.entity_id)
    .select_from(_asked)
    .join(Span, and_(Span.id == _span_id, Span.last >= _asked.c.number))
    .join(Batch, Batch.id == Span.batch_id)
)


def list_copied(
    db: Session, *, now: datetime, since: datetime, thresholds: Mapping[int, int]
) -> list[tuple[Subject, Signs]]:
    """Judge the stamps looked up since then; return those that look copied, and why."""
    judged = _list_judged(db, lines_to_judge(db, since=since, now=now))
    looks = looks_of(db, [subject.line for subject, _ in judged], since=now - WINDOW)
    found = []
    for subject, held in judged:
        limit = thresholds.get(subject.product_id, FLOOR)
        signs = signs_of(looks[subject.line], threshold=limit, now=now, since=held)
        if signs is not None:
            found.append((subject, signs))
    return found


def _list_judged(db: Session, lines: Collection[int]) -> list[tuple[Subject, Since]]:
    """Return where stamps belong, and since when what holds of them, in a few statements."""
    if not lines:
        return []
    rows = db.execute(_AT, {"lines": list(lines)}).all()
    displays = displays_of(db, lines)
    gone = _gone_since(db, [row.number for row in rows if row.state in _GONE])
    standing = standing_of(db, {(row.product_id, row.lot_id) for row in rows})
    found = []
    for row in rows:
        against = standing.get((row.product_id, row.lot_id))
        recall = against.recall if against and row.lot_id else None
        since = Since(
            gone=gone.get(row.number),
            recalled=recall.since if recall else None,
            display=displays.get(row.number),
        )
        subject = Subject(row.number, row.batch_id, row.product_id, row.entity_id, row.lot_id)
        found.append((subject, since))
    return found


def thresholds_by_product(db: Session, *, now: datetime) -> Mapping[int, int]:
    """Return from how many visitor-days on a stamp of a product is conspicuous."""
    query = select(Batch.first, Batch.last, Batch.product_id).where(Batch.first.is_not(None))
    rows = db.execute(query)
    batches = sorted((first or 0, last or 0, product) for first, last, product in rows)
    firsts = [first for first, _, _ in batches]
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for line, days in visitor_days(db, now=now):
        place = bisect_right(firsts, line) - 1
        if place >= 0 and line <= batches[place][1]:
            counts[batches[place][2]][days] += 1
    return {product_id: threshold(found) for product_id, found in counts.items()}


def _gone_since(db: Session, lines: Collection[int]) -> dict[int, datetime]:
    """Return when stamps that are void or lost became so; a lost one that is void, when lost."""
    if not lines:
        return {}
    query = (
        select(_asked.c.number, func.min(Movement.at).label("at"))
        .select_from(_asked)
        .join(Batch, and_(Batch.first <= _asked.c.number, Batch.last >= _asked.c.number))
        .join(
            Movement,
            and_(
                Movement.batch_id == Batch.id,
                Movement.first <= _asked.c.number,
                Movement.last >= _asked.c.number,
                Movement.to_state.in_(_GONE),
            ),
        )
        .group_by(_asked.c.number)
    )
    return {row.number: row.at for row in db.execute(query, {"lines": list(lines)})}
