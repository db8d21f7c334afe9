"""The lines of the navigation: who sees which, and which one is marked."""

import re

import pytest

from app.identity.rules import DEPARTMENT, Actor, Role
from app.kit.db import Database
from app.kit.pages import Rail
from app.rails import OFFICE
from app.wiring import reader_for
from tests import make
from tests.conftest import Visit

pytestmark = pytest.mark.on("sqlite")


def lines(rails: tuple[Rail, ...]) -> list[str]:
    return [path for rail in rails for path in lines(rail.lines) or [rail.path]]


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_the_lines_it_may_open_and_no_other(
    database: Database, visit: Visit, role: Role
) -> None:
    with database.begin() as db:
        person = make.person(db, "Người Sở", role)
    client = visit(page=person)
    seen = lines(reader_for(Actor(1, "Người Sở", frozenset({role})), "/office").rail)
    answers = {path: client.get(path).status_code for path in lines(OFFICE)}
    assert seen == list(dict.fromkeys(seen))
    assert [answers[path] for path in seen] == [200] * len(seen)
    if role in DEPARTMENT:
        assert seen == [path for path, status in answers.items() if status == 200]


def test_the_open_group_shows_its_lines_and_marks_one(database: Database, visit: Visit) -> None:
    with database.begin() as db:
        officer = make.person(db, "Cán bộ Lan", Role.OFFICER)
    page = visit(page=officer).get("/office/policy").text
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page) == ["/office/batches"]
    assert '<span class="here">Tem</span>' in page
    assert 'href="/office/quotas"' in page
    assert 'href="/office/trainings"' not in page


@pytest.mark.parametrize(
    ("line", "path", "held"),
    [
        ("/inspect", "/inspect/0QBSH9B3QHQV6Q1MGAQD", True),
        ("/inspect", "/inspections/app", False),
        ("/office", "/office/queue", False),
        ("/office", "/office", True),
    ],
)
def test_a_line_holds_what_stands_beneath_it_but_a_home_only_itself(
    line: str, path: str, *, held: bool
) -> None:
    assert Rail("", line).holds(path) is held
