"""Requests to addresses that other people wrote down, so that they reach nothing inside.

A host is resolved once, every address it has is checked, and the connection goes to one of those
that were checked: what a second answer of the resolver would say is never asked.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from queue import Empty, Queue
from threading import Thread, Timer
from typing import Any, Final

import httpcore
import httpx

from app.kit.destinations import (
    HostUnknown,
    NotHttps,
    NotReached,
    PortRefused,
    PrivateAddress,
    Target,
    TooSlow,
    is_loopback,
    is_public,
    parse_url,
)

_TRIED: Final = 4

Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every address the system's resolver gives for a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True)
class Caps:
    """What one request may take: seconds to connect, seconds in all, bytes of the answer kept."""

    connect: float = 5
    total: float = 10
    answer: int = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What a server said; `cut` where there was more of it than is kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False


@dataclass(frozen=True)
class Outbound:
    """A client for addresses nobody vouches for: no redirects, no proxies, nothing inside.

    `loopback` also lets http and any port through to this machine itself, for tests and
    sandboxes. `context` is the trust in certificates, that of the public internet if not given.
    """

    loopback: bool = False
    resolver: Resolver = resolve
    caps: Caps = Caps()
    context: ssl.SSLContext | None = field(default=None, repr=False)

    def check(self, url: str) -> Target:
        """Return where an address leads, or raise NotHttps, PortRefused, HostUnknown, TooSlow
        or PrivateAddress. Asks the resolver, so it must stand before a transaction.
        """
        parsed = parse_url(url)
        host, port = parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80)
        if not self.loopback and parsed.scheme != "https":
            raise NotHttps
        if not self.loopback and port != 443:  # noqa: PLR2004 - the port of https
            raise PortRefused
        addresses = tuple(self._resolved(host, port))
        if not addresses:
            raise HostUnknown(host=host)
        if self.loopback and all(is_loopback(one) for one in addresses):
            return Target(parsed, host, port, addresses)
        if not all(is_public(one) for one in addresses):
            raise PrivateAddress(host=host)
        if parsed.scheme != "https":
            raise NotHttps
        return Target(parsed, host, port, addresses)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", url, headers=headers)

    def head(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("HEAD", url, headers=headers)

    def post(self, url: str, *, content: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("POST", url, content=content, headers=headers)

    def send(
        self,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and return its answer, a redirect too, or raise an OutboundRefused.

        After `caps.total` seconds the line is cut, whatever the other side does.
        """
        target = self.check(url)
        wire = _Pinned(target.addresses)
        try:
            with _cut_after(self.caps.total, wire), self._pool(wire) as pool:
                return self._exchange(pool, target, method, content, headers or {})
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            if wire.cut or isinstance(error, httpcore.TimeoutException):
                seconds = round(self.caps.total)
                raise TooSlow(host=target.host, seconds=seconds) from error
            raise NotReached(host=target.host) from error
        except (OSError, ValueError) as error:
            raise NotReached(host=target.host) from error

    def _exchange(
        self,
        pool: httpcore.ConnectionPool,
        target: Target,
        method: str,
        content: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        url = httpcore.URL(
            scheme=target.url.raw_scheme,
            host=target.url.raw_host,
            port=target.url.port,
            target=target.url.raw_path,
        )
        caps = self.caps
        patience = {"connect": caps.connect, "read": caps.total, "write": caps.total}
        sent = {"Accept": "*/*", "Connection": "close", "User-Agent": "ocop/1"} | dict(headers)
        with pool.stream(
            method,
            url,
            headers=[("Host", target.url.netloc.decode("ascii")), *sent.items()],
            content=content or None,
            extensions={"timeout": patience | {"pool": caps.total}},
        ) as answer:
            body, cut = _kept(answer.iter_stream(), caps.answer)
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in answer.headers
            }
            return Answer(answer.status, told, body, cut)

    def _pool(self, wire: "_Pinned") -> httpcore.ConnectionPool:
        context = self.context or _public_trust()
        return httpcore.ConnectionPool(ssl_context=context, network_backend=wire)

    def _resolved(self, host: str, port: int) -> Iterable[str]:
        """Ask the resolver, and no longer than a request may take: it can't be interrupted."""
        answers: Queue[Sequence[str]] = Queue()
        asking = Thread(target=lambda: answers.put(self.resolver(host, port)), daemon=True)
        asking.start()
        try:
            return answers.get(timeout=self.caps.total)
        except Empty:
            raise TooSlow(host=host, seconds=round(self.caps.total)) from None


@cache
def _public_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Pinned(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever host is asked for."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.cut = False
        self._addresses = addresses[:_TRIED]
        self._inner = httpcore.SyncBackend()
        self._line: socket.socket | None = None

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the address stands already
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,  # noqa: ANN401 - httpcore's own type
    ) -> httpcore.NetworkStream:
        for place, address in enumerate(self._addresses, start=1):
            try:
                stream = self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(self._addresses) or self.cut:
                    raise
            else:
                # The handshake takes the socket over; its twin can still end the line.
                self._line = stream.get_extra_info("socket").dup()
                if self.cut:
                    self.end()
                return stream
        raise httpcore.ConnectError

    def end(self) -> None:
        """Cut the line, so that whoever reads or writes on it stops at once."""
        self.cut = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()


@contextmanager
def _cut_after(seconds: float, wire: _Pinned) -> Iterator[None]:
    timer = Timer(seconds, wire.end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        wire.close()


def _kept(chunks: Iterable[bytes], limit: int) -> tuple[bytes, bool]:
    """Return the first bytes of an answer, and whether there were more."""
    kept = b""
    for chunk in chunks:
        kept += chunk
        if len(kept) > limit:
            return kept[:limit], True
    return kept, False
