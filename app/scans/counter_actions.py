"""The one place where look-ups wait in memory before they are counted."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from app.kit.clock import day_of
from app.kit.db import Database
from app.scans.actions import Lookup, Visit, day_key
from app.scans.count_actions import count_lookups
from app.scans.queries import NONE_WAIT, Waiting

log = logging.getLogger("ocop.scans")

# A look-up is in the database within a second: half of it waiting, half of it for the write.
INTERVAL: Final = 0.5
# About 30 MB; what comes on top while the database is gone is not counted.
MOST_WAITING: Final = 100_000


class Counter:
    """Counts look-ups off the request's path. Safe to use from many threads.

    A crash loses what came since the last flush. A flush that fails keeps its rows for the next.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._lock = Lock()
        self._flushing = Lock()
        self._waiting: dict[int, list[Lookup]] = {}
        # What a flush is writing, or failed to write, still waits for those who ask.
        self._taken: dict[int, list[Lookup]] = {}
        self._size = 0
        self._lost = 0
        self._recent: set[Visit] = set()
        self._recent_since: datetime | None = None
        self._key: tuple[date, bytes] | None = None
        self._stop = Event()
        self._thread: Thread | None = None

    def key_of_day(self, now: datetime) -> bytes:
        """Return the key of the day's visitor hashes, shared by every process and made once."""
        key = self.held_key(now)
        if key is None:
            day = day_of(now)
            with self._database.begin() as db:
                key = day_key(db, day)
            self._key = day, key
        return key

    def held_key(self, now: datetime) -> bytes | None:
        """Return the day's key where it is at hand, without asking the database."""
        held = self._key
        return held[1] if held is not None and held[0] == day_of(now) else None

    def note(self, looked: Lookup) -> bool:
        """Keep one look-up for the next flush; False where it is a repeat within its minute."""
        visit = looked.visit
        with self._lock:
            self._forget(visit.minute)
            if visit in self._recent:
                return False
            if self._size >= MOST_WAITING:
                self._lost += 1
                return False
            self._recent.add(visit)
            self._waiting.setdefault(visit.line, []).append(looked)
            self._size += 1
        return True

    def waiting(self, line: int, visitor: bytes | None) -> Waiting:
        """Return the look-ups of an active stamp that wait here: this visitor's, the others'."""
        with self._lock:
            rows = [*self._taken.get(line, ()), *self._waiting.get(line, ())]
        if not rows:
            return NONE_WAIT
        visits = [row.visit for row in rows if row.active]
        own = sum(visit.visitor == visitor for visit in visits)
        first_at = min((visit.minute for visit in visits), default=None)
        return Waiting(own, len(visits) - own, first_at)

    def flush(self) -> int:
        """Write what waits, in one transaction; return how many look-ups were new."""
        with self._flushing:
            with self._lock:
                for line, rows in self._waiting.items():
                    self._taken.setdefault(line, []).extend(rows)
                self._waiting = {}
                lost, self._lost = self._lost, 0
            if lost:
                log.error("look-ups not counted: the buffer was full", extra={"figure": lost})
            lookups = [row for rows in self._taken.values() for row in rows]
            if not lookups:
                return 0
            with self._database.begin() as db:
                counted = count_lookups(db, lookups)
            with self._lock:
                self._taken = {}
                self._size -= len(lookups)
            return counted

    def start(self) -> None:
        """Flush twice a second in a thread of its own until `stop`."""
        if self._thread is None:
            self._stop.clear()
            self._thread = Thread(target=self._run, name="ocop-counter", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and write what still waits."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._try_flush()

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            self._try_flush()

    def _try_flush(self) -> None:
        try:
            self.flush()
        except SQLAlchemyError as error:
            log.warning("look-ups wait for the database: %s", type(error).__name__)

    def _forget(self, minute: datetime) -> None:
        """Keep the current minute and the one before, so that memory does not grow."""
        if self._recent_since is None or minute > self._recent_since:
            oldest = minute - timedelta(minutes=1)
            self._recent = {one for one in self._recent if one.minute >= oldest}
            self._recent_since = minute
