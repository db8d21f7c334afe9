"""Background work that judges the look-ups of stamps; it accuses nobody, an officer decides."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from app.kit.db import Database
from app.scans.signal_actions import raise_signal
from app.scans.signals import WINDOW
from app.stamps.signal_queries import list_copied, thresholds_by_product

# What is usual of a product changes slowly, and to count it reads a month of look-ups.
_USUAL_FOR: Final = timedelta(hours=6)
# A process whose flush failed writes its look-ups later than their minute.
_LATE: Final = timedelta(minutes=15)


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
        # Apart from the write: SQLite has one writer, and to judge a month takes seconds.
        with self._database.begin(write=False) as db:
            found = list_copied(db, now=now, since=since, thresholds=self._thresholds)
        if found:
            with self._database.begin() as db:
                for subject, signs in found:
                    raise_signal(db, now=now, of=subject, signs=signs)
        self._judged_at = now
        return len(found)
