"""Badges for the pages of shops: pictures, data, a page to embed, and oEmbed."""

from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.kit.clock import day_of
from app.kit.errors import NotFound, Unsupported
from app.kit.forms import Out
from app.kit.i18n import N_
from app.kit.web import Db, Edge, Now, Words, as_public, site
from app.lookup.asking_access import read
from app.lookup.public_access import has_tag
from app.lookup.ready import tag_of
from app.partners.badge_drawing import HEIGHT, WIDTH, draw_png, draw_square, draw_svg
from app.partners.badge_queries import get_badge
from app.partners.badges import COLOURS, Face, face_of

# Addresses for pages, not for programs: docs/api.md tells of them.
router = APIRouter(route_class=Edge, dependencies=[Depends(as_public)], include_in_schema=False)

# A recall reaches every badge within five minutes, what shops' servers keep included.
FRESH: Final = "public, max-age=60, stale-while-revalidate=240"
# These answers say in themselves how long they may be kept, so that no cache before adds to it.
ASKED_ANEW: Final = "public, no-cache"
# Whoever wants to may show the page in a frame of his own: browsers follow this line and leave
# X-Frame-Options aside.
FRAMED: Final = "default-src 'none'; img-src 'self'; base-uri 'none'; frame-ancestors *"
_SVG: Final = "image/svg+xml"
_PICTURES: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The badge is still the one that was named"}
}


def _picture(kind: str) -> dict[int | str, dict[str, Any]]:
    return _PICTURES | {200: {"content": {kind: {}}, "description": "The badge"}}


class NoEmbedding(NotFound):
    """There is nothing to embed for this address"""

    code: ClassVar[str] = "partners.no_embedding"
    detail: ClassVar[str] = N_("Give the address of a product's page here, such as {example}.")

    def __init__(self, *, example: str) -> None:
        self.example = example


class FormatUnknown(Unsupported):
    """The format is not known"""

    code: ClassVar[str] = "partners.format_unknown"
    detail: ClassVar[str] = N_("Ask with format=json.")


class ShieldOut(Out):
    """A badge in the shape of shields.io's endpoint."""

    schemaVersion: Literal[1] = 1  # noqa: N815 - the name the shape has
    label: str
    message: str
    color: str
    cacheSeconds: int = 300  # noqa: N815 - as above


class EmbedOut(Out):
    """An answer of oEmbed 1.0: a frame with the badge, or a mere link where it has no room."""

    version: Literal["1.0"] = "1.0"
    type: Literal["rich", "link"]
    title: str
    author_name: str
    provider_name: str = "OCOP"
    provider_url: str
    cache_age: int = 300
    thumbnail_url: str | None = None
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None
    html: str | None = None
    width: int | None = None
    height: int | None = None


@router.get("/badge/{product}.svg", response_class=Response, responses=_picture(_SVG))
def svg(request: Request, product: str, db: Db, now: Now, words: Words) -> Response:
    """Return a product's badge of 320 x 84 pixels, at most 3 kB."""
    face = face_of(get_badge(db, product, day=day_of(now)), day=day_of(now), words=words)
    return _fresh(request, draw_svg(face, host=_host(request)).encode(), _SVG)


@router.get("/badge/{product}.png", response_class=Response, responses=_picture("image/png"))
async def png(request: Request, product: str, now: Now, words: Words) -> Response:
    """Return a product's badge of 640 x 168 pixels, to be shown at half of that."""
    facts = await read(request, lambda db: get_badge(db, product, day=day_of(now)))
    face = face_of(facts, day=day_of(now), words=words)
    drawn = await _drawn(request, lambda: _small(face, _host(request)))
    return _fresh(request, drawn, "image/png")


@router.get("/badge/{product}/square.png", response_class=Response, responses=_picture("image/png"))
async def square(
    request: Request,
    product: str,
    now: Now,
    words: Words,
    plain: Annotated[bool, Query(description="Without any address in the picture.")] = False,  # noqa: FBT002 - FastAPI reads it from the query by its name
) -> Response:
    """Return a picture of 1000 x 1000 pixels that says on which day it was true."""
    facts = await read(request, lambda db: get_badge(db, product, day=day_of(now)))
    face = face_of(facts, day=day_of(now), words=words)
    url = "" if plain else f"{site(request).base_url}/p/{facts.product_id}"
    drawn = await _drawn(request, lambda: _large(face, url, _host(request)))
    return _fresh(request, drawn, "image/png")


@router.get("/badge/{product}.json", response_model=ShieldOut, responses=_PICTURES)
def shield(request: Request, product: str, db: Db, now: Now, words: Words) -> Response:
    """Return a product's badge in the shape of shields.io's endpoint."""
    face = face_of(get_badge(db, product, day=day_of(now)), day=day_of(now), words=words)
    said = f"{face.message} · {face.detail}" if face.detail else face.message
    body = ShieldOut(label="OCOP", message=said, color=COLOURS[face.tone][2])
    return _fresh(
        request, body.model_dump_json().encode(), JSONResponse.media_type, kept=ASKED_ANEW
    )


@router.get(
    "/badge/{product}", response_class=HTMLResponse, responses=_PICTURES, name="badge frame"
)
def frame(request: Request, product: str, db: Db, now: Now, words: Words) -> Response:
    """Return a page with the badge, to be shown in a frame of 336 x 100 pixels."""
    facts = get_badge(db, product, day=day_of(now))
    face = face_of(facts, day=day_of(now), words=words)
    alt, language = escape(face.alt), words.language
    body = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<title>{alt}</title><meta name="viewport" content="width=device-width">'
        f'<meta name="robots" content="noindex"></head><body>'
        f'<a href="/p/{facts.product_id}?lang={language}" target="_blank" rel="noopener">'
        f'<img src="/badge/{facts.product_id}.svg?lang={language}" width="{WIDTH}" '
        f'height="{HEIGHT}" alt="{alt}"></a></body></html>'
    )
    answer = _fresh(request, body.encode(), "text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = FRAMED
    return answer


@router.get(
    "/oembed", response_model=EmbedOut, response_model_exclude_none=True, responses=_PICTURES
)
def embed(
    request: Request,
    db: Db,
    now: Now,
    words: Words,
    url: Annotated[str, Query(max_length=500, description="The address of a product's page.")],
    maxwidth: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    maxheight: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    format: Annotated[str, Query(max_length=10)] = "json",  # noqa: A002 - oEmbed's own name
) -> Response:
    """Return how to embed a product's badge, by oEmbed 1.0; only addresses of this site."""
    if format != "json":
        raise FormatUnknown
    facts = get_badge(db, _asked(request, url), day=day_of(now))
    face = face_of(facts, day=day_of(now), words=words)
    base, wide, high = site(request).base_url, WIDTH + 16, HEIGHT + 16
    fits = (maxwidth or wide) >= wide and (maxheight or high) >= high
    told: dict[str, Any] = {}
    if fits:
        source = f"{base}/badge/{facts.product_id}?lang={words.language}"
        told = {
            "html": f'<iframe src="{source}" width="{wide}" height="{high}" '
            f'title="{escape(face.alt)}" loading="lazy" style="border:0"></iframe>',
            "width": wide,
            "height": high,
            "thumbnail_url": f"{base}/badge/{facts.product_id}.png?lang={words.language}",
            "thumbnail_width": WIDTH * 2,
            "thumbnail_height": HEIGHT * 2,
        }
    body = EmbedOut(
        type="rich" if fits else "link",
        title=face.alt,
        author_name=face.entity,
        provider_url=base,
        **told,
    )
    sent = body.model_dump_json(exclude_none=True).encode()
    return _fresh(request, sent, JSONResponse.media_type, kept=ASKED_ANEW)


def _asked(request: Request, url: str) -> str:
    """Return the product an address names, or raise NoEmbedding: of other hosts nothing is."""
    base = site(request).base_url
    refused = NoEmbedding(example=f"{base}/p/1")
    try:
        asked, own = urlsplit(url), urlsplit(base)
    except ValueError:
        raise refused from None
    parts = asked.path.split("/")
    if (asked.scheme, asked.netloc.lower()) != (own.scheme, own.netloc.lower()):
        raise refused
    if len(parts) < 3 or parts[1] not in {"p", "01"} or not parts[2]:  # noqa: PLR2004 - a kind and an id
        raise refused
    return parts[2]


async def _drawn(request: Request, draw: Callable[[], bytes]) -> bytes:
    """Draw one at a time and without a transaction: no flood of badges may hold up a scan."""
    async with request.app.state.drawing:
        return await run_in_threadpool(draw)


@lru_cache(maxsize=200)
def _small(face: Face, host: str) -> bytes:
    return draw_png(face, host=host)


@lru_cache(maxsize=100)
def _large(face: Face, url: str, host: str) -> bytes:
    return draw_square(face, url=url, host=host)


def _host(request: Request) -> str:
    return urlsplit(site(request).base_url).netloc


def _fresh(request: Request, body: bytes, kind: str, *, kept: str = FRESH) -> Response:
    tag = tag_of(body.hex())
    headers = {"ETag": tag, "Cache-Control": kept, "Vary": "Accept-Language"}
    if has_tag(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, kind)
