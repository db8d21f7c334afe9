"""The phone app's shell as it is served: its document, its worker, and its files by version."""

from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.diary import shell_access
from app.diary.shell import DIARY, Shell, ShellView, make_shell, words_file
from app.diary.shell_words import WORDS
from app.kit.i18n import LANGUAGES, N_, Translator
from app.kit.pages import Frame, Pages, Reader
from app.kit.web import Edge, Words, site

router = APIRouter(prefix="/app", route_class=Edge, include_in_schema=False)

_FOLDER: Final = Path(__file__).parent / "static" / "shell"


@router.get("/diary")
def document(request: Request) -> Response:
    """Show the app: the same document for everybody, signed in or not."""
    return shell_access.document_of(request, _shell(request))


@router.get("/sw.js")
def worker(request: Request) -> Response:
    """Return the worker that keeps the app on the phone; its folder is its scope."""
    return shell_access.worker_of(request, _shell(request))


@router.get("/leave.js")
def leave(request: Request) -> Response:
    return shell_access.leaving(_shell(request))


@router.get("/shell/{shell_version}/{shell_file}")
def file_of_shell(request: Request, shell_version: str, shell_file: str) -> Response:
    shell = _shell(request)
    return shell_access.file_of(request, shell, version=shell_version, name=shell_file)


@router.get("/manifest.webmanifest")
def manifest(request: Request, words: Words) -> Response:
    name, short_name = N_("OCOP production diary"), N_("OCOP diary")
    return shell_access.manifest_of(_shell(request), words, name=name, short_name=short_name)


def _shell(request: Request) -> Shell:
    spoken = site(request).translators
    return shell_of(request.app.state.pages, tuple(spoken[one] for one in LANGUAGES))


@cache
def shell_of(pages: Pages, spoken: tuple[Translator, ...]) -> Shell:
    """Return the shell, made once a process."""

    def draw(view: ShellView) -> str:
        frame = Frame("vi", DIARY.home, "en", DIARY.home, Reader(), sample=pages.sample, said="")
        return pages.render("diary/shell.html", view, frame)

    sources = {path.name: path.read_bytes() for path in _FOLDER.iterdir()}
    sources |= {f"words.{one.language}.json": words_file(WORDS, one) for one in spoken}
    return make_shell(sources | shell_access.pictures(DIARY.colour), draw)
