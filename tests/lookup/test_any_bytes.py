"""Whatever bytes come as path, query or header: an answer, and never a fault of ours."""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lookup.conftest import GTIN, Scene

G = f"/01/{GTIN}".encode()
STARTS = (
    b"/01/",
    G,
    G + b"/21/",
    G + b"/10/",
    b"/t/",
    b"/p/",
    b"/p/1/serial/",
    b"/414/",
    b"/417/",
    b"/",
    b"/.well-known/gs1resolver",
)
ACCEPTS = (b"application/linkset+json", b"text/html", b"*/*", b"")
LINK_TYPES = (b"", b"linkType=all", b"linkType=gs1:pip", b"linkType=", b"&linkType=")
METHODS = ("GET", "HEAD", "OPTIONS")
# What a server hands on of a header: neither line breaks nor NUL.
VALUES = st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n\0"))


def start_of_answer(app: FastAPI, scope: dict[str, Any]) -> MutableMapping[str, Any]:
    """Return how an application begins its answer to a bare request."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]


def scope_of(method: str, path: bytes, query: bytes, headers: dict[bytes, bytes]) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "headers": [(b"host", b"ocop.test"), *headers.items()],
        "scheme": "https",
        "server": ("ocop.test", 443),
        "client": ("203.0.113.9", 1),
        "http_version": "1.1",
        "root_path": "",
    }


@settings(
    max_examples=150,
    deadline=None,
    # Every example reads the same scene, and changes nothing in it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    method=st.sampled_from(METHODS),
    path=st.tuples(st.sampled_from(STARTS), st.binary(max_size=40)).map(b"".join),
    query=st.tuples(st.sampled_from(LINK_TYPES), st.binary(max_size=30)).map(b"".join),
    accept=st.tuples(st.sampled_from(ACCEPTS), VALUES).map(b"".join),
    language=VALUES,
    other=VALUES,
)
def test_any_bytes_are_answered(
    gs1: Scene,
    app: FastAPI,
    method: str,
    path: bytes,
    query: bytes,
    accept: bytes,
    language: bytes,
    other: bytes,
) -> None:
    headers = {b"accept": accept, b"accept-language": language, b"if-none-match": other}
    start = start_of_answer(app, scope_of(method, path, query, headers | {b"user-agent": other}))
    assert start["status"] < 500, (path, query, headers)
    assert gs1.codes
    for name, value in start["headers"]:
        assert not {13, 10, 0} & set(name + value), (path, query, headers)
