"""Background work: named tasks, run every so often by one leader however many processes wait."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import Final, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.kit.db import Database
from app.kit.locks import Lock

log = logging.getLogger("ocop.work")

PATIENCE: Final = 2.0
_GRACE: Final = 10.0


@dataclass(frozen=True)
class Task:
    """Work done every so many seconds by the leader, and `first` once when it takes the lead.

    A leader may be taken for dead while it still runs a task: tasks must bear being run twice.
    One `apart` has a thread of its own, so that a longer one never holds it up.
    """

    name: str
    every: float
    run: Callable[[], object]
    first: Callable[[], object] | None = None
    apart: bool = False


class Leadership(Protocol):
    """The lock that one process holds. It is free as soon as its holder is dead."""

    def take(self) -> bool: ...
    def held(self) -> bool: ...
    def drop(self) -> None: ...


class Runner:
    """Runs the tasks while it leads, and waits to take over while another one does."""

    def __init__(
        self, database: Database, tasks: Sequence[Task], *, patience: float = PATIENCE
    ) -> None:
        self.leadership: Leadership = (
            _FileLock(database) if database.dialect == "sqlite" else _AdvisoryLock(database)
        )
        self._tasks = tuple(tasks)
        self._due = dict.fromkeys(range(len(tasks)), 0.0)
        self._patience = patience
        self._stopping = Event()
        self._thread: Thread | None = None
        self._apart: dict[int, Thread] = {}
        self._led = False

    def run(self) -> None:
        """Work until `stop` is called; the task in hand is finished first."""
        try:
            while not self._stopping.is_set():
                self._stopping.wait(self._round())
        finally:
            self._led = False
            for thread in self._apart.values():
                thread.join(_GRACE)
            self.leadership.drop()

    def run_once(self) -> bool:
        """Take the lead if it is free and run every task now; tell whether this one leads."""
        leads = self._lead()
        for index in self._due if leads else ():
            self._run(index)
        return leads

    def start(self) -> None:
        """Work in a thread of this process until `stop`."""
        self._thread = Thread(target=self.run, name="ocop-work", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have the work end after the task in hand. Does not wait, so a signal may call it."""
        self._stopping.set()

    def stop(self, *, within: float = _GRACE) -> None:
        """Have the work end after the task in hand and wait so long for it."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(within)

    def _round(self) -> float:
        """Run what is due and return how long to wait."""
        if not self._lead():
            return self._patience
        for index, due in self._due.items():
            if self._stopping.is_set():
                break
            if self._tasks[index].apart:
                self._keep_running(index)
            elif due <= monotonic():
                self._run(index)
        in_turn = (due for index, due in self._due.items() if not self._tasks[index].apart)
        soonest = min(in_turn, default=0.0) - monotonic()
        return max(0.0, min(self._patience, soonest))

    def _lead(self) -> bool:
        if self._led and self.leadership.held():
            return True
        self._led = self.leadership.take()
        if self._led:
            log.info("this process leads the background work")
            for task in self._tasks:
                if task.first is not None:
                    _guarded(task.name, task.first)
        return self._led

    def _keep_running(self, index: int) -> None:
        """Have a task run in its own thread, as long as this process leads."""
        running, task = self._apart.get(index), self._tasks[index]
        if running is not None and running.is_alive():
            return

        def work() -> None:
            while self._led and not self._stopping.is_set():
                _guarded(task.name, task.run)
                self._stopping.wait(task.every)

        self._apart[index] = Thread(target=work, name=f"ocop-{task.name}", daemon=True)
        self._apart[index].start()

    def _run(self, index: int) -> None:
        task = self._tasks[index]
        _guarded(task.name, task.run)
        self._due[index] = monotonic() + task.every


def _guarded(name: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        # A task that fails is tried again when it is next due, and holds up no other.
        log.exception("background task failed", extra={"task": name})


class _AdvisoryLock:
    """PostgreSQL's own lock, bound to a connection that is kept out of the pool."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        self.drop()
        try:
            self._connection = self._engine.connect()
            self._connection.execution_options(isolation_level="AUTOCOMMIT").detach()
            got = self._connection.scalar(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": Lock.LEADERSHIP.value}
            )
        except SQLAlchemyError as error:
            log.warning("no database for the background work: %s", type(error).__name__)
            got = False
        if not got:
            self.drop()
        return bool(got)

    def held(self) -> bool:
        """Tell whether the connection, and with it the lock, is still alive."""
        try:
            return self._connection is not None and self._connection.scalar(text("SELECT 1")) == 1
        except DBAPIError:
            return False

    def drop(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except DBAPIError:
                log.warning("the connection of the background work was already gone")
            self._connection = None


class _FileLock:
    """An exclusive lock on a small file beside the SQLite database.

    It is SQLite's own lock, which works the same on every system and between threads, and which
    the system frees when its process is killed. The database itself stays open to all.
    """

    def __init__(self, database: Database) -> None:
        self._path = f"{database.url.database}.work"
        self._connection: sqlite3.Connection | None = None

    def take(self) -> bool:
        self.drop()
        try:
            self._connection = sqlite3.connect(
                self._path, timeout=0, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            self.drop()
            return False
        return True

    def held(self) -> bool:
        return self._connection is not None

    def drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
