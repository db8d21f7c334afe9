"""How the resolver reads, and what it says where it can't."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.kit.db import Database
from app.kit.errors import DomainError, Unavailable
from app.kit.fences import EVERYTHING
from app.kit.web import site, translator
from app.lookup.access import shelf_of
from app.lookup.desk_access import OUTAGES
from app.lookup.gs1_shelf import GtinShelf
from app.lookup.gs1_uri import Address
from app.lookup.guess_access import asking
from app.lookup.level_queries import Asker
from app.lookup.resolver_access import refused
from app.lookup.resolver_queries import Proven, find_proven
from app.stamps import codes
from app.stamps.keyring import Keyring

log = logging.getLogger("ocop.lookup")

Found = TypeVar("Found")


async def guarded(
    request: Request, answer: Callable[[Request], Awaitable[Found]]
) -> Found | Response:
    """Return the answer, or the refusal: whatever it is, any site may read it."""
    try:
        return await answer(request)
    except OUTAGES as error:
        log.error("no answer to an address: %s", type(error).__name__)  # noqa: TRY400 - a trace for every look-up of an outage would bury the cause
        return refused(request, Unavailable())
    except DomainError as error:
        return refused(request, error)


async def read(request: Request, reading: Callable[[Session], Found]) -> Found:
    """Return what is read as everybody may."""
    return await _read(request, site(request).public, reading)


async def _read(request: Request, database: Database, reading: Callable[[Session], Found]) -> Found:
    def work() -> Found:
        with database.begin(write=False) as db:
            return reading(db)

    async with site(request).readers:
        return await run_in_threadpool(work)


def asker_of(request: Request) -> Asker:
    held = site(request)
    return Asker(
        base=held.base_url,
        words=translator(request),
        now=held.clock(),
        shelf=shelf_of(request),
    )


def keyring_of(request: Request) -> Keyring:
    held: Keyring = request.app.state.keyring
    return held


async def guessed(
    request: Request, serial: str, finding: Callable[[], Awaitable[Found | None]]
) -> Found | None:
    """Return what is found of a serial; a network that tries many codes has to wait.

    Raises TooManyGuesses. A producer's own serial numbers are no guesses at ours.
    """
    if codes.parse(serial) is None:
        return await finding()
    async with asking(request, (serial,)) as asked:
        found = await finding()
        asked.wrong = int(found is None)
        return found


async def code_of(request: Request, gtin: str, serial: str) -> str | None:
    """Return the code of the stamp that a serial of a GTIN is; mostly nothing is read for it."""
    held: GtinShelf = request.app.state.gtins
    now = site(request).clock()
    code = held.find_code(gtin, serial, keyring=keyring_of(request), now=now)
    return code or await _read_code(request, gtin, serial)


def keep_target(request: Request, address: Address, path: str) -> None:
    """Keep where an address leads, for who asks next."""
    held: GtinShelf = request.app.state.gtins
    held.put_target(address.path(), path, now=site(request).clock())


async def _read_code(request: Request, gtin: str, serial: str) -> str | None:
    now, keyring = site(request).clock(), keyring_of(request)
    # Packs and files are not for the public's role; all it learns here is yes or no.
    whole = site(request).database.scoped(EVERYTHING)

    async def finding() -> Proven | None:
        return await _read(
            request, whole, lambda db: find_proven(db, gtin, serial, keyring=keyring, now=now)
        )

    proven = await guessed(request, serial, finding)
    if proven is None:
        return None
    held: GtinShelf = request.app.state.gtins
    held.put(proven.batch)
    return proven.code
