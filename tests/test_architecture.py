"""The two ladders of the architecture, checked on the source itself. This test is the design."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SLICES = [
    "kit", "places", "audit", "identity", "tlog", "entities", "products", "documents",
    "certificates", "rights", "diary",
    "oversight", "scans", "stamps", "lookup", "partners", "interop", "programme", "office",
]  # fmt: skip
ROLES = ("models", "queries", "actions", "access", "api", "pages")
EDGE = {"access", "api", "pages"}
PURE = {"sqlalchemy", "fastapi", "os", "time", "random", "secrets", "httpx"}
REFUSED = {
    "__init__": PURE | set(ROLES),
    "rules": PURE | set(ROLES),
    "models": {"fastapi", "queries", "actions"} | EDGE,
    "queries": {"fastapi", "actions"} | EDGE,
    "actions": {"fastapi"} | EDGE,
}
MAY_COMMIT = {"app/kit/db.py", "app/cli.py"}
MAX_LINES = 400


def role_of(module: str) -> str:
    """Return the role a module's name ends in; what names none is as pure as rules."""
    if module == "__init__":
        return module
    return next((role for role in ROLES if re.fullmatch(rf"(\w+_)?{role}", module)), "rules")


def imports(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """Yield every import's line and dotted parts, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{base}.{alias.name}".split(".")) for alias in node.names)


def wrong_import(here: list[str], parts: list[str]) -> str | None:
    """Say what is wrong with an import, if anything. `here` is the importing module's path."""
    if parts[0] == "":
        return "imports by a relative path"
    if parts[:2] == ["app", "main"]:
        return "imports main"
    if on_top(here):
        return None
    role = role_of(here[-1])
    refused = REFUSED.get(role, set()) if here[0] != "kit" else set()
    if parts[0] == "app":
        return wrong_slice(here[0], role, refused, parts)
    return f"is {role} and imports {parts[0]}" if parts[0] in refused else None


def wrong_slice(own: str, role: str, refused: set[str], parts: list[str]) -> str | None:
    # A line may import a module or a name out of one: only what is a module has a role.
    theirs, module = (*parts[1:], "__init__", "__init__")[:2]
    found = role_of(module)
    if theirs not in SLICES or SLICES.index(theirs) > SLICES.index(own):
        return f"is of {own} and imports {'.'.join(parts[:3])}, which lies above"
    if found in refused:
        return f"is {role} and imports {theirs}.{module}"
    if theirs not in {own, "kit"} and found in {"api", "pages"}:
        return f"imports {theirs}.{module}, which is another slice's {found}"
    return None


def on_top(here: list[str]) -> bool:
    """Tell what puts the slices together (wiring, cli, the sample data) from the slices."""
    return len(here) == 1 or here[0] == "sample"


def faults(path: str, source: str) -> list[str]:
    """Return what one file does against the ladders, as `path:line what`."""
    here = path.removeprefix("app/").removesuffix(".py").split("/")
    tree = ast.parse(source)
    found = [
        f"{path}:{line} {wrong}"
        for line, parts in imports(tree)
        if (wrong := wrong_import(here, parts)) is not None
    ]
    if here[0] not in SLICES and not on_top(here):
        found.append(f"{path}:1 is of no slice of the ladder")
    if path not in MAY_COMMIT:
        found += [f"{path}:{line} commits" for line in commits(tree)]
    return sorted(set(found))


def commits(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that call something's `commit`; a column of that name is no call."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit")):
                yield node.lineno


def slices_of_map(readme: str) -> list[str]:
    """Return the slices in the README's map: a fenced block under `## Map`, two blanks each."""
    block = re.search(r"^## Map$.*?^```\w*$(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    return re.findall(r"^  ([a-z]+)/", block[1], re.MULTILINE) if block else []


def test_every_module_keeps_to_the_two_ladders() -> None:
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "app").rglob("*.py"))
    }
    assert len(sources) > len(SLICES)
    found = [fault for path, source in sources.items() for fault in faults(path, source)]
    assert found == [], "\n".join(found)


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    files = [path for top in ("app", "tests", "scripts") for path in (ROOT / top).rglob("*.py")]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: count for path, count in lengths.items() if count > MAX_LINES} == {}


def test_the_map_in_the_readme_is_the_order_of_the_slices() -> None:
    ladder = [*SLICES, "sample"]
    there = [name for name in ladder if (ROOT / "app" / name / "__init__.py").exists()]
    assert slices_of_map((ROOT / "README.md").read_text(encoding="utf-8")) == there


PLANTED = {
    "an upward import": ("app/entities/queries.py", "from app.products.models import Product"),
    "an upward import of a package": ("app/kit/web.py", "import app.identity"),
    "an upward import in a function": (
        "app/rights/actions.py",
        "def late() -> None:\n    from app.diary import queries\n",
    ),
    "a slice that imports the wiring": ("app/office/pages.py", "from app.wiring import words"),
    "randomness in rules": ("app/stamps/rules.py", "import secrets"),
    "a clock in a pure module": ("app/lookup/verdict.py", "from time import time"),
    "a database in a pure module": ("app/stamps/artwork.py", "from sqlalchemy.orm import Session"),
    "rules that ask the database": ("app/diary/rules.py", "from app.products import queries"),
    "a web framework in actions": ("app/stamps/print_actions.py", "from fastapi import Request"),
    "queries that write": ("app/diary/lot_queries.py", "from app.audit.actions import record"),
    "models above their role": ("app/scans/models.py", "from app.identity.access import Actor"),
    "another slice's pages": ("app/office/home_pages.py", "from app.stamps.pages import one"),
    "another slice's api": ("app/stamps/api.py", "from app.products.api import ProductOut"),
    "a package that holds more than words": (
        "app/audit/__init__.py",
        "from app.audit import models",
    ),
    "the process's own application": ("app/cli.py", "from app.main import app"),
    "a relative import": ("app/diary/actions.py", "from . import models"),
    "a stray commit": ("app/stamps/actions.py", "def issue(db):\n    db.commit()\n"),
    "a folder that is no slice": ("app/helpers/strings.py", "WORD = 'x'\n"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_check_catches(planted: str) -> None:
    path, source = PLANTED[planted]
    assert len(faults(path, source)) == 1


def test_the_check_lets_the_ladders_be_climbed_down() -> None:
    source = (
        "import hashlib\n"
        "from fastapi import Request\n"
        "from app.entities.queries import get_entity\n"
        "from app.stamps import actions, rules\n"
        "note = record.commit\n"
    )
    assert faults("app/stamps/api.py", source) == []
    assert faults("app/kit/db.py", "import time\ndef finish(db):\n    db.commit()\n") == []


def test_the_check_reads_only_the_map_of_the_readme() -> None:
    before = "# OCOP\n```\n  other/  no\n```\n"
    readme = f"{before}## Map\nText.\n```text\napp/\n  kit/  x\n  stamps/ y\n```\n"
    assert slices_of_map(readme) == ["kit", "stamps"]
