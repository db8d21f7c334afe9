"""The frame of the public pages: one look, no script, no cookie, style under a hash."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from app.kit.i18n import LANGUAGES, Language
from app.kit.pages import Frame, Pages, Reader
from app.kit.web import site, translator
from app.lookup.sheet import Picture


def _style() -> str:
    written = (Path(__file__).parent / "templates" / "scan.css").read_text(encoding="utf-8")
    return re.sub(r"\s*([{};,:])\s+", r"\1", written).strip()


STYLE: Final = Markup(_style())  # noqa: S704 - our own file only
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def gap(name: str) -> Markup:
    """Return the mark of a place in a page that is filled in last; see `Gapped`."""
    return Markup(f"<!--{name}-->")  # noqa: S704 - our own names only


# The count changes with every look-up: it is put in after the page's tag is taken.
COUNT: Final = gap("count")


_PUBLIC_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Vary": "Accept-Language",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


class Gapped:
    """A rendered page but for its gaps: to fill them takes 7 us; to render it, half of a look-up.

    What people write can't make a gap, since it is escaped.
    """

    def __init__(self, text: str) -> None:
        self._pieces = re.split(r"<!--(\w+)-->", text)

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the page with each gap's value, escaped where it isn't Markup."""
        pieces = self._pieces.copy()
        pieces[1::2] = [Markup.escape(values[name]) for name in pieces[1::2]]
        return "".join(pieces)


@dataclass(frozen=True, kw_only=True)
class PublicView:
    """What every public page knows of its surroundings.

    `keep` carries a language chosen by hand to the next page, since no cookie does.
    """

    site: str
    host: str
    keep: str
    elsewhere: str
    indexed: bool = False
    name_tag: str = "h2"

    @property
    def also(self) -> str:
        """Return `keep` for an address that asks for something already."""
        return self.keep.replace("?", "&")

    @staticmethod
    def picture_url(picture: Picture, slot: int, form: str) -> str:
        return f"/pictures/{picture.sha256}-{slot}.{'webp' if form == 'webp' else 'jpg'}"


@dataclass(frozen=True)
class Around:
    """The values of a `PublicView` that come from the request and the settings."""

    site: str
    host: str
    keep: str
    elsewhere: str


def around(request: Request) -> Around:
    base = site(request).base_url
    asked = request.query_params.get("lang")
    return Around(
        site=base,
        host=urlsplit(base).netloc,
        keep=f"?lang={asked}" if asked in LANGUAGES else "",
        elsewhere=request.app.state.settings.elsewhere_url,
    )


def render(
    request: Request,
    template: str,
    view: PublicView,
    *,
    path: str,
    asked: Mapping[str, str] | None = None,
) -> str:
    """Return the page at `path` in the reader's language; `asked` is kept in the other one."""
    pages: Pages = request.app.state.pages
    language = translator(request).language
    other: Language = "en" if language == "vi" else "vi"
    frame = Frame(
        language=language,
        path=path,
        other_language=other,
        other_url=path + f"?{urlencode({**(asked or {}), 'lang': other})}",
        reader=Reader(),
        sample=pages.sample,
        said="",
        csp_style=STYLE,
    )
    return pages.render(template, view, frame)


def dressed(request: Request, response: Response, *, indexed: bool = False) -> Response:
    """Give an answer the headers of every public page."""
    headers = {**_PUBLIC_HEADERS, "Content-Language": translator(request).language}
    if not indexed:
        headers["X-Robots-Tag"] = "noindex"
    response.headers.update(headers)
    return response


def tagged(
    request: Request, body: str, *, count: str = "", status: int = 200, indexed: bool = False
) -> Response:
    """Answer with a page, or with 304 where the reader has it but for the count."""
    tag = tag_of(body)
    response: Response
    if has_tag(request, tag):
        response = Response(status_code=304)
    else:
        response = HTMLResponse(body.replace(COUNT, Markup.escape(count)), status_code=status)
    response.headers["ETag"] = tag
    return dressed(request, response, indexed=indexed)


def tag_of(body: str) -> str:
    return f'W/"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'


def has_tag(request: Request, tag: str) -> bool:
    """Tell whether the reader named this tag, weak or strong, as one it has."""
    named = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    return "*" in named or tag.removeprefix("W/") in [one.removeprefix("W/") for one in named]
