"""The short way of GS1 addresses: a plain one that was asked for lately is redirected at once.

Only what the shelf proves is answered here, before routing; everything else goes on to
`app.lookup.resolver_pages.resolve`, which is the whole truth and fills the shelf. Routing,
middleware and a response object cost three times as much as reading the address and proving it.
"""

from secrets import token_hex
from time import perf_counter
from typing import Final

from starlette.datastructures import State
from starlette.types import Scope, Send

from app.kit.asgi import HEADERS, figure
from app.kit.errors import DomainError
from app.lookup.gs1_uri import GTIN, Address, read_path
from app.lookup.level_queries import serial_of
from app.lookup.negotiation import wants_links
from app.lookup.ready import raw
from app.lookup.resolver_access import BY_ACCEPT, redirection

# The figures of an address are the route's, whichever way it was answered.
ROUTE: Final = "/{address:gs1path}"
_START: Final = f"/{GTIN}/".encode()
_METHODS: Final = frozenset({"GET", "HEAD"})
_MOVED: Final = 307
# Of the headers that guard a page, what says something about an answer without one; each header
# costs the server 3 us.
_GUARDS: Final = tuple(raw({"Referrer-Policy": HEADERS["Referrer-Policy"], "Content-Length": "0"}))


class Gs1Front:
    """Answers plain requests for known stamps, products and lots by their GTIN."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def answer(self, scope: Scope, send: Send) -> bool:
        """Redirect a plain request; return whether it was one, else nothing was sent."""
        if not _is_plain(scope):
            return False
        request_id, started = token_hex(8), perf_counter()
        try:
            address = read_path(scope["raw_path"], scope["query_string"])
        except DomainError:
            return False
        path = self._find(address)
        if path is None:
            return False
        base = self._state.site.base_url
        said = redirection(base + path, scope["query_string"], base + address.path(), BY_ACCEPT)
        headers = [*raw(said), *_GUARDS, (b"x-request-id", request_id.encode())]
        await send({"type": "http.response.start", "status": _MOVED, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        figure(request_id, scope["method"], ROUTE, _MOVED, perf_counter() - started)
        return True

    def _find(self, address: Address) -> str | None:
        state, serial = self._state, serial_of(address)
        now = state.site.clock()
        if serial is None:
            target: str | None = state.gtins.find_target(address.path(), now=now)
            return target
        code = state.gtins.find_code(
            address.key.value, serial.value, keyring=state.keyring, now=now
        )
        return None if code is None else f"/t/{code}"


def _is_plain(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in _METHODS:
        return False
    query = scope["query_string"]
    if not scope.get("raw_path", b"").startswith(_START) or not query.isascii():
        return False
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return not wants_links(query, accept.decode("latin-1"))
