import json
import logging
import secrets
import sqlite3
from functools import cache
from time import perf_counter
from traceback import format_tb
from typing import Final
from urllib.parse import quote

import psycopg
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("ocop.requests")

_DRIVERS: Final = psycopg.Error | sqlite3.Error

REQUESTS = Counter("ocop_requests_total", "Answered requests", ["method", "route", "status"])
SECONDS = Histogram("ocop_request_seconds", "Time to answer", ["route"])

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; worker-src 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # With no-referrer the origin of a form would be null, and its write refused.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
# Of a page that reads codes by the camera.
WITH_CAMERA: Final = {"Permissions-Policy": "camera=(self), geolocation=(), microphone=()"}
# Of a page where a visitor may choose to tell their position.
WITH_POSITION: Final = {"Permissions-Policy": "camera=(), geolocation=(self), microphone=()"}
SERVER_ERROR: Final = 500
# As nginx logs who went away: no answer was sent, and nothing broke.
GONE: Final = 499
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


# Whatever else is ASCII stays as it came.
_IN_QUERIES: Final = bytes(range(128))


class HeadAsGet:
    """Answers HEAD with the headers of GET. `scope["state"]["head"]` tells the two apart."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        asked = {**scope, "method": "GET", "state": {**scope.get("state", {}), "head": True}}

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(asked, receive, bodiless)


class Outermost:
    """Gives each request an id, security headers and one log line without personal data.

    What no one expected is logged with the id and answered as a plain 500.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, started, status = secrets.token_hex(8), perf_counter(), SERVER_ERROR
        begun = False
        scope.setdefault("state", {})["request_id"] = request_id
        if not scope["query_string"].isascii():
            # Such bytes are in no address, and what reads addresses trips over them.
            scope["query_string"] = quote(scope["query_string"], safe=_IN_QUERIES).encode()

        async def dressed(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                begun, status = True, message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, dressed)
        except ClientDisconnect:
            # A phone lost its line while it sent: nobody is there to be answered.
            status = GONE
        except Exception:
            log.exception("unexpected error in request %s", request_id)
            if begun:
                raise
            await _plain_500(dressed, scope["path"], request_id)
        finally:
            _figure(scope, request_id, status, perf_counter() - started)


def _figure(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    """Count and log by the route's pattern: an address may hold a stamp's code."""
    known = (
        getattr(scope.get("route"), "path_format", ""),
        getattr(scope.get("endpoint"), "__name__", ""),
    )
    route = next(filter(None, known), "none")
    # A method is whatever the client made up: one label for all of those.
    method = scope["method"] if scope["method"] in METHODS else "other"
    figure(request_id, method, route, status, seconds)


def figure(request_id: str, method: str, route: str, status: int, seconds: float) -> None:
    """Count a request and write its log line."""
    counted, timed = _figures_of(method, route, status)
    counted.inc()
    timed.observe(seconds)
    figures = {
        "request_id": request_id,
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    if log.isEnabledFor(logging.INFO):
        # As log.info would make it, without looking for the line of code that logs.
        record = logging.LogRecord(log.name, logging.INFO, "", 0, "request", None, None)
        vars(record).update(figures)
        log.handle(record)


@cache
def _figures_of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return the figures of a route, by which there are as many as routes."""
    return REQUESTS.labels(method, route, str(status)), SECONDS.labels(route)


_WRONG: Final = "Lỗi máy chủ / Server error"
_MEND: Final = (
    "Chưa có gì thay đổi. Hãy thử lại; nếu vẫn lỗi, hãy báo mã này. / "
    "Nothing was changed. Try again; if it happens again, report this id."
)
_PAGE: Final = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>{wrong} · OCOP</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{wrong}</h1><p>{mend}</p><p>500 · unexpected · {request_id}</p></main></body></html>
"""


async def _plain_500(send: Send, path: str, request_id: str) -> None:
    """Answer without templates, translations or a database: any of them may be what failed."""
    kind = "text/html; charset=utf-8"
    body = _PAGE.format(wrong=_WRONG, mend=_MEND, request_id=request_id)
    if path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": _WRONG,
            "status": SERVER_ERROR,
            "code": "unexpected",
            "detail": _MEND,
            "request_id": request_id,
        }
        kind, body = "application/problem+json", json.dumps(problem, ensure_ascii=False)
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": SERVER_ERROR, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


def _trace(error: BaseException) -> str:
    """Return where it went wrong. What a database says is left out: it quotes rows."""
    told = []
    for one in _causes(error):
        spoken = "" if isinstance(one, SQLAlchemyError | _DRIVERS) else f": {one}"
        told += [*format_tb(one.__traceback__), f"{type(one).__qualname__}{spoken}\n"]
    return "".join(told)


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error after the one it came from, and so on."""
    chain = [error]
    while found := chain[0].__cause__ or chain[0].__context__:
        if found in chain:
            break
        chain.insert(0, found)
    return chain


# Made once: json.dumps makes one for each line.
_LINES: Final = json.JSONEncoder(ensure_ascii=False, default=str)


class JsonLines(logging.Formatter):
    """Structured log lines; only the named extras are kept."""

    _second = 0, ""
    KEPT: Final = ("request_id", "method", "route", "status", "ms", "task", "figure")

    def format(self, record: logging.LogRecord) -> str:
        held = vars(record)
        line = {"at": self._at(record), "level": record.levelname, "log": record.name}
        line["message"] = record.getMessage()
        line |= {name: held[name] for name in self.KEPT if name in held}
        if record.exc_info and record.exc_info[1]:
            line["error"] = _trace(record.exc_info[1])
        return _LINES.encode(line)

    def _at(self, record: logging.LogRecord) -> str:
        """Return the time as `formatTime` does, which is asked once a second."""
        second, told = self._second
        if second != int(record.created):
            told = self.formatTime(record).partition(",")[0]
            self._second = int(record.created), told
        return f"{told},{int(record.msecs):03}"
