import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from app.kit.i18n import LANGUAGES, Language, Translator
from app.kit.web import translator

# The home of an area is above every page of it, and holds none.
_HOMES: Final = frozenset({"/office", "/app"})


@dataclass(frozen=True)
class Rail:
    """One line of an area's navigation, or a group of them: it leads to its first line."""

    label: str
    path: str = ""
    # Who may open it: everybody of the area where none is named.
    roles: frozenset[str] = frozenset()
    lines: tuple["Rail", ...] = ()
    # Pages elsewhere that are reached from this line.
    within: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Tell whether a page is this line's own or stands beneath it."""
        if any(line.holds(path) for line in self.lines):
            return True
        own = [one for one in (self.path, *self.within) if one]
        return path in own or any(path.startswith(f"{one}/") for one in own if one not in _HOMES)


def opened_by(rails: Iterable[Rail], roles: frozenset[str]) -> tuple[Rail, ...]:
    """Return the lines that somebody with these roles may open."""
    seen = []
    for rail in rails:
        lines = opened_by(rail.lines, roles)
        if (rail.roles and not rail.roles & roles) or (rail.lines and not lines):
            continue
        if len(lines) == 1:
            seen.append(replace(lines[0], label=rail.label))
        else:
            seen.append(replace(rail, path=lines[0].path if lines else rail.path, lines=lines))
    return tuple(seen)


@dataclass(frozen=True)
class Keeping:
    """An app that keeps on a device what is not sent: its name there, its script, its outbox."""

    name: str
    script: str
    outbox: str


@dataclass(frozen=True)
class Reader:
    """Who reads the page: nothing here for the public."""

    name: str = ""
    rail: tuple[Rail, ...] = ()
    # The names of the reader's farms that are for practice alone.
    practice: tuple[str, ...] = ()
    # Whose apps are asked before the reader signs out.
    keeping: tuple[Keeping, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict)

    def opens(self, path: str) -> bool:
        """Tell whether the reader's navigation leads to a page."""
        return any(line.path == path for rail in self.rail for line in (rail, *rail.lines))


@dataclass(frozen=True)
class Frame:
    """What every page has around its own view."""

    language: Language
    path: str
    other_language: str
    other_url: str
    reader: Reader
    sample: bool
    said: str
    csp_style: str = ""
    # The page's address with its filters, to which a list's files are asked.
    here: str = ""

    @property
    def once(self) -> str:
        """A number for a form that is to be acted on once, however often it is sent."""
        return secrets.token_hex(16)


class Pages:
    """Renders the slices' templates: autoescaped, strict, one environment a language."""

    def __init__(
        self, folders: Mapping[str, Path], words: Mapping[Language, Translator], *, sample: bool
    ) -> None:
        self.folders = folders
        self.sample = sample
        self._stamped: dict[str, str] = {}
        self.environments = {lang: self._environment(words[lang]) for lang in LANGUAGES}

    def _environment(self, words: Translator) -> Environment:
        loaders = {
            name: FileSystemLoader(folder / "templates") for name, folder in self.folders.items()
        }
        env = Environment(
            loader=PrefixLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
        )
        install: Callable[..., None] = getattr(env, "install_gettext_translations")  # noqa: B009 - added by the extension at run time
        install(words.messages, newstyle=True)
        env.filters |= {
            "number": words.number,
            "date": words.date,
            "datetime": words.datetime,
            "ago": words.ago,
        }
        env.globals |= {"static": self.static, "query": _query, "icon": self.icon, "words": words}
        return env

    def static(self, path: str) -> str:
        """Return the address of `slice/file`, stamped with its content so it caches for good."""
        if path in self._stamped:
            return self._stamped[path]
        slice_name, _, name = path.partition("/")
        content = (self.folders[slice_name] / "static" / name).read_bytes()
        address = f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"
        return self._stamped.setdefault(path, address)

    def icon(self, name: str) -> Markup:
        """Return one of our own inline icons from kit/static/icons."""
        path = self.folders["kit"] / "static" / "icons" / f"{name}.svg"
        return Markup(path.read_text(encoding="utf-8"))  # noqa: S704 - our own files only

    def render(self, template: str, view: object, frame: Frame) -> str:
        return (
            self.environments[frame.language].get_template(template).render(view=view, frame=frame)
        )


def _query(request_path: str, **params: object) -> str:
    kept = {name: value for name, value in params.items() if value not in {None, ""}}
    return f"{request_path}?{urlencode(kept)}" if kept else request_path


def frame_for(request: Request, *, reader: Reader | None = None) -> Frame:
    pages: Pages = request.app.state.pages
    language = translator(request).language
    other: Language = "en" if language == "vi" else "vi"
    url = request.url.include_query_params(lang=other)
    here = request.url.remove_query_params(["after", "file", SAID])
    return Frame(
        language=language,
        path=request.url.path,
        other_language=other,
        other_url=f"{url.path}?{url.query}",
        reader=reader or getattr(request.state, "reader", None) or Reader(),
        sample=pages.sample,
        said=said(request),
        here=f"{here.path}?{here.query}" if here.query else here.path,
    )


def show(request: Request, template: str, view: object, *, status: int = 200) -> HTMLResponse:
    """Render a page of a signed-in area: never cached, in the reader's language."""
    pages: Pages = request.app.state.pages
    frame = frame_for(request)
    response = HTMLResponse(pages.render(template, view, frame), status_code=status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Language"] = frame.language
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


SAID = "said"


def go(path: str, *, say: str = "") -> RedirectResponse:
    """Send the reader on after a write (303); `say` is a msgid shown once on the next page."""
    if say:
        mark = "&" if "?" in path else "?"
        path = f"{path}{mark}{urlencode({SAID: message_id(say)})}"
    return RedirectResponse(path, status_code=303)


_MESSAGES: dict[str, str] = {}


def sayable(text: str) -> str:
    """Register a msgid that a page may be told to say; anything else in the URL is ignored."""
    _MESSAGES[message_id(text)] = text
    return text


def message_id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def said(request: Request) -> str:
    """Return the message the last write left for this page, translated."""
    text = _MESSAGES.get(request.query_params.get(SAID, ""), "")
    return translator(request).gettext(text)
