"""The files of the open data: made when first asked for, read while they grow, kept while true."""

import hashlib
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from tempfile import mkstemp
from threading import BoundedSemaphore, Lock, Thread
from typing import Final
from weakref import finalize

import anyio
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from app.kit.clock import day_of, start_of
from app.kit.db import Database
from app.lookup.open_data import FORMATS, FileFacts
from app.lookup.open_data_lines import Rows, csv_lines, json_lines
from app.lookup.open_data_queries import Asked, read_trail, rows_of
from app.lookup.open_data_tables import TABLES

log = logging.getLogger("ocop.lookup")

_PIECE: Final = 64 * 1024
# Rows written in one go, about 10 ms of computing, and the pause in which pages are served.
_STEP: Final = 500
_BREATH: Final = 0.002
# How often who waits for a file looks whether it grew.
_GLANCE: Final = 0.005
# Stamps are activated all day: their file may be this old, as the page of holders is.
_HOLDERS: Final = "stamp-holders"
_HOLDERS_AGE: Final = timedelta(minutes=1)
# Each holds a connection while it reads; of one table a second may begin while the first is read.
_AT_ONCE: Final = 4
_OF_A_TABLE: Final = 2
_GRACE: Final = 5.0


class StillMaking(Exception):
    """Two files of a table are being made, and neither is as new as what is asked for."""


class GrowingFile:
    """A file without a name: written by one thread, read by any, gone with the last of them."""

    def __init__(self) -> None:
        self.size, self.sha256 = 0, ""
        self._hash = hashlib.sha256()
        self._number, path = mkstemp(prefix="ocop-open-data-")
        os.unlink(path)  # noqa: PTH108 - its number is what is kept
        finalize(self, os.close, self._number)

    def write(self, raw: bytes) -> None:
        self._hash.update(raw)
        while raw:
            written = os.write(self._number, raw)
            self.size += written
            raw = raw[written:]

    def end(self) -> None:
        self.sha256 = self._hash.hexdigest()

    def read(self, at: int) -> bytes:
        return os.pread(self._number, _PIECE, at)


@dataclass
class Mark:
    """What a table's files are of: a day, and the audit trail up to an event."""

    day: date
    seq: int
    at: datetime
    changed_at: datetime


class Making:
    """A table's files, growing until they are whole."""

    def __init__(self, name: str, mark: Mark) -> None:
        self.name, self.mark = name, mark
        self.files = {form: GrowingFile() for form in FORMATS}
        self.count = 0
        self.done = False
        self.error: Exception | None = None

    @property
    def ended(self) -> bool:
        return self.done or self.error is not None

    @property
    def facts(self) -> dict[str, FileFacts]:
        return {
            form: FileFacts(
                name=self.name,
                form=form,
                size=one.size,
                rows=self.count,
                sha256=one.sha256,
                changed_at=self.mark.changed_at,
            )
            for form, one in self.files.items()
        }

    def make(self, reading: Callable[[], AbstractContextManager[Rows]], turn: Lock) -> None:
        """Write what is read; it is done once nothing is read any more."""
        try:
            with reading() as rows:
                self._write(rows, turn)
            self.done = True
        except Exception as error:
            log.exception("open data could not be made", extra={"table": self.name})
            self.error = error

    def _write(self, rows: Rows, turn: Lock) -> None:
        """Write the rows as CSV and as JSON in one go. Of all tables one computes at a time."""
        table, sheet, tree = TABLES[self.name], self.files["csv"], self.files["json"]
        sheet.write(csv_lines([table.names]))
        while True:
            with turn:
                part = list(islice(rows, _STEP))
                if not part:
                    break
                sheet.write(csv_lines(part))
                tree.write((b",\n" if self.count else b"[\n") + json_lines(table, part))
                self.count += len(part)
            time.sleep(_BREATH)
        tree.write(b"\n]\n" if self.count else b"[]\n")
        for one in self.files.values():
            one.end()


class OpenData:
    """Keeps the files of one process.

    What changed is told by the audit trail, so what is read was begun after the last act. Nobody
    waits for a large file: who asks for it reads it while it grows.
    """

    def __init__(self) -> None:
        # Seconds that are waited for files to be whole, for then their checksums can be told.
        self.patience = 1.0
        self._lock, self.turn = Lock(), Lock()
        self._slots = BoundedSemaphore(_AT_ONCE)
        self._latest: dict[str, Making] = {}
        self._threads: dict[Making, Thread] = {}

    def current(
        self, public: Database, names: Iterable[str], *, now: datetime, site: str
    ) -> list[Making]:
        """Return files of tables that are true, begun where they were not. Raises StillMaking."""
        with public.begin(write=False) as db, self._lock:
            for making in [one for one in self._threads if one.ended]:
                del self._threads[making]
            found = [(name, self._true(db, name, now)) for name in names]
            return [
                one if isinstance(one, Making) else self._begin(public, name, one, site)
                for name, one in found
            ]

    async def settle(self, makings: Iterable[Making]) -> None:
        """Wait until the files are whole, or patience ends; raise what kept them from it."""
        for _ in range(round(self.patience / _GLANCE)):
            if all(one.ended for one in makings):
                break
            await anyio.sleep(_GLANCE)
        for one in makings:
            if one.error is not None:
                raise one.error

    def stop(self) -> None:
        """Wait for what is being made, some seconds at most."""
        for thread in list(self._threads.values()):
            thread.join(_GRACE)

    def _true(self, db: Session, name: str, now: datetime) -> Making | Mark:
        """Return files that are still true, or what to make them of."""
        held, day = self._latest.get(name), day_of(now)
        if held and (held.error is not None or held.mark.day != day):
            held = None
        lasting = name == _HOLDERS
        if held and lasting and now - held.mark.at < _HOLDERS_AGE:
            return held
        trail = read_trail(db, name, after=held.mark.seq if held else 0)
        if held and trail.changed_at is None and not lasting:
            held.mark.seq = trail.seq
            return held
        # Statuses turn with the day, whatever is recorded.
        changed_at = max(trail.changed_at or start_of(day), start_of(day)).astimezone(UTC)
        return Mark(day, trail.seq, now, changed_at)

    def _begin(self, public: Database, name: str, mark: Mark, site: str) -> Making:
        if sum(one.name == name for one in self._threads) >= _OF_A_TABLE:
            raise StillMaking
        making = Making(name, mark)

        @contextmanager
        def reading() -> Iterator[Rows]:
            with self._slots, public.begin(write=False) as db:
                yield rows_of(db, name, Asked(mark.day, site))

        thread = Thread(
            target=making.make, args=(reading, self.turn), name=f"ocop-{name}", daemon=True
        )
        self._latest[name], self._threads[making] = making, thread
        thread.start()
        return making


async def pieces(making: Making, form: str) -> AsyncIterator[bytes]:
    """Yield a file's bytes as they come; where its making fails the reader is cut off."""
    file, at = making.files[form], 0
    while True:
        done = making.done
        if at < file.size:
            piece = await run_in_threadpool(file.read, at)
            at += len(piece)
            yield piece
        elif done:
            return
        elif making.error is not None:
            raise making.error
        else:
            await anyio.sleep(_GLANCE)
