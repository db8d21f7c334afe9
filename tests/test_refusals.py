"""A page that catches a refusal shows what stands: nothing is left of what was refused."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# They write nothing.
READING = ("rehearse_", "draft_of")


def writers(tree: ast.AST) -> set[str]:
    """Return the names a module has of actions: their modules, and what it takes out of them."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if any(one.endswith("actions") for one in (node.module or "", alias.name))
    }


def acts(node: ast.AST, names: set[str]) -> Iterator[int]:
    """Yield the lines where actions are called with a session, but in a savepoint."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.With(
                items=[ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr=way)))]
            ):
                if way in {"begin", "begin_nested"}:
                    continue
            case ast.Call(func=func, args=[first, *_]):
                path = ast.unparse(func).split(".")
                session = ast.unparse(first).split(".")[-1] == "db"
                if session and path[0] in names and not path[-1].startswith(READING):
                    yield child.lineno
        yield from acts(child, names)


def faults(source: str) -> list[int]:
    tree = ast.parse(source)
    tries = (node for node in ast.walk(tree) if isinstance(node, ast.Try) and node.handlers)
    bodies = (ast.Module(node.body, []) for node in tries)
    return sorted({line for body in bodies for line in acts(body, writers(tree))})


def test_what_a_page_catches_was_tried_in_a_savepoint() -> None:
    pages = sorted([*(ROOT / "app").rglob("*pages.py"), *(ROOT / "app").rglob("*access.py")])
    assert pages
    found = [
        f"{path}:{line}" for path in pages for line in faults(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "\n".join(found)


IMPORTS = "from app.stamps import actions\nfrom app.stamps.span_actions import void\n"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("actions.issue(db, now=now)", True),
        ("made = void(asked.db)", True),
        ("with db.begin_nested():\n        actions.issue(db)", False),
        ("find_stamp(db)", False),
        ("actions.rehearse_void(db)", False),
    ],
)
def test_the_check_catches_it(body: str, *, wrong: bool) -> None:
    source = f"{IMPORTS}try:\n    {body}\nexcept Conflict:\n    show()\n"
    assert bool(faults(source)) is wrong
