"""The phone app's shell as the server makes it: small, whole, and understood by old phones."""

import base64
import hashlib
import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.diary.shell import Shell, ShellView, make_shell
from app.diary.shell_join import CannotJoin, joined
from app.diary.shell_pages import shell_of
from app.kit.pages import Pages
from app.wiring import slice_folders, words
from tests.conftest import Visit

KB = 1024
SOURCES = Path(__file__).parents[2] / "app/diary/static/shell"
# The floor is Chromium 81 (April 2020): the first that draws a photo as its camera held it, and
# what Android phones of 2019 have had since their first update. What came later, by what it is
# called or how it is written:
LATER = {
    "assignment by logic": r"(\?\?|&&|\|\|)=",
    "private methods": r"^\s+(?:static |async )*#\w+\(",
    "classes with static blocks": r"\bstatic \{",
    "await outside of functions": r"^await\b|^for await\b",
    "strings": r"\.(replaceAll|at|isWellFormed)\(",
    "lists": r"\.(findLast|findLastIndex|toSorted|toReversed|toSpliced|with|group)\(",
    "objects": r"\bObject\.(hasOwn|groupBy)\b|\bstructuredClone\b",
    "promises": r"\bPromise\.(any|try|withResolvers)\b|\bArray\.fromAsync\b",
    "signals": r"\bAbortSignal\.(timeout|any)\b|\bAggregateError\b|\bcause:",
    "names": r"\brandomUUID\b|\bcrypto\.hash\b",
    "elements": r"\.(replaceChildren|checkVisibility|showPopover|setHTML|requestSubmit\(\w)",
    "markup": r"<(dialog|search)\b|\binert\b|\.showModal\(",
}
LATER_STYLE = (
    r":has\(|:is\(|:where\(|@layer|@container|\bdvh\b|\bsvh\b|color-mix|\baspect-ratio\b|"
    r":focus-visible|\binset:|flex;[^}]*\bgap:|accent-color|^\s*&|text-wrap|@property"
)


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(slice_folders(), words(), sample=False)


@pytest.fixture(scope="module")
def shell(pages: Pages) -> Shell:
    return shell_of(pages, tuple(words().values()))


def test_the_shell_is_small_enough_for_a_slow_network(shell: Shell) -> None:
    sent = {name: len(file.packed) for name, file in shell.files.items()}
    script = sent["app.js"] + len(shell.worker.packed)
    whole = script + sum(
        size for name, size in sent.items() if shell.path(name) in kept(shell) and name != "app.js"
    )
    print(f"\nshell {whole / KB:.1f} KB, of which script {script / KB:.1f} KB")  # noqa: T201 - measured, to be read
    assert script <= 25 * KB
    assert whole <= 60 * KB


def kept(shell: Shell) -> dict[str, str]:
    """Return what the worker keeps, with the hash of each."""
    (told,) = re.findall(rb"^const FILES = (.*);$", shell.worker.content, re.MULTILINE)
    found: dict[str, str] = json.loads(told)
    return found


def test_old_phones_understand_the_app() -> None:
    found = [
        f"{path.name}: {what}: {match[0]!r}"
        for path in sorted(SOURCES.glob("*.js"))
        for what, pattern in LATER.items()
        for match in re.finditer(pattern, without_comments(path), re.MULTILINE)
    ]
    found += [
        f"{path.name}: {match[0]!r}"
        for path in sorted(SOURCES.glob("*.css"))
        for match in re.finditer(LATER_STYLE, path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert not found, "\n".join(found)


def without_comments(path: Path) -> str:
    return re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_version_is_of_every_file_and_the_worker_knows_their_hashes(shell: Shell) -> None:
    for path, integrity in kept(shell).items():
        content = shell.files[path.rpartition("/")[2]].content
        assert integrity == f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"
    sources = {
        "main.js": b'import { one } from "./one.js";\none();\n',
        "one.js": b"// Said to readers.\nexport function one() {\n  return 1;\n}\n",
        "leave.js": b"",
        "sw.js": b"self.x = VERSION;\n",
        "shell.css": b"p { color: red }",
    }
    changes = [{}, *({name: content + b"\n;1;"} for name, content in sources.items())]
    versions = {
        make_shell(sources | changed, lambda view: f"<script src={view.path('app.js')}>").version
        for changed in changes
    }
    assert len(versions) == len(sources) + 1
    assert b"readers" not in make_shell(sources, ShellView.__repr__).files["app.js"].content


def test_only_what_is_neither_text_nor_pattern_is_closed_up() -> None:
    source = (
        'const a = b ? { c: "x, { y }" } : /^; (d) "/.exec(e) || `${f} , ${g}`;\n'
        'if (h && !/[ ,"] {2}/.test(i)) return `${j( 1 )} : ${`k , ${l}`}`;\n'
    )
    assert joined({"main": source}, "main").startswith(
        'const $0 = (() => {const a=b?{c:"x, { y }"}:/^; (d) "/.exec(e)||`${f} , ${g}`;'
        'if (h && !/[ ,"] {2}/.test(i)) return `${j( 1 )} : ${`k , ${l}`}`;return {  };})();'
    )


@pytest.mark.parametrize(
    "source",
    [
        'import one from "./one.js";\n',
        'import { one } from "./none.js";\n',
        'import { two } from "./two.js";\n',
        "export let one = 1;\n",
        "export default 1;\n",
        "const text = `one\ntwo`;\n",
        "one(1, // the first\n  2);\n",
    ],
)
def test_modules_that_would_run_otherwise_when_joined_are_refused(source: str) -> None:
    modules = {"main": source, "one": "", "two": 'import { main } from "./main.js";\n'}
    with pytest.raises(CannotJoin):
        joined(modules, "main")


@pytest.mark.on("sqlite")
def test_the_shell_is_served_to_everybody_and_kept_for_good(visit: Visit) -> None:
    client = visit()
    document = client.get("/app/diary")
    assert (document.status_code, document.headers["cache-control"]) == (200, "no-cache")
    (script,) = re.findall(r'src="(/app/shell/[0-9a-f]{16}/app\.js)"', document.text)
    served = client.get(script, headers={"Accept-Encoding": "gzip"})
    assert served.headers["content-encoding"] == "gzip"
    assert served.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in served.headers["cache-control"]
    assert served.text == client.get(script, headers={"Accept-Encoding": "identity"}).text
    other = re.sub(r"[0-9a-f]{16}", "0" * 16, script)
    assert client.get(other).status_code == 404
    assert client.get(script.replace("app.js", "sw.js")).status_code == 404
    worker = client.get("/app/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert script in worker.text
    assert re.findall('"(.*)"', client.get("/app/leave.js").text) == [
        script.replace("app.js", "leave.js")
    ]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(("language", "name"), [("vi", "Nhật ký OCOP"), ("en", "OCOP diary")])
def test_the_app_can_be_put_on_the_home_screen(visit: Visit, language: str, name: str) -> None:
    client = visit()
    told = client.get("/app/manifest.webmanifest", headers={"Accept-Language": language})
    assert told.headers["content-type"].startswith("application/manifest+json")
    manifest = told.json()
    assert (manifest["short_name"], manifest["lang"]) == (name, language)
    # A wider scope would have the system open shoppers' scans in the producers' app.
    assert (manifest["scope"], manifest["start_url"]) == ("/app/", "/app/diary")
    pictures = [one for one in manifest["icons"] if one["type"] == "image/png"]
    assert [one["sizes"] for one in pictures] == ["192x192", "512x512", "512x512"]
    for one in pictures:
        picture = Image.open(BytesIO(client.get(one["src"]).content))
        assert one["sizes"] == f"{picture.width}x{picture.height}"
    assert manifest["icons"][-1]["purpose"] == "maskable"
