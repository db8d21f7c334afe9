"""The table of the resolver's clauses names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_clause_is_held_by_a_test_that_there_is() -> None:
    text = (ROOT / "docs" / "resolver.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| ")][1:]
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "lookup").glob("test_*.py")
    )
    there = set(re.findall(r"^def (test_\w+)", sources, re.MULTILINE))
    named = [set(re.findall(r"`(test_\w+)`", line)) for line in table]
    assert len(table) > 20
    assert all(named)
    assert set.union(*named) <= there, set.union(*named) - there
