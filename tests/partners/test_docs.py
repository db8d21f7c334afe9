"""What docs/api.md tells is what is served."""

import re
from pathlib import Path

from app.partners.pace import OPEN_PER_MINUTE
from app.partners.sandbox import CODES
from app.routes import ROUTERS

DOCS = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
SECTION = DOCS[DOCS.index("## For shops") :]


def test_every_sandbox_code_is_told() -> None:
    assert set(re.findall(r"TEST-[A-Z-]+", SECTION)) == set(CODES)


def test_every_address_that_is_told_is_served() -> None:
    served = {
        (method, re.sub(r"\{[^}]*\}", "{}", str(getattr(route, "path", ""))))
        for router in ROUTERS
        for route in router.routes
        for method in getattr(route, "methods", None) or ()
    }
    told = re.findall(
        r"^    (GET|POST|PUT|PATCH|DELETE) +(/(?:\{[^}]*\}|[\w/.-])+)", DOCS, re.MULTILINE
    )
    assert len(told) >= 70
    for method, path in told:
        assert (method, re.sub(r"\{[^}]*\}", "{}", path)) in served, path


def test_the_limit_without_a_key_is_told() -> None:
    assert f"{OPEN_PER_MINUTE} times a" in SECTION
