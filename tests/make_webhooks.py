"""A shop's server that is told by webhooks, and what delivers to it in a test's own thread."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Got:
    """One request that came in, and when."""

    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def name(self) -> str:
        return self.headers["webhook-id"]

    def read(self, secret: str) -> Any:  # noqa: ANN401 - JSON of any shape
        """Return what it says; the secret must have signed it, whenever that was."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        signed = Webhook(secret).sign(self.name, at, self.body.decode())
        assert signed in self.headers["webhook-signature"].split()
        return json.loads(self.body)


@dataclass
class Receiver:
    """What a shop's server got; it answers by `statuses` in turn, then with 204."""

    url: str
    got: list[Got] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    # Called with each request before it is answered.
    before: Callable[[Got], object] = bool

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve a shop's server on loopback."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Got(headers, body, monotonic()))
            receiver.before(receiver.got[-1])
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
            self.send_header("Location", receiver.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield receiver
        server.shutdown()
        thread.join(10)


class AtOnce(Executor):
    """Runs what it is given in the caller's own thread: a test has one connection."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as its base
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done
