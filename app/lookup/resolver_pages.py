"""The resolver of GS1 Digital Link addresses, and what it says of itself."""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Request
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.kit.errors import WrongMethod
from app.kit.web import SAFE, site
from app.lookup.asking_access import asker_of, code_of, guarded, keep_target, keyring_of, read
from app.lookup.gs1_uri import GTIN, KEYS, SERIAL, Address, read_compressed, read_path
from app.lookup.level_queries import default_path, levels_of, serial_of
from app.lookup.linkset import CONTEXT, OPEN, PREFIX, VOCABULARY
from app.lookup.own_links_access import own_preflight
from app.lookup.resolver_access import (
    BY_ACCEPT,
    BY_BOTH,
    asked,
    linked,
    preflight,
    raw_path,
    redirected,
    refused,
)

router = APIRouter()

HOURLY: Final = "public, max-age=3600"
Answer = Callable[[Request], Awaitable[Response]]


class Gs1Path(Convertor[str]):
    """A path that begins with figures, as those of GS1 do; it is read from its raw bytes."""

    regex = "[0-9]+(?s:/.*)?"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class EpcPath(Gs1Path):
    """A path of one segment that has the form of a compressed address."""

    regex = "e(?:h[0-9a-f]+|x[A-Za-z0-9_-]+)/?"


register_url_convertor("gs1path", Gs1Path())
register_url_convertor("epcpath", EpcPath())


class Open:
    """An answer to every method that any site may read, refusals too; GET is what it is for."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.__name__ = answer.__name__

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["method"] in SAFE:
            response = await guarded(request, self._answer)
        else:
            response = refused(request, WrongMethod())
            response.headers["Allow"] = "GET, HEAD, OPTIONS"
        await response(scope, receive, send)


async def resolve(request: Request) -> Response:
    """Answer a GS1 Digital Link address."""
    query = request.scope["query_string"]
    return await _resolved(request, read_path(raw_path(request), query))


async def resolve_compressed(request: Request) -> Response:
    """Answer an address that is an EPC binary string."""
    query = request.scope["query_string"]
    return await _resolved(request, read_compressed(raw_path(request), query))


async def _resolved(request: Request, address: Address) -> Response:
    keyring = keyring_of(request)
    base, here = site(request).base_url, site(request).base_url + address.path()
    if request.method == "OPTIONS":
        return preflight(here)
    link_type = asked(request)
    if link_type is None:
        return redirected(request, base + await _default(request, address), here, BY_ACCEPT)
    code, asker = await _code(request, address), asker_of(request)
    levels = await read(
        request, lambda db: levels_of(db, address, code=code, keyring=keyring, asker=asker)
    )
    found = linked(request, levels, link_type, address=here)
    return found if isinstance(found, Response) else redirected(request, found, here, BY_BOTH)


async def _default(request: Request, address: Address) -> str:
    code = await _code(request, address)
    if code is not None:
        return f"/t/{code}"
    path = await read(request, lambda db: default_path(db, address))
    if address.key.ai == GTIN and serial_of(address) is None:
        keep_target(request, address, path)
    return path


async def _code(request: Request, address: Address) -> str | None:
    """Return the code of the stamp that the address names, if it is one of ours."""
    serial = address.find(SERIAL)
    return await code_of(request, address.key.value, serial.value) if serial else None


async def describe(request: Request) -> Response:
    """Answer what this resolver resolves, as GS1's schema of such descriptions has it."""
    settings = request.app.state.settings
    contact: dict[str, str] = {"fn": settings.contact_name}
    if settings.contact_phone:
        contact["hasTelephone"] = f"tel:{settings.contact_phone}"
    description = {
        "name": "OCOP traceability",
        "resolverRoot": site(request).base_url,
        "supportedPrimaryKeys": list(KEYS),
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": PREFIX}],
        "linkTypeDefaultCanBeLinkset": False,
        "contact": contact,
        "jsonLdContextLocation": CONTEXT,
    }
    return JSONResponse(description, headers={**OPEN, "Cache-Control": HOURLY})


for path, answer in (
    ("/{address:gs1path}", resolve),
    ("/{compressed:epcpath}", resolve_compressed),
    ("/.well-known/gs1resolver", describe),
):
    router.routes.append(Route(path, Open(answer), include_in_schema=False))
for path in ("/t/{code:anything}", "/T/{code:anything}", "/p/{product_id:anything}"):
    router.add_route(path, own_preflight, methods=["OPTIONS"], include_in_schema=False)
