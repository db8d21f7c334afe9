"""Who asks by a shop's key, or by none: keys, scopes, quotas and what answers tell of them."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer

from app.kit.clock import day_of
from app.kit.errors import Forbidden, Throttled, Unauthenticated
from app.kit.fences import EVERYTHING
from app.kit.i18n import N_
from app.kit.networks import network_of
from app.kit.pace import Allowance, Pace, seconds_of_minute
from app.kit.web import Edge, Unit, site
from app.partners.key_actions import use_key
from app.partners.key_queries import HeldKey, get_held_key
from app.partners.pace import OPEN_PER_MINUTE, headers, seconds_of_day
from app.partners.rules import Scope

_DAY: Final = 86_400


class ScopeMissing(Forbidden):
    """The key is not for this"""

    code = "partners.scope_missing"
    detail = N_("It lacks the scope “{scope}”. Ask the Department for a key that has it.")

    def __init__(self, *, scope: str) -> None:
        self.scope = scope


class TooOften(Throttled):
    """Too many requests in this minute"""

    code = "partners.too_often"
    detail = N_("Wait {seconds} seconds. A key of your own allows more.")


class QuotaUsed(Throttled):
    """The quota of today is used up"""

    code = "partners.quota_used"
    detail = N_("It is renewed in {seconds} seconds, at midnight in Vietnam.")


@dataclass(frozen=True)
class Caller:
    """A partner whose key came with the request. Plain values; an author of audit events."""

    partner_id: int
    key_id: int
    label: str
    scopes: frozenset[Scope]
    account_id: None = None

    def require(self, scope: Scope) -> None:
        if scope not in self.scopes:
            raise ScopeMissing(scope=scope)


class PartnerRoute(Edge):
    """A route of the shops' API: each answer tells what is left of the quota.

    It looks at no cookie and remembers no Idempotency-Key: what shops write is the same when
    it is written twice.
    """

    async def answer(
        self, request: Request, inner: Callable[[Request], Coroutine[Any, Any, Response]]
    ) -> Response:
        response = await inner(request)
        response.headers.update(getattr(request.state, "answer_headers", {}))
        kept = response.headers.get("Cache-Control", "no-store")
        if "authorization" in request.headers:
            # What is left of a shop's quota is for no other reader of a shared cache.
            kept = kept.replace("public", "private")
        response.headers["Cache-Control"] = kept
        return response


async def _caller(request: Request) -> Caller:
    token = bearer(request)
    if token is None:
        raise Unauthenticated
    held = site(request)
    database, now = held.database.scoped(EVERYTHING), held.clock()
    async with held.readers:
        key = await run_in_threadpool(_find, database.begin, token, now)
    in_minute = pace_of(request).take(f"key {key.key_id}", limit=key.per_minute, now=now)
    if in_minute is None:
        _tell(request, _spent_minute(key.per_minute, now))
        raise TooOften(seconds=seconds_of_minute(now))
    # Before the route's own transaction: SQLite has one writer, and a count must stay counted.
    async with held.writers:
        count = await run_in_threadpool(_use, database.begin, key, now)
    left, whole = key.per_day - (count or key.per_day), seconds_of_day(now)
    _tell(request, in_minute, Allowance("day", key.per_day, _DAY, left, whole))
    if count is None:
        raise QuotaUsed(seconds=whole)
    unit: Unit = request.state.unit
    # A partner is no tenant: its rows are fenced by the queries alone, which ask by its id.
    unit.database = database
    return Caller(key.partner_id, key.key_id, key.partner, key.scopes)


def _find(begin: Callable[..., Any], token: str, now: datetime) -> HeldKey:
    with begin(write=False) as db:
        return get_held_key(db, token=token, now=now)


def _use(begin: Callable[..., Any], key: HeldKey, now: datetime) -> int | None:
    with begin() as db:
        return use_key(db, key_id=key.key_id, day=day_of(now), per_day=key.per_day)


def bearer(request: Request) -> str | None:
    """Return the token of the Authorization header, none where another scheme is used."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def pace_of(request: Request) -> Pace:
    held: Pace = request.app.state.pace
    return held


def _spent_minute(limit: int, now: datetime) -> Allowance:
    return Allowance("minute", limit, 60, 0, seconds_of_minute(now))


def _tell(request: Request, *allowances: Allowance) -> None:
    request.state.answer_headers = headers(allowances)


async def _guest(request: Request) -> Caller | None:
    """Let anybody ask, so often a minute from one network; who sends a key asks by it."""
    if "authorization" in request.headers:
        caller = await _caller(request)
        caller.require(Scope.VERIFY)
        return caller
    address = request.client.host if request.client else ""
    who, now = f"network {network_of(address)}", site(request).clock()
    allowed = pace_of(request).take(who, limit=OPEN_PER_MINUTE, now=now)
    _tell(request, allowed or _spent_minute(OPEN_PER_MINUTE, now))
    if allowed is None:
        raise TooOften(seconds=seconds_of_minute(now))
    return None


_SCHEME: Final = HTTPBearer(
    scheme_name="PartnerKey",
    auto_error=False,
    description="A shop's key, made by the Department; see docs/api.md.",
)


def _asking(scope: Scope) -> Callable[..., Awaitable[Caller]]:
    async def asking(request: Request, _scheme: Annotated[object, Depends(_SCHEME)]) -> Caller:
        caller = await _caller(request)
        caller.require(scope)
        return caller

    return asking


# Each stands before `db: Db` among a route's parameters: it counts in a transaction of its own.
Guest = Annotated[Caller | None, Depends(_guest)]
ListingsPartner = Annotated[Caller, Depends(_asking(Scope.LISTINGS))]
EventsPartner = Annotated[Caller, Depends(_asking(Scope.EVENTS))]
WebhooksPartner = Annotated[Caller, Depends(_asking(Scope.WEBHOOKS))]


async def _any_scope(request: Request, _scheme: Annotated[object, Depends(_SCHEME)]) -> Caller:
    return await _caller(request)


CurrentPartner = Annotated[Caller, Depends(_any_scope)]
