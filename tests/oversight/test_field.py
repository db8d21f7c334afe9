"""The shell of the inspectors' app: small, whole, understood by old phones, with all its words."""

import json
import re

import pytest

from app.kit.pages import Pages
from app.oversight import field_pages
from app.oversight.field_pages import SHARED, shell_of
from app.oversight.field_words import WORDS
from app.wiring import slice_folders, words
from tests.conftest import Visit
from tests.diary.test_shell import KB, LATER, LATER_STYLE, SOURCES, without_comments

OWN = SOURCES.parents[2] / "oversight/static/field"
FILES = [SOURCES / name for name in SHARED] + sorted(OWN.iterdir())
SCRIPT = "\n".join(path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".js")


def test_the_app_is_small_and_understood_by_old_phones() -> None:
    shell = shell_of(Pages(slice_folders(), words(), sample=False), tuple(words().values()))
    (told,) = re.findall(rb"^const FILES = (.*);$", shell.worker.content, re.MULTILINE)
    kept = {path.rpartition("/")[2] for path in json.loads(told)}
    whole = len(shell.worker.packed) + sum(len(shell.files[name].packed) for name in kept)
    print(f"\nshell of inspections: {whole / KB:.1f} KB")  # noqa: T201 - measured, to be read
    assert whole <= 40 * KB
    assert "leave.js" not in kept
    patterns = {path: list(LATER.values()) for path in OWN.glob("*.js")}
    patterns |= {path: [LATER_STYLE] for path in OWN.glob("*.css")}
    found = [
        f"{path.name}: {match[0]!r}"
        for path, later in patterns.items()
        for pattern in later
        for match in re.finditer(pattern, without_comments(path), re.MULTILINE)
    ]
    assert not found, "\n".join(found)


def test_every_word_that_is_asked_for_is_there_and_none_is_left_over() -> None:
    asked = set(re.findall(r'\bt\("(\w+)"', SCRIPT))
    asked |= {f"trouble_{code}" for code in re.findall(r'new Trouble\("(\w+)"', SCRIPT)}
    assert asked - WORDS.keys() <= {"trouble_offline", "trouble_later"}
    families = tuple(re.findall(r"`(\w+_)\$\{", SCRIPT))
    assert not {key for key in WORDS if f'"{key}"' not in SCRIPT and not key.startswith(families)}


@pytest.mark.on("sqlite")
def test_it_is_served_to_everybody_and_its_worker_keeps_to_its_own_addresses(visit: Visit) -> None:
    client = visit()
    document = client.get("/inspections/app")
    assert (document.status_code, document.headers["cache-control"]) == (200, "no-cache")
    assert "camera=(self), geolocation=(self)" in document.headers["permissions-policy"]
    (script,) = re.findall(r'src="(/inspections/shell/\w+/app\.js)"', document.text)
    assert "immutable" in client.get(script).headers["cache-control"]
    assert client.get(re.sub(r"[0-9a-f]{16}", "0" * 16, script)).status_code == 404
    worker = client.get("/inspections/sw.js").text
    assert 'const NAME = "ocop-field";' in worker
    assert "/app/" not in worker
    manifest = client.get("/inspections/manifest.webmanifest", headers={"Accept-Language": "vi"})
    told = manifest.json()
    assert (told["scope"], told["start_url"]) == (field_pages.PLACE.scope, field_pages.PLACE.home)
    assert told["name"] == "Kiểm tra OCOP"
