import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from app.audit.actions import record
from app.audit.differences import Difference, differences, without_personal
from app.audit.models import AuditEvent
from app.identity.rules import Role
from app.kit.db import Database
from app.office.audit_words import SUBJECTS
from app.routes import ROUTERS
from tests import make
from tests.conftest import Cast, Visit

PATH = "/office/audit"
HOUSEHOLD = "096123456789"
NAMES = ("Ruốc", "Rươi", "Cá")


@pytest.fixture
def trail(database: Database, cast: Cast) -> None:
    """Two days of events of two entities by two people."""
    before = {"name": "Mắm cũ", "tax_no": HOUSEHOLD, "phone": "0912 345 678", "folded": "x"}
    with database.begin() as db:
        acts = (cast.officer, cast.entity), (cast.approver, cast.other), (cast.officer, cast.other)
        for number, (by, entity) in enumerate(acts):
            record(
                db,
                by=by.actor,
                now=make.NOW + timedelta(days=number),
                action="entity.change",
                subject_id=entity.id,
                entity_id=entity.id,
                before=before,
                after=before | {"name": f"Mắm mới {NAMES[number]}", "phone_public": True},
            )


def rows(page: str) -> int:
    return page.count("<tr>") - 1 if "<tbody>" in page else 0


@pytest.mark.usefixtures("trail")
def test_what_was_done_is_found_by_who_what_when_and_words(visit: Visit, cast: Cast) -> None:
    officer = visit(page=cast.officer)

    def count(query: str) -> int:
        return rows(officer.get(f"{PATH}?kind=entity&{query}").text)

    assert count("") == 3
    assert count("who=can+bo+lan") == 2
    assert count(f"actor={cast.approver.account_id}") == 1
    assert count(f"who=lan&actor={cast.approver.account_id}") == 0
    assert count("action=entity.change") == 3
    assert count("action=entity.add") == 0
    assert count(f"subject={cast.other.id}") == 2
    assert count("entity=rach+goc") == 1
    assert count("entity=khong+co") == 0
    assert count("q=mam+MOI+rươi") == 1
    assert count("since=2026-03-11&until=2026-03-11") == 1
    assert count("until=2026-03-10") == 1
    # A household's number can't be found out by searching for it.
    assert count(f"q={HOUSEHOLD}") == 0
    for query in ("since=gestern", "until=2026-02-30"):
        wrong = officer.get(f"{PATH}?{query}")
        assert (wrong.status_code, "-wrong" in wrong.text) == (422, True)
    assert officer.get(f"{PATH}?until=9999-12-31").status_code == 200


@pytest.mark.usefixtures("trail")
def test_a_change_is_told_in_words_and_personal_numbers_to_administrators_only(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        head = make.person(db, "Quản trị", Role.ADMINISTRATOR)
    page = visit(page=cast.inspector).get(f"{PATH}?kind=entity&subject={cast.entity.id}").text
    assert "Mắm cũ" in page
    assert "Mắm mới Ruốc" in page
    # What stayed as it was is no change.
    assert "•••" not in page
    assert f'href="/office/entities/{cast.entity.id}"' in page
    with database.begin() as db:
        record(
            db,
            by=cast.officer.actor,
            now=make.NOW,
            action="entity.add",
            subject_id=cast.entity.id,
            after={"tax_no": HOUSEHOLD, "phone": "+84912345678", "own_word": "chữ lạ"},
        )
    asked = f"{PATH}?action=entity.add"
    officer, administrator = (visit(page=one).get(asked).text for one in (cast.officer, head))
    assert "•••789" in officer
    assert HOUSEHOLD not in officer
    assert "912345678" not in officer
    assert HOUSEHOLD in administrator
    assert "+84912345678" in administrator
    # A field nobody has named yet is shown all the same.
    assert "own_word" in officer
    assert "chữ lạ" in officer


@pytest.mark.usefixtures("trail")
def test_the_trail_is_paged_newest_first_and_taken_as_a_file_which_is_recorded(
    visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    first = officer.get(f"{PATH}?kind=entity&limit=2").text
    assert rows(first) == 2
    assert first.index("Mắm mới Cá") < first.index("Mắm mới Rươi")
    older = next(part for part in first.split('"') if "after=" in part).replace("&amp;", "&")
    assert "Mắm mới Ruốc" in officer.get(older).text
    asked = f"{PATH}?kind=entity&q=mam"
    told = officer.get(f"{asked}&file=csv").content.decode("utf-8-sig")
    lines = list(csv.reader(StringIO(told), delimiter=";" if ";" in told.splitlines()[0] else ","))
    assert len(lines) == 4
    assert "Mắm cũ → Mắm mới Cá" in lines[1][-1]
    assert len(officer.get(f"{asked}&file=json").json()) == 3
    assert officer.get(f"{asked}&file=xlsx").content[:2] == b"PK"
    with database.begin(write=False) as db:
        query = select(AuditEvent).where(AuditEvent.action == "audit.export")
        events = db.scalars(query.order_by(AuditEvent.seq)).all()
    assert [event.subject_id for event in events] == ["csv", "json", "xlsx"]
    assert events[0].after == {"format": "csv", "filters": {"q": "mam", "kind": "entity"}}


def test_each_subjects_page_is_one_that_is_served() -> None:
    served = {getattr(route, "path", "") for router in ROUTERS for route in router.routes}
    shapes = {part.partition("{")[0] for part in served}
    for _label, path in SUBJECTS.values():
        assert not path or path.partition("{")[0] in shapes, path


def test_differences_tell_fields_inside_fields_and_only_what_changed() -> None:
    before = {"a": 1, "b": {"c": [1], "d": 2}, "gone": "x"}
    after = {"a": 1, "b": {"c": [1, 2], "d": 2}, "new": None}
    assert differences(before, after) == [
        Difference("b.c", [1], [1, 2]),
        Difference("gone", "x", None),
    ]
    assert differences(None, {"a": 1}) == [Difference("a", None, 1)]
    assert differences(None, None) == []


@pytest.mark.parametrize(
    ("value", "field", "shown"),
    [
        ("0912345678", "", "•••78"),
        ("gọi 0912 345 678 nhé", "note", "gọi ••• 78 nhé"),
        ("+84912345678", "phone", "•••78"),
        (HOUSEHOLD, "tax_no", "•••789"),
        ("0312345678", "tax_no", "0312345678"),
        ("0312345678-001", "tax_no", "0312345678-001"),
        ("2026-03-10 03:00:00+00:00", "at", "2026-03-10 03:00:00+00:00"),
        (["0912345678", 5], "phones", ["•••78", 5]),
    ],
)
def test_personal_numbers_are_left_out_but_for_their_ends(
    value: object, field: str, shown: object
) -> None:
    hidden = without_personal(value, field)
    assert str(hidden).replace(" ", "") == str(shown).replace(" ", "")
