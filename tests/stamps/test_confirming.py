"""So many codes that two people are needed: one asks for the file, another lets it out."""

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.db import Database
from app.stamps.allotment_queries import rows_of
from app.stamps.ledger_models import StampPolicy
from app.stamps.policy_queries import usual_policy
from app.stamps.print_actions import NotConfirmed, Press, make_export, make_waiting_exports
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Issue, asked, found, stored
from tests.stamps.test_allotments import draft_of, issued


@pytest.fixture
def policy(database: Database) -> StampPolicy:
    """From 50 stamps on, two people."""
    with database.begin() as db:
        made = usual_policy()
        made.two_people_from = 50
        db.add(made)
    return made


@pytest.mark.usefixtures("policy")
def test_a_large_file_is_made_once_another_officer_has_confirmed_it(
    visit: Visit, cast: Cast, issue: Issue, press: Press, database: Database
) -> None:
    batch_id, before = issue(50), stored(press)
    officer, approver = visit(api=cast.officer), visit(api=cast.approver)
    path = f"/api/v1/batches/{batch_id}"
    query = f"{path}/export?format=csv&reason=In"
    refused = officer.get(query)
    assert (refused.status_code, refused.json()["code"]) == (409, "stamps.export_not_confirmed")
    assert "Cán bộ Lan" in refused.json()["detail"]
    (record,) = officer.get(f"{path}/exports").json()
    assert (record["state"], record["asked_by"]) == ("asked", "Cán bộ Lan")
    assert make_waiting_exports(press) == 0
    with pytest.raises(NotConfirmed):
        make_export(press, record["id"])
    assert stored(press) == before
    # To ask for it again, or as somebody else, confirms nothing.
    assert officer.get(query).status_code == approver.get(query).status_code == 409
    confirm = f"{path}/exports/{record['id']}/confirm"
    same = officer.post(confirm)
    assert (same.status_code, same.json()["code"]) == (409, "stamps.same_person")
    for person in (cast.owner, cast.inspector):
        assert visit(api=person).post(confirm).status_code == 403
    assert visit(api=cast.outsider).post(confirm).status_code == 404
    assert approver.post(confirm).json()["confirmed_by"] == "Phó phòng Minh"
    assert approver.post(confirm).status_code == 200
    assert officer.get(query).text.count("\r\n") == 51
    with database.begin(write=False) as db:
        of_files = select(AuditEvent).where(AuditEvent.subject_kind == "export")
        events = [
            (event.action, event.actor_label)
            for event in db.scalars(of_files.order_by(AuditEvent.seq))
        ]
    assert events == [
        ("export.ask", "Cán bộ Lan"),
        ("export.confirm", "Phó phòng Minh"),
        ("export.made", "Cán bộ Lan"),
        ("export.fetch", "Cán bộ Lan"),
    ]


@pytest.mark.usefixtures("policy")
def test_to_cut_a_large_file_into_small_ones_helps_nobody(
    cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id = issue(120)

    def state(first: int, count: int, reason: str = "In") -> str:
        export_id = asked(press, cast, batch_id, first=first, count=count, reason=reason)
        return found(press.database, export_id).state

    assert state(1, 30) == "waiting"
    assert state(11, 20, "Lần hai") == "waiting"
    assert state(25, 25) == "waiting"
    assert state(100, 1) == "asked"
    assert state(20, 10) == "waiting"


@pytest.mark.usefixtures("policy")
def test_to_take_an_allotment_batch_by_batch_helps_nobody(
    cast: Cast, press: Press, database: Database
) -> None:
    with database.begin() as db:
        rows = [make.product(db, of=one) for one in (cast.entity, cast.entity, cast.other)]
        draft = draft_of(db, cast.officer.actor, *rows, quantity=20)
        plan = issued(db, cast.approver.actor, draft, keyring=press.keyring)
        ids = [row.batch.id for row in rows_of(db, plan.id) if row.batch]
    files = [found(database, asked(press, cast, batch_id)) for batch_id in ids]
    assert [one.state for one in files] == ["waiting", "waiting", "asked"]


@pytest.mark.usefixtures("policy")
def test_the_page_says_who_asked_and_offers_the_button_to_others_only(
    visit: Visit, cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id = issue(60)
    path, form = f"/office/batches/{batch_id}/exports", {"format": "pdf", "reason": "In tem"}
    officer, approver = visit(page=cast.officer), visit(page=cast.approver)
    sent = officer.post(path, data=form)
    assert sent.status_code == 303
    own = officer.get(f"{path}?lang=en").text
    assert "You asked for it." in own
    assert "/confirm" not in own
    seen = approver.get(f"{path}?lang=en").text
    assert "Cán bộ Lan asked for it." in seen
    assert "Let 60 codes out" in seen
    assert "From 50 codes on" in seen
    (export,) = visit(api=cast.officer).get(f"/api/v1/batches/{batch_id}/exports").json()
    button = f"{path}/{export['id']}/confirm"
    assert officer.post(button).status_code == 409
    assert approver.post(button).status_code == 303
    assert make_waiting_exports(press) == 1
    shown = officer.get(f"{path}?lang=en").text
    assert "Confirmed by Phó phòng Minh" in shown
    assert "2 of 2 pages read back, 62 codes" in shown
