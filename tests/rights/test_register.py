"""Rights over time: decisions, renewals, and what an officer's check stands for."""

import os
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from app.kit.db import Database
from app.rights.dates import months_from
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.queries import right_facts
from app.rights.right_renewal import Renewal, grace_ends, renewal_on, renewal_opens
from app.rights.rules import right_status
from app.wiring import make_runner
from tests import make, make_documents, make_rights
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

LAST = date(2026, 5, 31)
SUSPEND = {"kind": "suspended", "effective_on": "2026-03-10", "reason": "QĐ 1", "decision_no": "1"}


@pytest.fixture
def mark(database: Database) -> IpRight:
    with database.begin() as db:
        return make.right(
            db,
            type="collective_mark",
            sign="Mật ong U Minh Hạ",
            registration_no="4-0165802-000",
            registration_date="2016-09",
            expires_on=LAST,
        )


def decide(client: Client, right: IpRight, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    answer = client.post(f"/api/v1/rights/{right.id}/decisions", json=facts)
    found: dict[str, Any] = answer.json()
    assert answer.status_code == 201, found
    return found


def status(database: Database, right: IpRight, day: date) -> str:
    with database.begin(write=False) as db:
        return right_status(right_facts(db.get_one(IpRight, right.id)), day).value


def test_every_suspension_is_kept_and_an_annulled_one_never_was(
    visit: Visit, cast: Cast, database: Database, mark: IpRight
) -> None:
    client, past = visit(api=cast.officer), {"past_is_meant": True}
    decide(client, mark, **SUSPEND | past | {"effective_on": "2025-01-10"})
    decide(client, mark, kind="resumed", effective_on="2025-02-01", reason="QĐ 2", **past)
    second = decide(client, mark, **SUSPEND)
    decide(client, mark, kind="resumed", effective_on="2026-03-20", reason="QĐ 3")
    asked = {
        date(2025, 1, 9): "in_force",
        date(2025, 1, 10): "suspended",
        date(2025, 1, 31): "suspended",
        date(2025, 2, 1): "in_force",
        date(2026, 3, 10): "suspended",
        date(2026, 3, 19): "suspended",
        date(2026, 3, 20): "in_force",
        LAST: "in_force",
        date(2026, 6, 1): "expired",
    }
    assert {day: status(database, mark, day) for day in asked} == asked
    path = f"/api/v1/rights/{mark.id}/decisions/{second['decisions'][-1]['id']}/annul"
    found = client.post(path, json={"reason": "Ghi nhầm"}).json()
    assert (found["suspended_on"], found["resumed_on"]) == ("2025-01-10", "2025-02-01")
    assert status(database, mark, date(2026, 3, 10)) == "in_force"
    assert client.post(path, json={"reason": "Lại"}).json()["code"] == "rights.decision_annulled"
    ended = decide(client, mark, kind="ended", effective_on="2026-04-01", reason="QĐ 4")
    assert (ended["ended_on"], ended["status_reason"]) == ("2026-04-01", "QĐ 4")
    assert (len(ended["decisions"]), ended["confirmed"]) == (6, True)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"effective_on": None}, "rights.effect_needed"),
        ({"reason": ""}, "rights.reason_needed"),
        ({"effective_on": "2016-08-31"}, "rights.before_it_began"),
        ({"effective_on": "2026-03-09"}, "takes_effect_in_the_past"),
        ({"decided_on": "12/2026"}, "rights.decided_later"),
        ({"decided_on": "31/02/2026"}, "rights.bad_date"),
        ({"kind": "resumed"}, "rights.not_suspended"),
        ({"kind": "registered"}, "fields_invalid"),
        ({"seen": "2020-01-01T00:00:00Z"}, "record_changed"),
    ],
)
@pytest.mark.on("sqlite")
def test_a_decision_that_makes_no_sense_is_refused_and_leaves_nothing(
    facts: dict[str, Any], code: str, visit: Visit, cast: Cast, mark: IpRight
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/rights/{mark.id}"
    answer = client.post(f"{path}/decisions", json=SUSPEND | facts)
    assert (answer.status_code in {409, 422}, answer.json()["code"]) == (True, code)
    found = client.get(path).json()
    assert (found["decisions"], found["suspended_on"]) == ([], None)


@pytest.mark.on("sqlite")
def test_nothing_is_decided_of_what_has_ended_or_is_suspended_already(
    visit: Visit, cast: Cast, mark: IpRight
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/rights/{mark.id}/decisions"
    decide(client, mark, **SUSPEND)
    again = client.post(path, json=SUSPEND | {"effective_on": "2026-03-12"})
    assert again.json()["code"] == "rights.already_suspended"
    decide(client, mark, kind="ended", effective_on="2026-03-15", reason="QĐ 4")
    late = client.post(path, json={"kind": "amended", "reason": "x", "decision_no": "9"})
    assert late.json()["code"] == "rights.already_over"


def test_a_renewal_in_the_time_of_grace_closes_the_gap(
    visit: Visit, cast: Cast, database: Database, mark: IpRight, clock: Clock
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/rights/{mark.id}"
    clock.now = datetime(2025, 11, 29, 16, 59, tzinfo=UTC)
    early = client.post(f"{path}/decisions", json={"kind": "renewed"}).json()
    assert early["code"] == "rights.renewal_outside_its_time"
    clock.now = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
    found = client.get(path).json()
    assert (found["status"], found["renewal"]) == ("expired", "grace")
    for filed, code in (("2025-11-29", 422), ("2026-12-01", 422), ("2026-11-30", 201)):
        given = {"kind": "renewed", "filed_on": filed, "decision_no": "7/QĐ"}
        assert client.post(f"{path}/decisions", json=given).status_code == code, filed
    found = client.get(path).json()
    assert (found["expires_on"], found["renewal"], found["confirmed"]) == (
        "2036-05-31",
        "early",
        True,
    )
    days = (date(2026, 6, 1), date(2036, 5, 31), date(2036, 6, 1))
    assert [status(database, mark, day) for day in days] == ["in_force", "in_force", "expired"]
    annul = f"{path}/decisions/{found['decisions'][-1]['id']}/annul"
    assert client.post(annul, json={"reason": "Nhầm"}).json()["expires_on"] == f"{LAST}"


def test_the_page_of_an_expired_mark_says_until_when_it_can_be_renewed(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        late = make.right(db, type="trademark", expires_on=date(2026, 2, 28))
    page = visit(page=cast.officer).get(f"/office/rights/{late.id}?lang=en").text
    assert "Its renewal may still be asked for until 28/08/2026" in page
    assert "decisions/new?kind=renewed" in page


def test_the_days_of_a_renewal_are_whole_months() -> None:
    assert months_from(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert months_from(date(2024, 2, 29), 120) == date(2034, 2, 28)
    # What an import takes for "never" is looked at too.
    assert months_from(date(9999, 12, 31), 6) == date.max
    opens, until = renewal_opens(LAST), grace_ends(LAST)
    assert (opens, until) == (date(2025, 11, 30), date(2026, 11, 30))
    asked = {
        date(2025, 11, 29): Renewal.EARLY,
        opens: Renewal.OPEN,
        LAST: Renewal.OPEN,
        date(2026, 6, 1): Renewal.GRACE,
        until: Renewal.GRACE,
        date(2026, 12, 1): Renewal.LATE,
    }
    found = {day: renewal_on(RightType.TRADEMARK, LAST, day) for day in asked}
    assert found == asked
    assert renewal_on(RightType.GI, None, LAST) is Renewal.NEVER


def test_a_check_is_taken_back_given_again_and_kept_by_holding_it_again(
    visit: Visit, cast: Cast, mark: IpRight
) -> None:
    client, path = visit(api=cast.officer), f"/api/v1/rights/{mark.id}"
    held = client.patch(path, json={"goods": "mật ong", "against": "Bản chính"}).json()
    assert (held["confirmed"], held["checked_against"]) == (True, "Bản chính")
    gone = client.post(f"{path}/uncheck", json={"reason": "Bản sao giả"}).json()
    assert (gone["confirmed"], gone["checked_by"], gone["checked_on"]) == (False, "", None)
    twice = client.post(f"{path}/uncheck", json={"reason": "Lại"})
    assert twice.json()["code"] == "rights.not_checked"
    again = client.post(f"{path}/check", json={"against": "Bản gốc"}).json()
    assert (again["confirmed"], again["checked_against"]) == (True, "Bản gốc")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"classes": "29, 46"}, "classes"),
        ({"classes": "hai chín"}, "classes"),
        ({"application_no": "4-2019-12345", "application_date": "2018"}, "application_date"),
        ({"application_date": "2018", "registration_date": "12/2017"}, "registration_date"),
    ],
)
@pytest.mark.on("sqlite")
def test_numbers_classes_and_dates_must_agree(
    facts: dict[str, Any], field: str, visit: Visit, cast: Cast
) -> None:
    sent = {"type": "trademark", "sign": "Rạch Gốc"}
    answer = visit(api=cast.officer).post("/api/v1/rights", json=sent | facts)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_second_right_of_a_name_is_told_and_not_refused(visit: Visit, cast: Cast) -> None:
    client, page = visit(api=cast.officer), visit(page=cast.officer)
    gi = {"type": "gi", "sign": "Cà Mau"}
    crab, shrimp = (
        client.post("/api/v1/rights", json=gi | {"goods": goods}).json()["id"]
        for goods in ("cua", "tôm sú")
    )
    assert client.get(f"/api/v1/rights/{shrimp}").json()["same_name"] == [crab]
    told = page.get(f"/office/rights/{shrimp}?lang=en").text
    assert "Another right bears this name" in told
    assert f'href="/office/rights/{crab}"' in told


@pytest.mark.on("sqlite")
def test_the_later_of_two_officers_sees_what_the_first_one_wrote(
    visit: Visit, cast: Cast, mark: IpRight
) -> None:
    path = f"/office/rights/{mark.id}/edit"
    first, second = visit(page=cast.officer), visit(page=cast.approver)
    seen = second.get(path).text.partition('name="seen" value="')[2].partition('"')[0]
    typed = {"type": "collective_mark", "sign": mark.sign, "registration_no": "165802"}
    assert first.post(path, data=typed | {"seen": seen, "source": "Một"}).status_code == 303
    late = second.post(f"{path}?lang=en", data=typed | {"seen": seen, "source": "Hai"})
    assert late.status_code == 422
    assert ("Now it says: Một" in late.text, 'value="Hai"' in late.text) == (True, True)


def test_papers_and_the_sign_are_checked_and_the_sign_is_public_once_the_right_is(
    app: FastAPI, visit: Visit, cast: Cast, mark: IpRight
) -> None:
    client, path = visit(page=cast.officer), f"/office/rights/{mark.id}"
    paper = {"document": ("gcn.pdf", b"MZ not a pdf", "application/pdf")}
    wrong = client.post(f"{path}/documents", data={"kind": "certificate"}, files=paper)
    assert (wrong.status_code, 'id="document-wrong"' in wrong.text) == (422, True)
    paper = {"document": ("gcn.pdf", make_documents.pdf(), "application/pdf")}
    sent = client.post(f"{path}/documents", data={"kind": "certificate"}, files=paper)
    assert sent.status_code == 303
    assert "gcn.pdf" in client.get(path).text
    assert "gcn.pdf" not in visit(page=cast.owner).get(path).text
    false = client.post(f"{path}/picture", files={"picture": ("a.jpg", b"GIF", "image/jpeg")})
    assert (false.status_code, 'id="picture-wrong"' in false.text) == (422, True)
    picture = {"picture": ("a.jpg", make.picture(color="green"), "image/jpeg")}
    assert client.post(f"{path}/picture", files=picture).status_code == 303
    assert client.get(f"{path}/picture").headers["content-type"] == "image/webp"
    public = f"/signs/{make_rights.sign_name()}"
    assert visit().get(public).status_code == 404
    assert client.post(f"{path}/check", data={"against": "Bản chính"}).status_code == 303
    for kept in app.state.files.root.rglob("*.*"):
        os.utime(kept, (0, 0))
    runner = make_runner(app)
    assert runner.run_once()
    runner.leadership.drop()
    assert visit().get(public).status_code == 200
    assert f'src="{public}"' in visit().get(f"/r/{mark.id}").text
    assert visit().get("/signs/..%2Fsecret-160.webp").status_code == 404
