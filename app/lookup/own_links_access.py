"""The resolver's behaviour at our own addresses: a product without a GTIN has it too."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.kit.web import site
from app.lookup.asking_access import asker_of, guarded, keyring_of, read
from app.lookup.guess_access import asking
from app.lookup.level_queries import Asker, NotRegistered, levels_of_product, levels_of_stamp
from app.lookup.links import Level
from app.lookup.resolver_access import BY_BOTH, asked, linked, preflight, redirected
from app.stamps.queries import find_stamp

_ID_DIGITS: Final = 18


async def links_of_stamp(request: Request) -> Response | None:
    """Answer for the links of the stamp in the path; None where its page is what is wanted."""
    return await guarded(request, _links_of_stamp)


async def links_of_product(request: Request) -> Response | None:
    """Answer for the links of the product in the path; None where its page is what is wanted."""
    return await guarded(request, _links_of_product)


async def own_preflight(request: Request) -> Response:
    """Answer OPTIONS at one of our own addresses."""
    return preflight(site(request).base_url + quote(request.scope["path"]))


async def _links_of_stamp(request: Request) -> Response | None:
    if asked(request) is None:
        return None
    text, keyring = request.path_params["code"].rstrip("/"), keyring_of(request)

    def levels(db: Session, asker: Asker) -> tuple[Level, ...]:
        stamp = find_stamp(db, keyring=keyring, text=text)
        if stamp is None:
            raise NotRegistered
        return levels_of_stamp(db, stamp, asker=asker)

    async with asking(request, (text,)) as guess:
        try:
            return await _own(request, levels)
        except NotRegistered:
            guess.wrong = 1
            raise


async def _links_of_product(request: Request) -> Response | None:
    text: str = request.path_params["product_id"].rstrip("/")

    def levels(db: Session, asker: Asker) -> tuple[Level, ...]:
        if not (text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS):
            raise NotRegistered
        return levels_of_product(db, int(text), asker=asker)

    return await _own(request, levels)


async def _own(
    request: Request, levels_of: Callable[[Session, Asker], tuple[Level, ...]]
) -> Response | None:
    link_type = asked(request)
    if link_type is None:
        return None
    asker = asker_of(request)
    levels = await read(request, lambda db: levels_of(db, asker))
    here = levels[0].anchor
    found = linked(request, levels, link_type, address=here)
    if isinstance(found, Response):
        return found
    # The link leads to this very page: to redirect there again would never end.
    if found.partition("#")[0] == here:
        return None
    return redirected(request, found, here, BY_BOTH)
