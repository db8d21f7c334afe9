"""The phone app's shell: all files of a version, which is named by what they hold."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.diary.shell_icons import GROUND
from app.diary.shell_join import bare, joined
from app.kit.i18n import Translator

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
}
DOCUMENT: Final = "index.html"
APP: Final = "app.js"
# For the server's own pages: asks before a sign-out.
LEAVE: Final = "leave.js"
_WORKER: Final = "sw.js"


@dataclass(frozen=True)
class Place:
    """Where an app is served: its worker's scope, its document, and what its caches are called."""

    name: str
    scope: str
    home: str
    colour: str

    @property
    def base(self) -> str:
        return f"{self.scope}shell"

    def path(self, version: str, name: str) -> str:
        return f"{self.base}/{version}/{name}"


DIARY: Final = Place("ocop-shell", "/app/", "/app/diary", GROUND)


@dataclass(frozen=True)
class ShellFile:
    """A file of the shell as it is sent."""

    content: bytes
    packed: bytes
    media_type: str

    @property
    def integrity(self) -> str:
        return f"sha256-{base64.b64encode(hashlib.sha256(self.content).digest()).decode()}"


@dataclass(frozen=True)
class Shell:
    """One version of the app: the files beneath its address, and the worker that keeps them."""

    version: str
    files: Mapping[str, ShellFile]
    worker: ShellFile
    place: Place

    def path(self, name: str) -> str:
        return self.place.path(self.version, name)


@dataclass(frozen=True)
class ShellView:
    """What the shell's document names: addresses of this version only, and nobody's data."""

    version: str
    place: Place

    def path(self, name: str) -> str:
        return self.place.path(self.version, name)


def make_shell(
    sources: Mapping[str, bytes], draw: Callable[[ShellView], str], place: Place = DIARY
) -> Shell:
    """Return the shell of these files; `draw` makes its document, which names the version."""
    modules = {
        name.removesuffix(".js"): content.decode()
        for name, content in sources.items()
        if name.endswith(".js")
    }
    worker = bare(modules.pop("sw"))
    held = {name: content for name, content in sources.items() if not name.endswith(".js")}
    held[APP] = joined(modules, "main").encode()
    held[LEAVE] = joined(modules, "leave").encode()
    document = draw(ShellView("", place))
    version = _version({**held, _WORKER: worker.encode(), DOCUMENT: document.encode()})
    held[DOCUMENT] = draw(ShellView(version, place)).encode()
    files = {name: _file(name, content) for name, content in held.items()}
    return Shell(version, files, _worker(version, files, worker, place), place)


def words_file(words: Mapping[str, str], spoken: Translator) -> bytes:
    """Return an app's words in one language, as its modules load them."""
    told = {key: spoken.gettext(text) for key, text in words.items()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _version(contents: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, content in sorted(contents.items()):
        whole.update(f"{name} {len(content)}\n".encode() + content)
    return whole.hexdigest()[:16]


def _file(name: str, content: bytes) -> ShellFile:
    media_type = _TYPES[name.rpartition(".")[2]]
    return ShellFile(content, gzip.compress(content, mtime=0), media_type)


def _worker(version: str, files: Mapping[str, ShellFile], source: str, place: Place) -> ShellFile:
    """Return the worker: it changes whenever the version does, and knows each file's hash."""
    # Pictures for the launcher are fetched by the system, once; the app itself never shows them.
    kept = {
        place.path(version, name): file.integrity
        for name, file in sorted(files.items())
        if not name.endswith(".png") and name != LEAVE
    }
    told = {"VERSION": version, "NAME": place.name, "BASE": place.base, "HOME": place.home}
    told_lines = [f"const {name} = {json.dumps(value)};\n" for name, value in told.items()]
    head = "".join(told_lines) + f"const FILES = {json.dumps(kept)};\n"
    return _file(_WORKER, (head + source).encode())
