"""Pages of any shop may ask the verification API, and only as nobody or by a key."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing beneath reads a cookie, and none is ever allowed: `*` forbids it to browsers.
OPEN: Final = ("/api/v1/verify", "/badge/", "/oembed")
_BATCH: Final = "/api/v1/verify"
_EXPOSED: Final = "ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, If-None-Match, Accept-Language, Idempotency-Key"
    ),
    "Access-Control-Max-Age": "86400",
}


class OpenToShops:
    """Gives every answer beneath the open paths its CORS headers, errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(OPEN):
            await self.app(scope, receive, send)
            return

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = _EXPOSED
                # A page elsewhere may show the answer, whatever that page isolates itself from.
                headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                if scope["method"] == "OPTIONS":
                    allowed = "POST" if scope["path"] == _BATCH else "GET, HEAD"
                    headers.update(_PREFLIGHT)
                    headers["Access-Control-Allow-Methods"] = allowed
                    headers["Allow"] = f"{allowed}, OPTIONS"
            await send(message)

        if scope["method"] == "OPTIONS":
            await opened({"type": "http.response.start", "status": 204, "headers": []})
            await opened({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, opened)
