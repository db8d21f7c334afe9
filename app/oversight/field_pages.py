"""The inspectors' phone app as it is served; what it shows comes by the API of inspections.

It is the diary's app but for its screens: the same modules keep, send and shrink.
"""

from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

import app.diary
from app.diary import shell_access
from app.diary.shell import Place, Shell, ShellView, make_shell, words_file
from app.kit.i18n import LANGUAGES, N_, Translator
from app.kit.pages import Frame, Pages, Reader
from app.kit.web import Edge, Words, site
from app.oversight.field_words import WORDS

router = APIRouter(prefix="/inspections", route_class=Edge, include_in_schema=False)

PLACE: Final = Place("ocop-field", "/inspections/", "/inspections/app", "#0b4fae")
# It reads stamps and, where somebody taps for it, tells where the inspection is.
_ALLOWS: Final = "camera=(self), geolocation=(self), microphone=()"
_OWN: Final = Path(__file__).parent / "static" / "field"
_DIARY: Final = Path(app.diary.__path__[0]) / "static" / "shell"
SHARED: Final = (
    *("backup.js", "dom.js", "form.js", "frame.js", "ids.js", "install.js", "leave.js", "net.js"),
    *("outbox.js", "photos.js", "shell.css", "store.js", "sw.js", "sync.js", "turns.js"),
    *("view_me.js", "view_outbox.js", "words.js"),
)


@router.get("/app")
def document(request: Request) -> Response:
    """Show the app: the same document for everybody, signed in or not."""
    answer = shell_access.document_of(request, _shell(request))
    answer.headers["Permissions-Policy"] = _ALLOWS
    return answer


@router.get("/sw.js")
def worker(request: Request) -> Response:
    """Return the worker that keeps the app on the phone; its folder is its scope."""
    return shell_access.worker_of(request, _shell(request))


@router.get("/leave.js")
def leave(request: Request) -> Response:
    return shell_access.leaving(_shell(request))


@router.get("/shell/{field_version}/{field_file}")
def file_of_shell(request: Request, field_version: str, field_file: str) -> Response:
    shell = _shell(request)
    answer = shell_access.file_of(request, shell, version=field_version, name=field_file)
    # The worker keeps the document by this address, with what it may use.
    answer.headers["Permissions-Policy"] = _ALLOWS
    return answer


@router.get("/manifest.webmanifest")
def manifest(request: Request, words: Words) -> Response:
    name, short_name = N_("OCOP inspections"), N_("Inspections")
    return shell_access.manifest_of(_shell(request), words, name=name, short_name=short_name)


def _shell(request: Request) -> Shell:
    spoken = site(request).translators
    return shell_of(request.app.state.pages, tuple(spoken[one] for one in LANGUAGES))


@cache
def shell_of(pages: Pages, spoken: tuple[Translator, ...]) -> Shell:
    """Return the shell, made once a process."""

    def draw(view: ShellView) -> str:
        frame = Frame("vi", PLACE.home, "en", PLACE.home, Reader(), sample=pages.sample, said="")
        return pages.render("oversight/field.html", view, frame)

    sources = {name: (_DIARY / name).read_bytes() for name in SHARED}
    sources |= {path.name: path.read_bytes() for path in _OWN.iterdir()}
    sources |= {f"words.{one.language}.json": words_file(WORDS, one) for one in spoken}
    return make_shell(sources | shell_access.pictures(PLACE.colour), draw, PLACE)
