"""A request finds the route it would find if all were tried in turn."""

import re

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from app.routes import ROUTERS
from app.wiring import _sections

CHOSEN = "ocop.route"


def asked(path: str, method: str) -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "root_path": "",
    }


def in_turn(path: str, method: str) -> tuple[Match, BaseRoute | None]:
    """Try every route, as FastAPI does: the first that fits whole, else the first in part."""
    partial: tuple[Match, BaseRoute | None] = (Match.NONE, None)
    for route in _sections().routes:
        match, _ = route.matches(asked(path, method))
        if match is Match.FULL:
            return match, route
        if match is Match.PARTIAL and partial[1] is None:
            partial = match, route
    return partial


def test_a_request_finds_the_route_it_would_find_in_turn() -> None:
    paths = {getattr(route, "path", "") for router in ROUTERS for route in router.routes}
    paths = {re.sub(r"\{[^}]+\}", "7", path) for path in paths}
    longer = {f"{path}{more}" for path in paths for more in ("/", "/7", "/7/nothing/more", "x")}
    # Every thirtieth, or the walk in turn takes long: which ones changes with each new route.
    wanted = {*sorted(paths | longer)[::30], "", "/", "//", "/api", "/01/09520123456788/21/A"}
    found = set()
    for path in sorted(wanted):
        for method in ("GET", "POST", "TRACE"):
            match, scope = _sections().matches(asked(path, method))
            assert (match, scope.get(CHOSEN)) == in_turn(path, method), (path, method)
            found.add(match)
    assert found == set(Match)
