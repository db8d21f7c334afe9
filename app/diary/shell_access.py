"""How an app's shell is answered: the same for the diary's app and the inspectors'."""

from functools import cache
from typing import Final

from fastapi import Request
from starlette.responses import JSONResponse, Response

from app.diary import shell_icons
from app.diary.shell import DOCUMENT, LEAVE, Shell, ShellFile
from app.kit.errors import NotFound
from app.kit.i18n import Translator

ASKED_EACH_TIME: Final = "no-cache"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_SIZES: Final = (192, 512)


def document_of(request: Request, shell: Shell) -> Response:
    return _sent(request, shell.files[DOCUMENT], ASKED_EACH_TIME)


def worker_of(request: Request, shell: Shell) -> Response:
    return _sent(request, shell.worker, ASKED_EACH_TIME)


def file_of(request: Request, shell: Shell, *, version: str, name: str) -> Response:
    """Return a file of the current version; of others nothing is kept here."""
    if version != shell.version or name not in shell.files:
        raise NotFound
    return _sent(request, shell.files[name], _FOR_GOOD)


def leaving(shell: Shell) -> Response:
    """Return what other pages include to ask before a sign-out, whatever version there is."""
    source = f'import "{shell.path(LEAVE)}";\n'
    headers = {"Cache-Control": ASKED_EACH_TIME}
    return Response(source, headers=headers, media_type="text/javascript; charset=utf-8")


def manifest_of(shell: Shell, words: Translator, *, name: str, short_name: str) -> Response:
    """Tell a browser how to put the app on the home screen."""
    icons = [
        {"src": shell.path(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in _SIZES
    ]
    whole = {**icons[-1], "src": shell.path("icon-maskable.png"), "purpose": "maskable"}
    told = {
        "id": shell.place.home,
        "name": words.gettext(name),
        "short_name": words.gettext(short_name),
        "lang": words.language,
        "dir": "ltr",
        "start_url": shell.place.home,
        "scope": shell.place.scope,
        "display": "standalone",
        "orientation": "any",
        "background_color": shell_icons.PAPER,
        "theme_color": shell.place.colour,
        "icons": [
            {"src": shell.path("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *icons,
            whole,
        ],
    }
    headers = {"Cache-Control": ASKED_EACH_TIME, "Vary": "Accept-Language"}
    return JSONResponse(told, headers=headers, media_type="application/manifest+json")


@cache
def pictures(colour: str) -> dict[str, bytes]:
    """Return the app's sign in all sizes launchers ask for."""
    drawn = {f"icon-{size}.png": shell_icons.png(size, colour) for size in _SIZES}
    whole = shell_icons.png(_SIZES[-1], colour, maskable=True)
    return {"icon.svg": shell_icons.svg(colour).encode(), **drawn, "icon-maskable.png": whole}


def _sent(request: Request, file: ShellFile, lasting: str) -> Response:
    headers = {"Cache-Control": lasting, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)
