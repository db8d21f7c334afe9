"""Where look-ups that come at the same time are read together."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import anyio
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.kit.db import Database
from app.kit.errors import Unavailable
from app.lookup.queries import Ask, Found, look_up
from app.lookup.shelf import Shelf
from app.scans.counter_actions import Counter
from app.stamps.keyring import KeyMissing, Keyring

OUTAGES: Final = (DBAPIError, PoolTimeout, Unavailable)
# Nobody waits for more than this many others to be read.
MOST_AT_ONCE: Final = 64

_Waiting = tuple[Ask, asyncio.Future[Found]]


class Desk:
    """Answers those who ask while others are read with one read of them all.

    A thread, a transaction and its statements cost far more than the rows. Who comes alone is
    read at once. Belongs to one event loop.
    """

    def __init__(
        self,
        database: Database,
        readers: anyio.Semaphore,
        *,
        keyring: Callable[[], Keyring],
        counter: Counter,
        shelf: Shelf,
    ) -> None:
        self._database = database
        self._readers = readers
        self._keyring = keyring
        self._counter = counter
        self._shelf = shelf
        self._waiting: list[_Waiting] = []
        self._turns: asyncio.Task[None] | None = None

    async def ask(self, ask: Ask) -> Found:
        """Return what is said of a code. Raises KeyMissing, and what the database raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Found] = loop.create_future()
        self._waiting.append((ask, future))
        if self._turns is None or self._turns.done():
            self._turns = loop.create_task(self._take_turns())
        return await future

    async def _take_turns(self) -> None:
        while self._waiting:
            turn, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            async with self._readers:
                await self._answer(turn)

    async def _answer(self, turn: Sequence[_Waiting]) -> None:
        found: Sequence[Found | Exception]
        try:
            found = await run_in_threadpool(self._read, [ask for ask, _ in turn])
        except OUTAGES as error:
            found = [error] * len(turn)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is for those who asked
            if len(turn) > 1:
                # One that can't be read must not take the others with it.
                for alone in turn:
                    await self._answer([alone])
                return
            found = [error]
        for (_, future), one in zip(turn, found, strict=True):
            if future.done():
                continue
            if isinstance(one, Exception):
                future.set_exception(one)
            else:
                future.set_result(one)

    def _read(self, asks: Sequence[Ask]) -> list[Found | KeyMissing]:
        with self._database.begin(write=False) as db:
            return look_up(
                db, asks, keyring=self._keyring(), waits=self._counter.waiting, shelf=self._shelf
            )
