from collections.abc import Sequence
from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send


class TrailingSlash:
    """Leads from an address with a slash behind it to the route without, on this very site.

    Starlette's own redirect names the host that the client wrote into its request, and a cache
    would lead others there.
    """

    def __init__(self, routes: Sequence[BaseRoute], otherwise: ASGIApp) -> None:
        self._routes = routes
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bare = "/" + scope.get("path", "").strip("/")
        answer = self._otherwise
        if scope["type"] == "http" and scope["path"].endswith("/") and self._knows(scope, bare):
            query = scope["query_string"].decode("latin-1")
            answer = RedirectResponse(quote(bare) + (f"?{query}" if query else ""))
        await answer(scope, receive, send)

    def _knows(self, scope: Scope, bare: str) -> bool:
        asked = {**scope, "path": bare}
        return any(route.matches(asked)[0] is not Match.NONE for route in self._routes)
