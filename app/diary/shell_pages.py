"""The phone app's shell as it is served: its document, its worker, and its files by version."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.diary import shell_icons
from app.diary.shell import DOCUMENT, LEAVE, Shell, ShellFile, ShellView, make_shell
from app.diary.shell_words import WORDS
from app.kit.errors import NotFound
from app.kit.i18n import LANGUAGES, N_, Translator
from app.kit.pages import Frame, Pages, Reader
from app.kit.web import Edge, Words, site

router = APIRouter(prefix="/app", route_class=Edge, include_in_schema=False)

_FOLDER: Final = Path(__file__).parent / "static" / "shell"
_ASKED_EACH_TIME: Final = "no-cache"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_SIZES: Final = (192, 512)
_HOME: Final = "/app/diary"


@router.get("/diary")
def document(request: Request) -> Response:
    """Show the app: the same document for everybody, signed in or not."""
    return _sent(request, _shell(request).files[DOCUMENT], _ASKED_EACH_TIME)


@router.get("/sw.js")
def worker(request: Request) -> Response:
    """Return the worker that keeps the app on the phone; its folder is its scope."""
    return _sent(request, _shell(request).worker, _ASKED_EACH_TIME)


@router.get("/leave.js")
def leave(request: Request) -> Response:
    """Return what other pages include to ask before a sign-out, whatever version there is."""
    source = f'import "{_shell(request).path(LEAVE)}";\n'
    headers = {"Cache-Control": _ASKED_EACH_TIME}
    return Response(source, headers=headers, media_type="text/javascript; charset=utf-8")


@router.get("/shell/{shell_version}/{shell_file}")
def file_of_shell(request: Request, shell_version: str, shell_file: str) -> Response:
    """Return a file of the current version; of others nothing is kept here."""
    shell = _shell(request)
    if shell_version != shell.version or shell_file not in shell.files:
        raise NotFound
    return _sent(request, shell.files[shell_file], _FOR_GOOD)


@router.get("/manifest.webmanifest")
def manifest(request: Request, words: Words) -> Response:
    """Tell a browser how to put the app on the home screen."""
    path = _shell(request).path
    icons = [
        {"src": path(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in _SIZES
    ]
    whole = {**icons[-1], "src": path("icon-maskable.png"), "purpose": "maskable"}
    told = {
        "id": _HOME,
        "name": words.gettext(N_("OCOP production diary")),
        "short_name": words.gettext(N_("OCOP diary")),
        "lang": words.language,
        "dir": "ltr",
        "start_url": _HOME,
        "scope": "/app/",
        "display": "standalone",
        "orientation": "any",
        "background_color": shell_icons.PAPER,
        "theme_color": shell_icons.GROUND,
        "icons": [
            {"src": path("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *icons,
            whole,
        ],
    }
    headers = {"Cache-Control": _ASKED_EACH_TIME, "Vary": "Accept-Language"}
    return JSONResponse(told, headers=headers, media_type="application/manifest+json")


def _sent(request: Request, file: ShellFile, lasting: str) -> Response:
    headers = {"Cache-Control": lasting, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)


def _shell(request: Request) -> Shell:
    spoken = site(request).translators
    return shell_of(request.app.state.pages, tuple(spoken[one] for one in LANGUAGES))


@cache
def shell_of(pages: Pages, spoken: tuple[Translator, ...]) -> Shell:
    """Return the shell, made once a process."""

    def draw(view: ShellView) -> str:
        frame = Frame("vi", _HOME, "en", _HOME, Reader(), sample=pages.sample, said="")
        return pages.render("diary/shell.html", view, frame)

    sources = {path.name: path.read_bytes() for path in _FOLDER.iterdir()}
    sources |= {f"words.{one.language}.json": _words(one) for one in spoken}
    sources |= {"icon.svg": shell_icons.SVG.encode(), **_icons()}
    return make_shell(sources, draw)


@cache
def _icons() -> dict[str, bytes]:
    drawn = {f"icon-{size}.png": shell_icons.png(size) for size in _SIZES}
    return {**drawn, "icon-maskable.png": shell_icons.png(_SIZES[-1], maskable=True)}


def _words(spoken: Translator) -> bytes:
    told = {key: spoken.gettext(text) for key, text in WORDS.items()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
