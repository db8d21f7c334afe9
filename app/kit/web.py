from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import anyio
from fastapi import Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Path as InPath
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.convertors import Convertor, register_url_convertor

from app.kit.db import POOL, Database, finish
from app.kit.errors import DomainError, TooLarge
from app.kit.fences import EVERYTHING, NOTHING, Scope
from app.kit.i18n import Language, Translator, choose_language

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MEGABYTE: Final = 1024 * 1024
MAX_BODY: Final = 12 * MEGABYTE
ERROR: Final = 400


@dataclass(frozen=True)
class Site:
    """What the process holds for its requests; wiring makes it once.

    `database` sees nothing until it is scoped: a request's own is had as `Db` or `Databases`.
    `public` reads what everybody may. `scope_of` says whose rows a request may touch.
    """

    database: Database
    public: Database
    translators: dict[Language, Translator]
    clock: Callable[[], datetime]
    base_url: str
    readers: anyio.Semaphore
    writers: anyio.Semaphore
    scope_of: Callable[[Request], Awaitable[Scope]]

    def close(self) -> None:
        self.database.close()
        self.public.close()


def make_site(
    database: Database,
    public: Database,
    translators: dict[Language, Translator],
    clock: Callable[[], datetime] | None,
    base_url: str,
    scope_of: Callable[[Request], Awaitable[Scope]],
) -> Site:
    # SQLite has one writer: the others wait here, not in threads or in its busy loop.
    return Site(
        database=database.scoped(NOTHING),
        public=public,
        translators=translators,
        clock=clock or (lambda: datetime.now(UTC)),
        base_url=base_url,
        readers=anyio.Semaphore(POOL),
        writers=anyio.Semaphore(1 if database.dialect == "sqlite" else POOL),
        scope_of=scope_of,
    )


def site(request: Request) -> Site:
    held: Site = request.app.state.site
    return held


class Unit:
    """One request's transaction: begun when first asked for, ended before the answer leaves."""

    def __init__(self, held: Site, *, write: bool) -> None:
        self.database: Database | None = None
        self._gate = held.writers if write else held.readers
        self._write = write
        self._entered = False
        self.db: Session | None = None
        self.at_start: Callable[[Session], object] | None = None

    async def session(self, request: Request) -> Session:
        """Return the transaction's session; where it begins here, run `at_start` in it first."""
        if self.db is None:
            self.database = await database_of(request)
            await self._gate.acquire()
            self._entered = True
            self.db = self.database.session(write=self._write)
            if self.at_start is not None:
                await run_in_threadpool(self.at_start, self.db)
        return self.db

    async def finish(self) -> None:
        if self.db is not None:
            await run_in_threadpool(finish, self.db)

    async def abandon(self, *, refused: bool) -> None:
        if self.db is not None and self.database is not None:
            await run_in_threadpool(self.database.abandon, self.db, refused=refused)

    async def close(self) -> None:
        if self.db is not None:
            await run_in_threadpool(self.db.close)
        if self._entered:
            self._gate.release()
            self._entered = False


class Digits(Convertor[str]):
    """A path parameter of digits alone, left as they are for the route to read."""

    regex = "[0-9]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("digits", Digits())


class Edge(APIRoute):
    """A route whose transaction is committed before its answer leaves, or not at all.

    FastAPI's own `yield` dependencies commit after a 200 was sent, or without seeing the
    answer. An answer of 400 and above rolls back like an error. Where the path names a record by
    its number, what is no number is another address: `/lots/merge` is no lot.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:  # noqa: ANN401 - FastAPI's own arguments
        super().__init__(path, endpoint, **more)
        spelled = path
        for field in get_flat_params(self.dependant):
            if isinstance(field.field_info, InPath) and field.field_info.annotation is int:
                spelled = spelled.replace(f"{{{field.alias}}}", f"{{{field.alias}:digits}}")
        if spelled != path:
            # Which of its names are numbers is known once it is read: so it is read twice.
            super().__init__(spelled, endpoint, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            # A slow phone must not hold a transaction while its photo trickles in.
            await read_body(request)
            unit = Unit(site(request), write=request.method not in SAFE)
            request.state.unit = unit
            try:
                response = await self.answer(request, inner)
                if response.status_code < ERROR:
                    await unit.finish()
                else:
                    await unit.abandon(refused=True)
            except BaseException as error:
                with anyio.CancelScope(shield=True):
                    await unit.abandon(refused=isinstance(error, DomainError))
                raise
            finally:
                with anyio.CancelScope(shield=True):
                    await unit.close()
            return response

        return handle

    async def answer(
        self, request: Request, inner: Callable[[Request], Coroutine[Any, Any, Response]]
    ) -> Response:
        """Return the route's answer; a subclass may look first and add to the transaction."""
        return await inner(request)


async def read_body(request: Request) -> None:
    """Read the body whole, refusing what is over the limit before it fills the memory."""
    if request.method in SAFE:
        return
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise TooLarge(megabytes=MAX_BODY // MEGABYTE)
        chunks.append(chunk)
    request._body = b"".join(chunks)  # noqa: SLF001 - Starlette's own cache of the read body


async def _db(request: Request) -> Session:
    unit: Unit = request.state.unit
    return await unit.session(request)


async def _now(request: Request) -> datetime:
    """Return this request's one reading of the clock."""
    if not hasattr(request.state, "now"):
        request.state.now = site(request).clock()
    now: datetime = request.state.now
    return now


async def database_of(request: Request) -> Database:
    """Return the database as far as who asks may see it."""
    unit: Unit = request.state.unit
    if unit.database is None:
        held = site(request)
        unit.database = held.database.scoped(await held.scope_of(request))
    return unit.database


async def front_door(request: Request) -> None:
    """Have a route that lets people in read accounts before it is known who asks."""
    request.state.unit.database = site(request).database.scoped(EVERYTHING)


async def as_public(request: Request) -> None:
    """Have a route read what everybody may, whoever asks, and write nothing."""
    request.state.unit.database = site(request).public


def translator(request: Request) -> Translator:
    """Return the reader's translator: `?lang=`, else the account's, else Accept-Language."""
    held = site(request)
    chosen = getattr(request.state, "language", None)
    asked = request.query_params.get("lang") or chosen
    return held.translators[choose_language(asked, request.headers.get("accept-language"))]


async def _translator(request: Request) -> Translator:
    return translator(request)


# Above this an integer would not fit the databases' 64 bits.
Id = Annotated[int, Path(ge=1, le=2**62)]
Db = Annotated[Session, Depends(_db)]
Databases = Annotated[Database, Depends(database_of)]
Now = Annotated[datetime, Depends(_now)]
Words = Annotated[Translator, Depends(_translator)]
