"""Background work that judges the look-ups of stamps; it accuses nobody, an officer decides."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.kit.db import Database
from app.scans.signal_actions import raise_signal
from app.scans.signal_queries import lines_to_judge, looks_of
from app.scans.signals import FLOOR, WINDOW, signs_of
from app.stamps.signal_queries import list_judged, thresholds_by_product

# What is usual of a product changes slowly, and to count it reads a month of look-ups.
_USUAL_FOR: Final = timedelta(hours=6)
# A process whose flush failed writes its look-ups later than their minute.
_LATE: Final = timedelta(minutes=15)


def judge_looked_up(
    db: Session, *, now: datetime, since: datetime, thresholds: Mapping[int, int]
) -> int:
    """Judge the stamps looked up since then; return how many look copied."""
    judged = list_judged(db, lines_to_judge(db, since=since, now=now))
    looks = looks_of(db, [one.subject.line for one in judged], since=now - WINDOW)
    found = 0
    for one in judged:
        limit = thresholds.get(one.subject.product_id, FLOOR)
        signs = signs_of(looks[one.subject.line], threshold=limit, now=now, since=one.since)
        if signs is not None:
            raise_signal(db, now=now, of=one.subject, signs=signs)
            found += 1
    return found


class Watch:
    """Judges what was looked up since it last did; anew it begins with the whole window."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._judged_at: datetime | None = None
        self._counted_at: datetime | None = None
        self._thresholds: Mapping[int, int] = {}

    def forget(self) -> None:
        """Begin anew: another process may have judged in between."""
        self._judged_at = self._counted_at = None

    def run(self) -> int:
        """Judge once; return how many stamps look copied."""
        now = self._clock()
        if self._counted_at is None or now - self._counted_at >= _USUAL_FOR:
            with self._database.begin(write=False) as db:
                self._thresholds = thresholds_by_product(db, now=now)
            self._counted_at = now
        since = now - WINDOW if self._judged_at is None else self._judged_at - _LATE
        with self._database.begin() as db:
            found = judge_looked_up(db, now=now, since=since, thresholds=self._thresholds)
        self._judged_at = now
        return found
