"""Unknown codes are answered so many times a minute to one network; genuine ones always.

Networks can't be turned away whole: thousands of a carrier's subscribers share one. So only a
code that can't be genuine is refused, told by the keys alone: a guess unmasks to a number that
was never given out, but for one in ten thousand or less.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select

from app.kit.errors import Throttled
from app.kit.guesses import Guesses
from app.kit.i18n import N_
from app.kit.networks import network_of
from app.kit.web import site
from app.stamps.keyring import Keyring
from app.stamps.models import KeyEpoch
from app.stamps.queries import claim_of
from app.stamps.typed import typed_code

PER_MINUTE: Final = 60
# Between its issue and its print a stamp takes longer than this.
_KNOWN_FOR: Final = timedelta(seconds=30)


class TooManyGuesses(Throttled):
    """Too many unknown codes came from your network"""

    code: ClassVar[str] = "lookup.too_many_guesses"
    detail: ClassVar[str] = N_(
        "Genuine codes are answered all the time. Compare this one with the stamp, or wait "
        "{seconds} seconds."
    )


class Given:
    """How far the numbers of each epoch are given out, read now and then."""

    def __init__(self) -> None:
        self._ends: Mapping[int, int] = {}
        self._read_at: datetime | None = None

    async def ends(self, request: Request, now: datetime) -> Mapping[int, int]:
        """Return the first number of each epoch that is no stamp's yet."""
        if self._read_at is None or not timedelta() <= now - self._read_at < _KNOWN_FOR:
            self._ends = await run_in_threadpool(_read, request)
            self._read_at = now
        return self._ends


@dataclass(slots=True)
class Asking:
    """The codes that are worth a look, and how many turned out to be nobody's."""

    worth: Collection[str]
    wrong: int = 0


@asynccontextmanager
async def asking(request: Request, texts: Collection[str]) -> AsyncIterator[Asking]:
    """Give the codes to look up: of a network that had its guesses, those that can be genuine.

    Who looks them up says how many were `wrong`. Until then all count as guesses. Raises
    TooManyGuesses where there is none to look up. Asks no database for a code, and at most twice
    a minute for how many were given out.
    """
    now, network, guesses = site(request).clock(), _network(request), guesses_of(request)
    taken = guesses.take(network, now, len(texts))
    asked = Asking(texts)
    if texts and not taken:
        ends, keyring = await given_of(request).ends(request, now), request.app.state.keyring
        asked.worth = {text for text in texts if can_be_genuine(text, keyring, ends)}
        if not asked.worth:
            raise TooManyGuesses(seconds=guesses.wait(network, now) or 1)
    try:
        yield asked
    finally:
        guesses.settle(network, site(request).clock(), taken=taken, wrong=asked.wrong)


def has_guessed(guesses: Guesses, address: str, now: datetime) -> bool:
    """Tell whether codes from an address are to be looked at before the database is asked."""
    return not guesses.is_calm(now) and guesses.wait(network_of(address), now) is not None


def can_be_genuine(text: str, keyring: Keyring, ends: Mapping[int, int]) -> bool:
    """Tell whether a text is a code with a number that was given out, by the keys alone."""
    claim = claim_of(text, keyring)
    if claim is None or claim.parsed.epoch not in ends:
        return False
    # Of an epoch whose root is missing nothing is known: that is not the reader's fault.
    return claim.root is None or claim.number < ends[claim.parsed.epoch]


def code_asked(request: Request) -> str | None:
    """Return the code a look-up asks for, in its path or typed into the form."""
    text = request.path_params.get("code")
    if text is not None:
        return str(text).rstrip("/")
    typed = request.query_params.get("code")
    return None if typed is None else typed_code(typed)


def guesses_of(request: Request) -> Guesses:
    held: Guesses = request.app.state.guesses
    return held


def given_of(request: Request) -> Given:
    held: Given = request.app.state.given
    return held


def _network(request: Request) -> str:
    return network_of(request.client.host if request.client else "")


def _read(request: Request) -> dict[int, int]:
    with site(request).public.begin(write=False) as db:
        return {row.epoch: row.next for row in db.execute(select(KeyEpoch.epoch, KeyEpoch.next))}
