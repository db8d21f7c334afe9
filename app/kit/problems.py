import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from app.kit.asgi import METHODS
from app.kit.errors import (
    Conflict,
    DomainError,
    Invalid,
    Malformed,
    NotFound,
    Throttled,
    Unauthenticated,
    Unavailable,
    WrongMethod,
    status_of,
)
from app.kit.forms import reasons
from app.kit.i18n import N_
from app.kit.pages import show
from app.kit.web import translator

log = logging.getLogger("ocop.errors")

SERVER_ERROR = 500
# Who asks beneath these is a program, and is answered in JSON.
_FOR_PROGRAMS = ("/api/", "/badge/", "/oembed")
RETRY_SECONDS = 5


class FieldsInvalid(Invalid):
    """Some values are wrong"""

    code = "fields_invalid"
    detail = N_("Look at the fields named below.")

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors


class AlreadyThere(Conflict):
    """Somebody changed this at the same moment"""

    code = "already_there"
    detail = N_("Nothing was changed. Load the page again and look before you repeat.")


@dataclass(frozen=True)
class ProblemView:
    """An error page: what is wrong and how to mend it."""

    status: int
    title: str
    detail: str
    code: str
    errors: Mapping[str, str]
    request_id: str


SignIn = Callable[[Request], Response]


def install(app: FastAPI, *, sign_in: SignIn) -> None:
    """Have every error answered in one shape: problem+json for the API, a page elsewhere.

    `sign_in` answers a page request that lacks a session.
    """

    def domain(request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)  # noqa: S101 - the handler is registered for it
        if isinstance(error, Unauthenticated) and not wants_json(request):
            return sign_in(request)
        return answer(request, error)

    app.add_exception_handler(DomainError, domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(IntegrityError, _integrity)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(OverflowError, _unstorable)
    app.add_exception_handler(PoolTimeout, _database)


def wants_json(request: Request) -> bool:
    return request.url.path.startswith(_FOR_PROGRAMS)


def answer(
    request: Request, error: DomainError, *, status: int | None = None, as_json: bool = False
) -> Response:
    """Return the error in the reader's language, as problem+json or as a page."""
    words = translator(request)
    view = ProblemView(
        status=status or status_of(error),
        title=error.title(words),
        detail=error.explain(words),
        code=error.code,
        errors=_fields(error, error.explain(words)),
        request_id=request.state.request_id,
    )
    kept_from_caches = {"Cache-Control": "no-store"}
    response = (
        JSONResponse(
            {**_problem(view), **error.members},
            view.status,
            kept_from_caches,
            "application/problem+json",
        )
        if as_json or wants_json(request)
        else show(request, "kit/problem.html", view, status=view.status)
    )
    response.headers["Content-Language"] = words.language
    # What a route tells with each answer, such as what is left of a quota.
    response.headers.update(getattr(request.state, "answer_headers", {}))
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _fields(error: DomainError, detail: str) -> Mapping[str, str]:
    if isinstance(error, FieldsInvalid):
        return error.errors
    return {error.field: detail} if error.field else {}


def _problem(view: ProblemView) -> dict[str, Any]:
    problem = {
        "type": "about:blank",
        "title": view.title,
        "status": view.status,
        "detail": view.detail,
        "code": view.code,
        "request_id": view.request_id,
    }
    if view.errors:
        problem["errors"] = [{"field": f, "reason": why} for f, why in view.errors.items()]
    return problem


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for it
    return answer(request, FieldsInvalid(reasons(error.errors(), translator(request))))


_HTTP: dict[int, tuple[type[DomainError], int]] = {404: (NotFound, 404), 405: (WrongMethod, 405)}


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for it
    kind, status = _HTTP.get(error.status_code, (Malformed, error.status_code))
    response = answer(request, kind(), status=status)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    if kind is WrongMethod:
        response.headers["Allow"] = _allowed(request)
    return response


def _allowed(request: Request) -> str:
    """Return the methods of an address: each has a route, and Starlette names those of one."""
    routes = request.app.router.routes

    def known(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in routes)

    return ", ".join(method for method in sorted(METHODS) if known(method))


def _integrity(request: Request, error: Exception) -> Response:
    assert isinstance(error, IntegrityError)  # noqa: S101 - the handler is registered for it
    if not _of_others(error):
        raise error
    log.warning("constraint refused a write: %s", type(error.orig).__name__)
    return answer(request, AlreadyThere())


def _unstorable(request: Request, error: Exception) -> Response:
    """Answer for a NUL in a text or a number past 64 bits, which no column holds."""
    log.warning("a value does not fit the database: %s", type(error).__name__)
    return answer(request, FieldsInvalid({}))


def _database(request: Request, error: Exception) -> Response:
    if isinstance(error, DBAPIError):
        if _serialisation(error):
            return answer(request, AlreadyThere())
        if not _gone(error):
            raise error
    log.error("database unavailable: %s", error.__class__.__name__)
    return answer(request, Unavailable())


# A key, a reference, a guard: what another writer can have changed since this one looked. A
# value a CHECK or NOT NULL refuses is a fault of ours, and no reader can mend it.
_OTHERS_SQLITE = ("UNIQUE", "PRIMARYKEY", "FOREIGNKEY", "TRIGGER", "ROWID")
_OTHERS_POSTGRESQL = frozenset({"23001", "23503", "23505", "23P01"})
# SQLite's class for both a file it can't use and a statement it can't run (1) or may not (8).
_STATEMENT_SQLITE = frozenset({1, 8})


def _of_others(error: IntegrityError) -> bool:
    name = getattr(error.orig, "sqlite_errorname", "")
    return name.endswith(_OTHERS_SQLITE) or _sqlstate(error) in _OTHERS_POSTGRESQL


def _gone(error: DBAPIError) -> bool:
    """Tell a database that can't be reached from a fault in a statement."""
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return isinstance(error, OperationalError) and sqlite_code & 0xFF not in _STATEMENT_SQLITE
    return error.connection_invalidated or isinstance(error, OperationalError)


def _serialisation(error: DBAPIError) -> bool:
    # PostgreSQL: serialization_failure, deadlock_detected.
    return _sqlstate(error) in {"40001", "40P01"}


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


# Every error of the API has this one shape, RFC 9457.
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {"application/problem+json": {"schema": _PROBLEM}}}
    for status, words in {
        400: "The body can't be read",
        401: "No valid key or session",
        403: "The role does not allow it",
        404: "Not there, or somebody else's",
        409: "The record is in another state",
        413: "The body is too large",
        422: "Some values are wrong",
        429: "Too many requests; wait as long as Retry-After says",
        503: "Nothing was changed; try again",
    }.items()
}
