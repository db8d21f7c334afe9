"""A bad line between a phone and the server: one request at a time, each as well as it is told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

_PATIENCE: Final = 20
_LAST_CHUNK: Final = b"0\r\n\r\n"
_PORTAL: Final = "<!doctype html><title>WiFi</title><h1>Đăng nhập mạng WiFi quán</h1>"


@dataclass
class Message:
    """A request or an answer, read whole."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        return self.head + self.body

    @property
    def first(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode()


Fault = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request on its way: `send` brings it to the server, `answer` brings bytes back."""

    line: "Line"
    request: Message
    phone: socket.socket

    def send(self, part: float = 1) -> Message | None:
        """Bring the request, or only its first part, to the server; return what it answers."""
        with socket.create_connection(("127.0.0.1", self.line.to), _PATIENCE) as server:
            whole = self.request.whole
            server.sendall(whole[: int(len(whole) * part)])
            return next(messages(server), None) if part == 1 else None

    def answer(self, content: bytes) -> None:
        self.phone.sendall(content)


def well(one: Exchange) -> None:
    """Bring the request there and the answer back."""
    answered = one.send()
    if answered:
        one.answer(answered.whole)


def cut_before(_one: Exchange) -> None:
    """Lose the request."""


def cut_within(one: Exchange) -> None:
    """Lose the line while the request is under way."""
    one.send(0.6)


def deaf(one: Exchange) -> None:
    """Lose the answer: the server has done what it was asked, and nobody here knows."""
    one.send()


def cut_answer(one: Exchange) -> None:
    """Lose the line within the answer."""
    if answered := one.send():
        one.answer(answered.whole[: len(answered.head) + len(answered.body) // 2])


def truncated(one: Exchange) -> None:
    """Answer with half of the body as if it were the whole."""
    if answered := one.send():
        half = answered.body[: len(answered.body) // 2]
        told = f"content-length: {len(answered.body)}".encode()
        head = answered.head.replace(told, f"content-length: {len(half)}".encode())
        # A packed body would not even unpack: what is half must look whole.
        one.answer(head + half)


def slowly_twice(one: Exchange) -> None:
    """Take a while both ways, and bring the request to the server twice, as some lines do."""
    time.sleep(0.3)
    one.send()
    well(one)


def portal(one: Exchange) -> None:
    """Answer in the server's place, as networks of cafés do: 200, and a page of their own."""
    body = _PORTAL.encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"
    one.answer(head.encode() + body)


def refusing(status: str, more: str = "") -> Fault:
    """Return a fault that answers with a bare status, as proxies do."""

    def refuse(one: Exchange) -> None:
        one.answer(f"HTTP/1.1 {status}\r\n{more}content-length: 0\r\n\r\n".encode())

    return refuse


@dataclass
class Line:
    """A proxy on a port of its own. `faults` befall the next requests of a kind, in their order.

    While it is `down` it takes no connection at all, and those it has are cut.
    """

    to: int
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    down: bool = False
    met: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def close(self) -> None:
        self._door.close()
        self.cut()

    def cut(self) -> None:
        for phone in list(self._open):
            with suppress(OSError):
                phone.shutdown(socket.SHUT_RDWR)

    def lose(self) -> None:
        """Be down from now on."""
        self.down = True
        self.cut()

    def _take(self) -> None:
        while True:
            try:
                phone, _ = self._door.accept()
            except OSError:
                return
            if self.down:
                phone.close()
            else:
                threading.Thread(target=self._serve, args=(phone,), daemon=True).start()

    def _serve(self, phone: socket.socket) -> None:
        self._open.add(phone)
        with phone, suppress(OSError):
            for request in messages(phone):
                if not self._pass(Exchange(self, request, phone)):
                    break
        self._open.discard(phone)

    def _pass(self, one: Exchange) -> bool:
        """Let a request through, as the line is; tell whether the connection lives on."""
        first = one.request.first
        if self.down:
            return False
        self.asked.append(first)
        for kind, faults in self.faults.items():
            if kind in first and faults:
                fault = faults.pop(0)
                self.met.append((kind, fault.__name__))
                fault(one)
                return False
        well(one)
        return True


def messages(end: socket.socket) -> Iterator[Message]:
    """Yield what comes, each whole; end where it breaks off."""
    end.settimeout(_PATIENCE)
    held = b""
    while True:
        while b"\r\n\r\n" not in held:
            more = end.recv(65536)
            if not more:
                return
            held += more
        head, _, held = held.partition(b"\r\n\r\n")
        wanted = _length(head)
        while len(held) < wanted or (wanted < 0 and not held.endswith(_LAST_CHUNK)):
            more = end.recv(65536)
            if not more:
                return
            held += more
        wanted = wanted if wanted >= 0 else len(held)
        yield Message(head + b"\r\n\r\n", held[:wanted])
        held = held[wanted:]


def _length(head: bytes) -> int:
    """Return how long a body is; less than nothing where its end says so."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
        if line.startswith(b"transfer-encoding:"):
            return -1
    return 0
