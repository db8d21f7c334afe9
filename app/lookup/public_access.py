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
from app.lookup.linkset import OPEN
from app.lookup.ready import is_named, tag_of
from app.lookup.sheet import Picture


def _style(name: str) -> Markup:
    written = (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")
    return Markup(re.sub(r"\s*([{};,:])\s+", r"\1", written).strip())  # noqa: S704 - our own files only


NOTHING: Final = Markup()


def _hash(style: Markup) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


STYLE: Final = _style("scan.css")
# What only the pages of the register need, beside the other.
LISTS: Final = _style("lists.css")
POLICY: Final = (
    f"default-src 'none'; style-src {_hash(STYLE)} {_hash(LISTS)}; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


_PUBLIC_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Vary": "Accept, Accept-Language",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    **OPEN,
}


@dataclass(frozen=True, kw_only=True)
class PublicView:
    """What every public page knows of its surroundings.

    `keep` carries a language chosen by hand to the next page, since no cookie does.
    """

    site: str
    host: str
    keep: str
    elsewhere: str
    issuer: str
    indexed: bool = False
    more_style: Markup = NOTHING
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
    issuer: str


def around(request: Request) -> Around:
    base = site(request).base_url
    asked = _chosen(request)
    return Around(
        site=base,
        host=urlsplit(base).netloc,
        keep=f"?lang={asked}" if asked else "",
        elsewhere=request.app.state.settings.elsewhere_url,
        issuer=request.app.state.settings.contact_name,
    )


def _chosen(request: Request) -> str:
    """Return the language that was chosen by hand, if one was."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else ""


def _address(path: str, asked: Mapping[str, str]) -> str:
    kept = {name: value for name, value in asked.items() if value}
    # The path may hold a gap, which a string made anew would not keep from being escaped.
    return path + f"?{urlencode(kept)}" if kept else path


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
        other_url=_address(path, {**(asked or {}), "lang": other}),
        reader=Reader(),
        sample=pages.sample,
        said="",
        csp_style=STYLE,
        here=_address(path, {**(asked or {}), "lang": _chosen(request)}),
    )
    return pages.render(template, view, frame)


def dress(language: Language, *, indexed: bool = False) -> dict[str, str]:
    """Return the headers of every public page."""
    headers = {**_PUBLIC_HEADERS, "Content-Language": language}
    return headers if indexed else {**headers, "X-Robots-Tag": "noindex"}


def dressed(request: Request, response: Response, *, indexed: bool = False) -> Response:
    response.headers.update(dress(translator(request).language, indexed=indexed))
    return response


def tagged(request: Request, body: str, *, indexed: bool = False) -> Response:
    """Answer with a page, or with 304 where the reader has it."""
    tag = tag_of(body)
    response = Response(status_code=304) if has_tag(request, tag) else HTMLResponse(body)
    response.headers["ETag"] = tag
    return dressed(request, response, indexed=indexed)


def has_tag(request: Request, tag: str) -> bool:
    """Tell whether the reader named this tag, weak or strong, as one it has."""
    return is_named(tag, request.headers.get("if-none-match", ""))
