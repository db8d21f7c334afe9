"""Where ordinary look-ups are read: in the event loop itself on SQLite, together on PostgreSQL."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from app.kit.db import Database
from app.kit.glances import Glances
from app.lookup.glance_queries import Glance, asked_of, statement
from app.scans.queries import Looker

# Nobody waits for more than this many others to be read.
MOST_AT_ONCE: Final = 64


_Turn = list[tuple[Looker, asyncio.Future[Glance | None]]]


class Lookout:
    """Reads a glance of the stamps asked for. Belongs to one event loop.

    A file that is in memory is read in 20 us, and a thread costs 100: so SQLite is read at once.
    PostgreSQL is waited for in a thread, by one statement for all who asked meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._dialect = database.dialect
        self._glances = Glances(database, statement(database.dialect))
        self._waiting: _Turn = []
        self._turns: asyncio.Task[None] | None = None
        # Its own: to be lent one of the pool takes three times as long, and may take a while.
        self._thread = ThreadPoolExecutor(1, "ocop-glances")

    async def see(self, looker: Looker) -> Glance | None:
        """Return what the database holds of a stamp; None where it is not there or not read."""
        if self._dialect == "sqlite":
            return self._read([looker])[0]
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Glance | None] = loop.create_future()
        self._waiting.append((looker, future))
        if self._turns is None or self._turns.done():
            self._turns = loop.create_task(self._take_turns())
        return await future

    def close(self) -> None:
        self._thread.shutdown()
        self._glances.close()

    async def _take_turns(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            turn, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                lookers = [looker for looker, _ in turn]
                found = await loop.run_in_executor(self._thread, self._read, lookers)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is for those who asked
                self._refuse(turn, error)
                continue
            for (_, future), one in zip(turn, found, strict=True):
                if not future.done():
                    future.set_result(one)

    @staticmethod
    def _refuse(turn: _Turn, error: Exception) -> None:
        """Have nobody wait for ever for a read that broke."""
        for _, future in turn:
            if not future.done():
                future.set_exception(error)

    def _read(self, lookers: Sequence[Looker]) -> list[Glance | None]:
        found: list[Glance | None] = [None] * len(lookers)
        for row in self._glances.read(asked_of(self._dialect, lookers)) or ():
            glance = Glance(*row)
            found[glance.place - 1] = glance
        return found
