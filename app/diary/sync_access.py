"""What phones may send, how often and how much at once; when a request of theirs arrived."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from fastapi import Depends, Request, Response

from app.diary.upload_actions import CHUNK_BYTES
from app.identity.access import ApiRoute, Inner, known_actor
from app.kit.arriving import Arriving
from app.kit.errors import Conflict, Throttled, TooLarge
from app.kit.files import Files
from app.kit.i18n import N_
from app.kit.pace import Pace, seconds_of_minute
from app.kit.web import site

BATCH_BYTES: Final = 256 * 1024
_KILOBYTE: Final = 1024


class BodyTooLarge(TooLarge):
    """The request is too large"""

    code: ClassVar[str] = "diary.body_too_large"
    detail: ClassVar[str] = N_("At most {kilobytes} KB are accepted at once. Send smaller parts.")

    def __init__(self, *, limit: int) -> None:
        self.kilobytes = limit // _KILOBYTE


class OtherAccount(Conflict):
    """Somebody else has signed in on this phone"""

    code: ClassVar[str] = "diary.other_account"
    detail: ClassVar[str] = N_("What waits is sent when its own writer signs in again.")


class SyncRoute(ApiRoute):
    """A route for phones: bounded in size, and for each account in requests a minute."""

    kind: ClassVar[str] = "sync"
    per_minute: ClassVar[int] = 120
    most: ClassVar[int] = BATCH_BYTES

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            # Before the body: a slow network would else pass for a slow clock.
            request.state.arrived = site(request).clock()
            return await inner(request)

        return handle

    async def answer(self, request: Request, inner: Inner) -> Response:
        await self._check_account(request)
        await self._keep_pace(request)
        if request.method != "GET" and len(await request.body()) > self.most:
            raise BodyTooLarge(limit=self.most)
        return await super().answer(request, inner)

    async def _check_account(self, request: Request) -> None:
        """Refuse what is meant for another account than the one whose cookie came with it."""
        meant, actor = request.headers.get("sync-account"), await known_actor(request)
        if meant is not None and actor is not None and meant != str(actor.account_id):
            raise OtherAccount

    async def _keep_pace(self, request: Request) -> None:
        actor = await known_actor(request)
        # Nobody is refused by the route itself.
        if actor is None:
            return
        pace: Pace = request.app.state.pace
        who, now = f"{self.kind} {actor.account_id}", request.state.arrived
        if pace.take(who, limit=self.per_minute, now=now) is None:
            raise Throttled(seconds=seconds_of_minute(now))


class UploadRoute(SyncRoute):
    """A route that takes parts of photos."""

    kind = "upload"
    per_minute = 600
    most = CHUNK_BYTES


async def _arrived(request: Request) -> datetime:
    arrived: datetime = request.state.arrived
    return arrived


async def _arriving(request: Request) -> Arriving:
    files: Files = request.app.state.files
    return Arriving(files.root)


Arrived = Annotated[datetime, Depends(_arrived)]
Landing = Annotated[Arriving, Depends(_arriving)]
