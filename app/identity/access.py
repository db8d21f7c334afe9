"""Who is asking, at the edge: sessions, keys, the origin check, and repeats of writes."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from python_multipart.multipart import parse_options_header
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.models import Idempotency
from app.identity.queries import find_actor_by_key, find_actor_by_session
from app.identity.rules import Actor
from app.kit.errors import Forbidden, Invalid, Unauthenticated
from app.kit.fences import EVERYTHING
from app.kit.i18n import N_
from app.kit.web import SAFE, Edge, Unit, site

Inner = Callable[[Request], Coroutine[Any, Any, Response]]

# The prefix binds the cookie to this host and to https. On loopback, where there is no https,
# a plain name serves for development.
SECURE_COOKIE = "__Host-ocop"
PLAIN_COOKIE = "ocop"
KEY_CHARS = 200


class ForeignOrigin(Forbidden):
    """The request came from another site"""

    code = "identity.foreign_origin"
    detail = N_("Open the page on this site and send it from there.")


class KeyReused(Invalid):
    """The Idempotency-Key was used for something else"""

    code = "identity.key_reused"
    detail = N_("Use a new key for a new request.")


class KeyTooLong(Invalid):
    """The Idempotency-Key is too long"""

    code = "identity.key_too_long"
    detail = N_("At most {limit} characters; a UUID does.")

    def __init__(self, *, limit: int) -> None:
        self.limit = limit


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
    with held.database.scoped(EVERYTHING).begin(write=False) as db:
        if key is not None:
            return find_actor_by_key(db, key=key, now=held.clock())
        required = request.app.state.settings.second_factor_required
        found = find_actor_by_session(db, token=token or "", now=held.clock(), required=required)
        if found is not None and found.memberships:
            request.state.practice = request.app.state.practice_of(db, found.memberships)
        return found


async def known_actor(request: Request) -> Actor | None:
    """Return who is asking, looked up once a request; None for the public."""
    if not hasattr(request.state, "actor"):
        request.state.actor = await run_in_threadpool(find_actor, request)
    actor: Actor | None = request.state.actor
    return actor


async def _maybe_actor(request: Request) -> Actor | None:
    found = await known_actor(request)
    if found is None:
        return None
    if not hasattr(request.state, "reader"):
        # A program says its language by Accept-Language; a person chose it once.
        if _bearer(request) is None:
            request.state.language = found.language
        request.state.reader = request.app.state.reader_for(
            found, request.url.path, getattr(request.state, "practice", ())
        )
    if _bearer(request) is None:
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
    if origin is not None and origin != f"{request.url.scheme}://{request.url.netloc}":
        raise ForeignOrigin


class Replayed(Exception):
    """Carries the answer of a request's first use past its route."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


_REPEATABLE = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A key of your own; a repeat with the same key gets the first answer again.",
    "schema": {"type": "string", "maxLength": KEY_CHARS},
}


class ApiRoute(Edge):
    """An edge whose writes may carry an `Idempotency-Key`: a repeat gets the first answer."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:  # noqa: ANN401 - FastAPI's own arguments
        super().__init__(path, endpoint, **more)
        if not (self.methods or set()) <= SAFE:
            said = self.openapi_extra or {}
            parameters = [*said.get("parameters", []), _REPEATABLE]
            self.openapi_extra = {**said, "parameters": parameters}

    async def answer(self, request: Request, inner: Inner) -> Response:
        response = await self._once(request, inner)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    async def _once(self, request: Request, inner: Inner) -> Response:
        asked = await _asked(request)
        if asked is None:
            return await inner(request)
        unit: Unit = request.state.unit
        # Taken when the transaction begins, so that slow work before it stays before it.
        unit.at_start = lambda db: claim(db, asked)
        try:
            response = await inner(request)
        except Replayed as replayed:
            return replayed.answer
        if unit.db is not None:
            await run_in_threadpool(keep_answer, unit.db, asked, response)
        return response


class NamelessRoute(ApiRoute):
    """A route of the API that looks for nobody: a repeat's key is for the route itself to read."""

    async def _once(self, request: Request, inner: Inner) -> Response:
        return await inner(request)


async def _asked(request: Request) -> Idempotency | None:
    """Return what this request asks to be done once, if it says so and is somebody's."""
    key = request.headers.get("idempotency-key")
    if not key or request.method in SAFE:
        return None
    actor = await _maybe_actor(request)
    if actor is None or actor.account_id is None:
        return None
    if len(key) > KEY_CHARS:
        raise KeyTooLong(limit=KEY_CHARS)
    query = f"?{request.url.query}" if request.url.query else ""
    return Idempotency(
        account_id=actor.account_id,
        key=key,
        method=request.method,
        path=f"{request.url.path}{query}"[:500],
        body_hash=await _body_hash(request),
        created_at=site(request).clock(),
    )


async def _body_hash(request: Request) -> str:
    """Return a hash that every repeat shares, though each makes a boundary of its own."""
    kind, parameters = parse_options_header(request.headers.get("content-type"))
    body = await request.body()
    if kind == b"multipart/form-data" and parameters.get(b"boundary"):
        body = body.replace(parameters[b"boundary"], b"")
    return hashlib.sha256(body).hexdigest()


def claim(db: Session, asked: Idempotency) -> None:
    """Take the key for this request.

    Raises Replayed with the answer its first use got, and KeyReused where that asked for
    something else. Of two repeats at once the later waits for the first to end.
    """
    same_key = select(Idempotency).where(
        Idempotency.account_id == asked.account_id, Idempotency.key == asked.key
    )
    first = db.scalars(same_key).one_or_none()
    if first is None:
        try:
            with db.begin_nested():
                db.add(asked)
        except IntegrityError:
            first = db.scalars(same_key).one()
        else:
            return
    if (first.method, first.path, first.body_hash) != (asked.method, asked.path, asked.body_hash):
        raise KeyReused
    headers = {"Idempotency-Replayed": "true"}
    raise Replayed(Response(first.body or b"", first.status or 200, headers, first.media_type))


def keep_answer(db: Session, asked: Idempotency, response: Response) -> None:
    asked.status = response.status_code
    asked.media_type = response.headers.get("content-type")
    asked.body = bytes(response.body)
    db.flush()
