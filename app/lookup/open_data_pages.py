"""Open data: the page that describes it, its files, and what tells machines about them."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response, StreamingResponse

from app.kit.web import site, translator
from app.lookup import structured
from app.lookup.access import answered, in_thread, is_head
from app.lookup.linkset import ANYBODY
from app.lookup.open_data import FORMATS, MEDIA, FileFacts, Publisher, json_schema, package, sums
from app.lookup.open_data_access import OpenData, pieces
from app.lookup.open_data_tables import TABLES, Table
from app.lookup.public_access import LISTS, PublicView, around, has_tag, render, tagged
from app.lookup.telling_access import not_here, not_now

router = APIRouter(include_in_schema=False)

_SCHEMA: Final = ".schema.json"
_OPEN: Final = {
    **ANYBODY,
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Repr-Digest, X-Request-Id",
    "Cache-Control": "public, no-cache",
}


@dataclass(frozen=True, kw_only=True)
class OpenDataView(PublicView):
    """What there is as open data, and how it may be used."""

    tables: list[tuple[Table, Mapping[str, FileFacts]]]
    by: Publisher
    ld: Markup


async def open_data(request: Request) -> Response:
    """Answer with the page that describes the open data."""
    return await _one_at_a_time(request, _page)


async def open_data_file(request: Request) -> Response:
    """Answer with a file of the open data, or one that tells of them."""
    return await _one_at_a_time(request, _file)


router.add_route("/open-data", open_data, methods=["GET"], include_in_schema=False)
router.add_route("/open-data/{file}", open_data_file, methods=["GET"], include_in_schema=False)


async def _one_at_a_time(request: Request, answer: Callable[[Request], Response]) -> Response:
    async with _held(request).turn:
        return await answered(request, partial(in_thread, answer=answer), not_now)


def _held(request: Request) -> OpenData:
    held: OpenData = request.app.state.open_data
    return held


def _publisher(request: Request) -> Publisher:
    settings = request.app.state.settings
    return Publisher(
        site=site(request).base_url,
        name=settings.contact_name,
        licence=settings.data_licence,
        licence_url=settings.data_licence_url,
    )


def _all(request: Request) -> dict[str, dict[str, FileFacts]]:
    return {name: _fresh(request, name) for name in TABLES}


def _fresh(request: Request, name: str) -> dict[str, FileFacts]:
    held = site(request)
    with held.public.begin(write=False) as db:
        return _held(request).fresh(db, name, now=held.clock(), site=held.base_url)


def _page(request: Request) -> Response:
    files, by = _all(request), _publisher(request)
    described = structured.catalog(files, by=by, words=translator(request))
    view = OpenDataView(
        **vars(around(request)),
        indexed=True,
        more_style=LISTS,
        tables=[(TABLES[name], forms) for name, forms in files.items()],
        by=by,
        ld=structured.block(described),
    )
    return tagged(
        request, render(request, "lookup/open_data.html", view, path="/open-data"), indexed=True
    )


def _file(request: Request) -> Response:
    asked = request.path_params["file"]
    if asked == "datapackage.json":
        return _told(request, _package(request), "application/json")
    if asked == "SHA256SUMS":
        return _told(request, sums(_flat(request)), "text/plain; charset=utf-8")
    if asked.endswith(_SCHEMA) and (table := TABLES.get(asked.removesuffix(_SCHEMA))):
        words = translator(request)
        schema = json_schema(table, site=site(request).base_url, words=words)
        return _told(request, _written(schema), "application/schema+json")
    name, _, form = asked.rpartition(".")
    if name in TABLES and form in FORMATS:
        return _data(request, name, form)
    return not_here(request)


def _flat(request: Request) -> Sequence[FileFacts]:
    return [one for forms in _all(request).values() for one in forms.values()]


def _package(request: Request) -> str:
    files = _flat(request)
    made = max(one.changed_at for one in files)
    return _written(package(files, by=_publisher(request), words=translator(request), now=made))


def _written(described: Mapping[str, Any]) -> str:
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _told(request: Request, text: str, media: str) -> Response:
    """Answer with a text that tells of the files, in the reader's language."""
    answer = tagged(request, text, indexed=True)
    answer.headers.update({**_OPEN, "Vary": "Accept-Language"})
    del answer.headers["Content-Security-Policy"]
    if answer.body:
        answer.headers["Content-Type"] = media
    return answer


def _data(request: Request, name: str, form: str) -> Response:
    facts = _fresh(request, name)[form]
    digest = base64.b64encode(bytes.fromhex(facts.sha256)).decode()
    headers = {
        **_OPEN,
        "ETag": f'"{facts.sha256}"',
        "Last-Modified": format_datetime(facts.changed_at, usegmt=True),
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    if has_tag(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers |= {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Content-Length": str(facts.size),
        "Link": f'<{site(request).base_url}/open-data/{name}{_SCHEMA}>; rel="describedby"',
    }
    media = f"{MEDIA[form]}; charset=utf-8" if form == "csv" else MEDIA[form]
    if is_head(request):
        return Response(headers=headers, media_type=media)
    opened = _held(request).open(name, form)
    return StreamingResponse(pieces(opened), headers=headers, media_type=media)
