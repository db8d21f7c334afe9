"""The public list of who holds stamps, for everybody and without signing in."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, file_of
from app.kit.i18n import LANGUAGES, N_, Translator
from app.kit.pages import show
from app.kit.web import site, translator
from app.stamps.holder_queries import (
    ROWS,
    Holder,
    HolderTotals,
    list_holder_years,
    list_holders,
    sum_holders,
)
from app.stamps.typed import typed_id

router = APIRouter(include_in_schema=False)

_TEXT_CHARS = 120
_HEADS = (
    ("year", N_("Year")),
    ("entity", N_("Entity")),
    ("commune", N_("Commune")),
    ("product", N_("Product")),
    ("granted", N_("Granted")),
    ("handed_over", N_("Handed over")),
    ("active", N_("Activated")),
)


@dataclass(frozen=True)
class HoldersView:
    """A page of the holders of a year; `keep` carries a language chosen by hand along."""

    host: str
    keep: str
    years: list[int]
    year: int
    text: str
    holders: list[Holder]
    totals: HolderTotals
    page: int
    more: bool


@dataclass(frozen=True)
class Asked:
    """What of the list is asked for."""

    year: str
    text: str
    page: int
    file: FileKind | None


@router.get("/holders")
async def holders(
    request: Request,
    year: str = "",
    q: Annotated[str, Query()] = "",
    page: str = "",
    file: AsFile = None,
) -> Response:
    asked = Asked(year, q[:_TEXT_CHARS], typed_id(page) or 1, file)
    async with site(request).readers:
        return await run_in_threadpool(_answer, request, asked)


def _answer(request: Request, asked: Asked) -> Response:
    held = site(request)
    with held.public.begin(write=False) as db:
        years = list_holder_years(db)
        latest = years[0] if years else day_of(held.clock()).year
        year = typed_id(asked.year) or latest
        if asked.file:
            found = list_holders(db, year=year, text=asked.text, most=None)
            return _file(asked.file, year, found, translator(request))
        return tagged(request, _page(request, db, asked, years, year))


def _page(request: Request, db: Session, asked: Asked, years: list[int], year: int) -> Response:
    first = min((asked.page - 1) * ROWS, 2**31)
    found = list_holders(db, year=year, text=asked.text, first=first, most=ROWS + 1)
    language = request.query_params.get("lang")
    view = HoldersView(
        host=urlsplit(site(request).base_url).netloc,
        keep=language if language in LANGUAGES else "",
        years=sorted({*years, year}, reverse=True),
        year=year,
        text=asked.text,
        holders=found[:ROWS],
        totals=sum_holders(db, year=year, text=asked.text),
        page=asked.page,
        more=len(found) > ROWS,
    )
    return show(request, "stamps/holders.html", view)


def tagged(request: Request, answer: Response) -> Response:
    """Let everybody keep an answer, and answer 304 to who has it already."""
    tag = f'W/"{hashlib.sha256(bytes(answer.body)).hexdigest()[:20]}"'
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        answer = Response(status_code=304)
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.headers["Vary"] = "Accept-Language"
    return answer


def _file(kind: FileKind, year: int, found: Iterable[Holder], words: Translator) -> Response:
    english = words.language == "en"

    def row(one: Holder) -> list[Cell]:
        commune = one.commune_en if english else one.commune
        names = [one.entity, commune, one.product]
        return [year, *names, one.granted, one.handed_over, one.active]

    return file_of(
        kind,
        name=f"holders-{year}",
        title=N_("Holders of stamps"),
        heads=_HEADS,
        rows=map(row, found),
        words=words,
    )
