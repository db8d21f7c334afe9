"""Who is asking, at the edge: sessions, keys, the origin check, and repeats of writes."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import Idempotency
from app.identity.queries import find_actor_by_key, find_actor_by_session
from app.identity.rules import Actor
from app.kit.errors import Conflict, Forbidden, Invalid, Unauthenticated
from app.kit.i18n import N_
from app.kit.web import SAFE, Edge, Unit, site

Inner = Callable[[Request], Coroutine[Any, Any, Response]]

# The prefix binds the cookie to this host and to https. On loopback, where there is no https,
# a plain name serves for development.
SECURE_COOKIE = "__Host-ocop"
PLAIN_COOKIE = "ocop"


class ForeignOrigin(Forbidden):
    """The request came from another site"""

    code = "identity.foreign_origin"
    detail = N_("Open the page on this site and send it from there.")


class KeyReused(Invalid):
    """The Idempotency-Key was used for something else"""

    code = "identity.key_reused"
    detail = N_("Use a new key for a new request.")


class StillRunning(Conflict):
    """The same request is being answered"""

    code = "identity.still_running"
    detail = N_("Repeat it in a moment to get its answer.")


def cookie_name(request: Request) -> str:
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def session_token(request: Request) -> str | None:
    return request.cookies.get(cookie_name(request))


def _bearer(request: Request) -> str | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def find_actor(request: Request) -> Actor | None:
    """Return who is asking, read in a short transaction of its own; None for the public."""
    held = site(request)
    key, token = _bearer(request), session_token(request)
    if key is None and token is None:
        return None
    with held.database.begin(write=False) as db:
        if key is not None:
            return find_actor_by_key(db, key=key, now=held.clock())
        return find_actor_by_session(db, token=token or "", now=held.clock())


async def _maybe_actor(request: Request) -> Actor | None:
    if not hasattr(request.state, "actor"):
        request.state.actor = await run_in_threadpool(find_actor, request)
        if request.state.actor is not None:
            request.state.language = request.state.actor.language
            request.state.reader = request.app.state.reader_for(request.state.actor)
    found: Actor | None = request.state.actor
    if found is not None and _bearer(request) is None:
        check_origin(request)
    return found


_BEARER = HTTPBearer(auto_error=False, description="An API key, made on the account's page.")


async def _actor(request: Request, _scheme: Annotated[object, Depends(_BEARER)]) -> Actor:
    found = await _maybe_actor(request)
    if found is None:
        raise Unauthenticated
    return found


MaybeActor = Annotated[Actor | None, Depends(_maybe_actor)]
CurrentActor = Annotated[Actor, Depends(_actor)]


def check_origin(request: Request) -> None:
    """Refuse a cookie's write that another site's page sent."""
    if request.method in SAFE:
        return
    site_header = request.headers.get("sec-fetch-site")
    if site_header is not None and site_header not in {"same-origin", "none"}:
        raise ForeignOrigin
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.url.netloc:
        raise ForeignOrigin


class ApiRoute(Edge):
    """An edge whose writes may carry an `Idempotency-Key`: a repeat gets the first answer."""

    async def answer(self, request: Request, inner: Inner) -> Response:
        key = request.headers.get("idempotency-key")
        actor = await _maybe_actor(request) if key and request.method not in SAFE else None
        if not key or actor is None or actor.account_id is None:
            return await inner(request)
        unit: Unit = request.state.unit
        db = await unit.session()
        now = site(request).clock()
        body_hash = hashlib.sha256(await request.body()).hexdigest()
        asked = Idempotency(
            account_id=actor.account_id,
            key=key[:200],
            method=request.method,
            path=str(request.url.path)[:500],
            body_hash=body_hash,
            created_at=now,
        )
        before = await run_in_threadpool(claim, db, asked)
        if before is not None:
            return before
        response = await inner(request)
        await run_in_threadpool(keep_answer, db, asked, response)
        return response


def claim(db: Session, asked: Idempotency) -> Response | None:
    """Take the key for this request, or return the answer its first use got."""
    same_key = select(Idempotency).where(
        Idempotency.account_id == asked.account_id, Idempotency.key == asked.key
    )
    first = db.scalars(same_key).one_or_none()
    if first is None:
        # Where two repeats arrive at once, the unique key lets one through: the other waits
        # for its commit and is then refused as a conflict.
        db.add(asked)
        db.flush()
        return None
    if (first.method, first.path, first.body_hash) != (asked.method, asked.path, asked.body_hash):
        raise KeyReused
    if first.status is None:
        raise StillRunning
    headers = {"Idempotency-Replayed": "true"}
    return Response(first.body or b"", first.status, headers, first.media_type)


def keep_answer(db: Session, asked: Idempotency, response: Response) -> None:
    asked.status = response.status_code
    asked.media_type = response.headers.get("content-type")
    asked.body = bytes(response.body)
    db.flush()
