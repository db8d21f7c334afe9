"""Open data: the page that describes it, its files, and what tells machines about them."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from markupsafe import Markup
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from app.kit.i18n import N_
from app.kit.web import site, translator
from app.lookup import structured
from app.lookup.access import answered, is_head
from app.lookup.linkset import ANYBODY
from app.lookup.open_data import FORMATS, MEDIA, FileFacts, Publisher, json_schema, package, sums
from app.lookup.open_data_access import Making, OpenData, StillMaking, pieces
from app.lookup.open_data_tables import TABLES, Table
from app.lookup.public_access import LISTS, PublicView, around, has_tag, render, tagged
from app.lookup.telling_access import not_here, not_now

router = APIRouter(include_in_schema=False)

# What is told of each table's files, by form.
Files = Mapping[str, Mapping[str, FileFacts]]

_SCHEMA: Final = ".schema.json"
_SOON: Final = 5
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
    return await answered(request, partial(_described, answer=_page), not_now)


async def open_data_file(request: Request) -> Response:
    """Answer with a file of the open data, or one that tells of them."""
    asked = request.path_params["file"]
    name, _, form = asked.rpartition(".")
    if name in TABLES and form in FORMATS:
        return await answered(request, partial(_table, name=name, form=form), not_now)
    if asked in _DESCRIPTIONS:
        return await answered(request, partial(_described, answer=_DESCRIPTIONS[asked]), not_now)
    if asked.endswith(_SCHEMA) and (table := TABLES.get(asked.removesuffix(_SCHEMA))):
        schema = json_schema(table, site=site(request).base_url, words=translator(request))
        return _told(request, _written(schema), "application/schema+json")
    return not_here(request)


router.add_route("/open-data", open_data, methods=["GET"], include_in_schema=False)
router.add_route("/open-data/{file}", open_data_file, methods=["GET"], include_in_schema=False)


async def _makings(request: Request, names: Iterable[str]) -> list[Making]:
    """Return the tables' files, whole if that takes no longer than `OpenData` is patient."""
    held, data = site(request), _held(request)
    begin = partial(data.current, held.public, now=held.clock(), site=held.base_url)
    async with held.readers:
        found = await run_in_threadpool(begin, names)
    await data.settle(found)
    return found


async def _described(request: Request, answer: Callable[[Request, Files], Response]) -> Response:
    try:
        found = await _makings(request, TABLES)
    except StillMaking:
        return _later(request)
    return await run_in_threadpool(answer, request, {one.name: one.facts for one in found})


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


def _page(request: Request, files: Files) -> Response:
    by = _publisher(request)
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


def _package(request: Request, files: Files) -> Response:
    flat = _flat(files)
    made = max(one.changed_at for one in flat)
    words = translator(request)
    described = package(flat, by=_publisher(request), words=words, now=made)
    return _told(request, _written(described), "application/json")


def _sums(request: Request, files: Files) -> Response:
    flat = _flat(files)
    if not all(one.whole for one in flat):
        return _later(request)
    return _told(request, sums(flat), "text/plain; charset=utf-8")


_DESCRIPTIONS: Final[Mapping[str, Callable[[Request, Files], Response]]] = {
    "datapackage.json": _package,
    "SHA256SUMS": _sums,
}


def _flat(files: Files) -> Sequence[FileFacts]:
    return [one for forms in files.values() for one in forms.values()]


def _later(request: Request) -> Response:
    """Say that files which were changed a moment ago are being made."""
    text = translator(request).gettext(N_("The files are being made. Ask again in a few seconds."))
    headers = {**_OPEN, "Cache-Control": "no-store", "Retry-After": str(_SOON)}
    return PlainTextResponse(f"{text}\n", status_code=503, headers=headers)


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


async def _table(request: Request, *, name: str, form: str) -> Response:
    try:
        (making,) = await _makings(request, [name])
    except StillMaking:
        return _later(request)
    facts = making.facts[form]
    headers = {**_OPEN, "Last-Modified": format_datetime(facts.changed_at, usegmt=True)}
    if facts.whole:
        digest = base64.b64encode(bytes.fromhex(facts.sha256)).decode()
        headers |= {"ETag": f'"{facts.sha256}"', "Repr-Digest": f"sha-256=:{digest}:"}
        if has_tag(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        headers["Content-Length"] = str(facts.size)
    headers |= {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Link": f'<{site(request).base_url}/open-data/{name}{_SCHEMA}>; rel="describedby"',
    }
    media = f"{MEDIA[form]}; charset=utf-8" if form == "csv" else MEDIA[form]
    # An answer without a body would say it has no bytes, and nobody knows that yet.
    body = iter(()) if is_head(request) else pieces(making, form)
    return StreamingResponse(body, headers=headers, media_type=media)
