import asyncio
import logging

import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope

from tests.conftest import Cast


def test_who_goes_away_while_sending_is_no_fault_of_ours(
    app: FastAPI, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    key = f"Bearer {cast.owner.key}".encode()
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/lots",
        "raw_path": b"/api/v1/lots",
        "query_string": b"",
        "root_path": "",
        "scheme": "https",
        "headers": [(b"host", b"ocop.test"), (b"authorization", key), (b"content-length", b"900")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 443),
    }
    coming: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    with caplog.at_level(logging.INFO):
        asyncio.run(app(scope, receive, send))
    assert (coming, sent) == ([], [])
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
