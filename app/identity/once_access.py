"""Forms that are sent twice, by a double tap or a page loaded again, and acted on once."""

import hashlib
from typing import Final

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from app.identity.access import Inner, Replayed, claim, known_actor
from app.identity.models import Idempotency
from app.kit.forms import read_sent
from app.kit.web import SAFE, Edge, Unit, site

_FORM: Final = "application/x-www-form-urlencoded"
# The field that `fields.html` puts into a form: another one each time the page is shown.
ONCE: Final = "once"
_LONGEST: Final = 64


class OnceRoute(Edge):
    """An edge whose forms bear a number of their own: the same again is led where the first was.

    A form that was refused was not acted on, and one that was changed is another.
    """

    async def answer(self, request: Request, inner: Inner) -> Response:
        asked = await _asked(request)
        if asked is None:
            return await inner(request)
        unit: Unit = request.state.unit
        unit.at_start = lambda db: claim(db, asked)
        try:
            response = await inner(request)
        except Replayed as replayed:
            return RedirectResponse(bytes(replayed.answer.body).decode(), status_code=303)
        if unit.db is not None and "location" in response.headers:
            asked.status = response.status_code
            asked.body = response.headers["location"].encode()
            await run_in_threadpool(unit.db.flush)
        return response


async def _asked(request: Request) -> Idempotency | None:
    """Return what this form asks to be done once, if it says so and is somebody's."""
    if request.method in SAFE or request.headers.get("content-type", "").split(";")[0] != _FORM:
        return None
    once = (await read_sent(request)).text(ONCE)[:_LONGEST]
    actor = await known_actor(request)
    if not once.isascii() or not once.isalnum() or actor is None or actor.account_id is None:
        return None
    body = hashlib.sha256(await request.body()).hexdigest()
    return Idempotency(
        account_id=actor.account_id,
        key=f"{once}:{body}",
        method=request.method,
        path=request.url.path[:500],
        body_hash=body,
        created_at=site(request).clock(),
    )
