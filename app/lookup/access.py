"""Reading on the look-up's own, short path: the pool of readers, and what may be missing."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from app.kit.web import site
from app.lookup.desk_access import OUTAGES, Desk
from app.lookup.guess_access import asking, code_asked
from app.lookup.shelf import Shelf
from app.scans.counter_actions import Counter

log = logging.getLogger("ocop.lookup")


class Anything(Convertor[str]):
    """A path parameter of any characters, line breaks and slashes too."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", Anything())


async def answered(
    request: Request,
    answer: Callable[[Request], Awaitable[Response]],
    unavailable: Callable[[Request], Response],
) -> Response:
    """Return the answer; without database or key, what `unavailable` says instead.

    Nothing is remembered of a failure, so the next request finds out anew. A network that tries
    one unknown code after the other is refused with TooManyGuesses.
    """
    code = code_asked(request)
    try:
        if code is None:
            return await answer(request)
        async with asking(request, (code,)) as asked:
            response = await answer(request)
            asked.wrong = int(bool(code) and response.status_code == HTTPStatus.NOT_FOUND)
            return response
    except OUTAGES as error:
        log.error("look-up without an answer: %s", type(error).__name__)  # noqa: TRY400 - a trace for every scan of an outage would bury the cause
        return unavailable(request)


async def in_thread(request: Request, answer: Callable[[Request], Response]) -> Response:
    """Answer with a read of its own in the thread pool."""
    async with site(request).readers:
        return await run_in_threadpool(answer, request)


def desk_of(request: Request) -> Desk:
    held: Desk = request.app.state.desk
    return held


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def is_head(request: Request) -> bool:
    return bool(getattr(request.state, "head", False))


def shelf_of(request: Request) -> Shelf:
    held: Shelf = request.app.state.shelf
    return held


def counter_of(request: Request) -> Counter:
    held: Counter = request.app.state.counter
    return held
