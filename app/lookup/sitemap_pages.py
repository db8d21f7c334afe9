"""What robots are told: where the public pages are, and which are not for them."""

from datetime import datetime
from functools import partial
from typing import Final
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from app.kit.web import site
from app.lookup.access import answered, in_thread
from app.lookup.product_pages import id_of
from app.lookup.sitemap_queries import last_ids, list_addresses
from app.lookup.telling_access import not_here, not_now

router = APIRouter()

# Half of what a sitemap may hold.
MOST: Final = 25_000
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FRESH: Final = "public, max-age=3600"
_OPEN: Final = ("/", "/products", "/entities", "/rights", "/holders", "/recalls", "/open-data")
# Stamps' pages are not closed: who may not read them would not learn that they are not to be
# listed either.
_CLOSED: Final = ("/api/", "/app", "/office", "/account", "/sign-in", "/enrol", "/photos/")


async def robots(request: Request) -> Response:
    """Answer which pages are not for robots, and where the list of the others is."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in _CLOSED),
        f"Sitemap: {site(request).base_url}/sitemap.xml",
    ]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": _FRESH})


async def sitemap(request: Request) -> Response:
    """Answer with the list of the parts that all public pages stand in."""
    return await answered(request, partial(in_thread, answer=_index), not_now)


async def part(request: Request) -> Response:
    """Answer with a part of the public pages."""
    return await answered(request, partial(in_thread, answer=_part), not_now)


router.add_route("/robots.txt", robots, methods=["GET"], include_in_schema=False)
router.add_route("/sitemap.xml", sitemap, methods=["GET"], include_in_schema=False)
router.add_route("/sitemap/{part}.xml", part, methods=["GET"], include_in_schema=False)


def _index(request: Request) -> Response:
    held = site(request)
    with held.public.begin(write=False) as db:
        last = last_ids(db)
    named = ["open-1", *(f"{kind}-{one}" for kind in last for one in _parts(last[kind]))]
    lines = (f"<sitemap><loc>{held.base_url}/sitemap/{one}.xml</loc></sitemap>" for one in named)
    return _xml("sitemapindex", "".join(lines))


def _parts(last: int) -> range:
    return range(1, -(-last // MOST) + 1)


def _part(request: Request) -> Response:
    held = site(request)
    kind, _, written = request.path_params["part"].partition("-")
    number = id_of(written)
    if kind == "open" and number == 1:
        return _xml("urlset", "".join(_url(held.base_url + path) for path in _OPEN))
    with held.public.begin(write=False) as db:
        last = last_ids(db)
        if kind not in last or not number or number not in _parts(last[kind]):
            return not_here(request)
        found = list_addresses(db, kind, first=(number - 1) * MOST + 1, last=number * MOST)
    urls = (_url(f"{held.base_url}/{kind}/{one}", changed) for one, changed in found)
    return _xml("urlset", "".join(urls))


def _url(address: str, changed: datetime | None = None) -> str:
    told = f"<lastmod>{changed.date().isoformat()}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{told}</url>"


def _xml(root: str, inner: str) -> Response:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">{inner}</{root}>\n'
    )
    return Response(body, media_type="application/xml", headers={"Cache-Control": _FRESH})
