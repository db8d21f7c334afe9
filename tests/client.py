import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import httpx
from fastapi import FastAPI

from app.identity.access import SECURE_COOKIE

HOST = "https://ocop.test"


def without_once(page: str) -> str:
    """Return a page without the numbers of its forms, which are others each time it is shown."""
    return re.sub(r'name="once" value="[0-9a-f]+"', "", page)


class Client:
    """An HTTP client in the test's own thread, speaking ASGI to the application over https."""

    def __init__(self, app: FastAPI, **headers: str) -> None:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        return self._runner.run(self.http.request(method, path, **more))

    def get_at_once(self, paths: Sequence[str]) -> list[httpx.Response]:
        """Send all at the same time and return their answers in the order of the paths."""

        async def all_() -> list[httpx.Response]:
            return await asyncio.gather(*(self.http.get(path) for path in paths))

        return self._runner.run(all_())

    def get(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as above
        return self.request("GET", path, **more)

    def head(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as above
        return self.request("HEAD", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as above
        return self.request("POST", path, **more)

    def patch(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - as above
        return self.request("PATCH", path, **more)

    def with_key(self, key: str) -> Self:
        """Have every further request carry the API key."""
        self.http.headers["authorization"] = f"Bearer {key}"
        return self

    def with_session(self, token: str) -> Self:
        """Have every further request carry the session's cookie."""
        self.http.cookies.set(SECURE_COOKIE, token)
        return self

    def close(self) -> None:
        self._runner.run(self.http.aclose())
        self._runner.close()


@contextmanager
def client_for(app: FastAPI) -> Iterator[Client]:
    client = Client(app)
    try:
        yield client
    finally:
        client.close()
        # It holds a connection of its own, out of the pool, until the application stops.
        app.state.lookout.close()


def answers_alike(get: httpx.Response, head: httpx.Response) -> bool:
    """Tell whether HEAD was answered as GET was, but for the body and what is new each time."""

    def kept(answer: httpx.Response) -> dict[str, str]:
        varies = {"x-request-id", "date", "transfer-encoding", "ratelimit"}
        return {name: value for name, value in answer.headers.items() if name not in varies}

    return (get.status_code, kept(get)) == (head.status_code, kept(head)) and head.content == b""


def seen_in(page: str) -> str:
    """Return as of when a page's form was filled in from its record."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found, "no form of the page says what it was filled in from"
    return found[1]
