"""The officers' queue: taken, linked, closed with an answer, opened again, and by whom."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.db import Database
from app.oversight.models import Report
from app.wiring import make_runner
from tests import make
from tests.client import seen_in, without_once
from tests.conftest import Cast, Clock, Visit

TEXT = "Gói tôm khô dán tem mờ, quét không ra"
CLOSE = {
    "outcome": "confirmed",
    "answer": "Tem thật đã bị chép lại; Sở đã hủy tem này.",
    "reason": "Đã kiểm tra tại chợ ngày 10/3",
}


@dataclass(frozen=True)
class Filed:
    """A report as its reporter left it."""

    id: int
    followed: str

    @property
    def path(self) -> str:
        return f"/office/reports/{self.id}"


@pytest.fixture
def filed(database: Database, visit: Visit) -> Filed:
    form = {"about": "stamp", "code": "KHÔNG PHẢI MÃ", "trouble": "unreadable", "text": TEXT}
    sent = visit().post("/report", data=form)
    with database.begin(write=False) as db:
        return Filed(db.scalars(select(Report.id)).one(), sent.headers["location"])


def events(database: Database) -> list[tuple[str, int | None]]:
    with database.begin(write=False) as db:
        query = select(AuditEvent.action, AuditEvent.entity_id).order_by(AuditEvent.seq)
        rows = db.execute(query.where(AuditEvent.subject_kind == "report"))
        return [(row.action, row.entity_id) for row in rows]


def test_a_report_is_taken_linked_closed_and_opened_again(
    app: FastAPI, database: Database, visit: Visit, cast: Cast, filed: Filed, clock: Clock
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring)
        code = make.code(batch, 7, keyring=app.state.keyring)
    officer, stranger = visit(page=cast.officer), visit()
    home = officer.get("/office").text
    assert "/office/reports" in home
    assert "1 tin báo của người dân chưa đóng" in home
    page = officer.get(filed.path).text
    assert TEXT in page
    assert "KHONGPHAIMA" in page
    taken = officer.post(f"{filed.path}/take", data={"seen": seen_in(page)})
    assert taken.status_code == 303
    assert "Sở đang xem xét" in stranger.get(filed.followed).text

    late = officer.post(f"{filed.path}/close", data={**CLOSE, "seen": seen_in(page)})
    assert late.status_code == 422
    assert CLOSE["answer"] in late.text
    assert officer.post(f"{filed.path}/link", data={"code": "ABC"}).status_code == 422
    assert officer.post(f"{filed.path}/link", data={"lot_id": "999999"}).status_code == 422
    assert officer.post(f"{filed.path}/link", data={"code": code}).status_code == 303
    short = officer.post(f"{filed.path}/close", data={**CLOSE, "answer": "Rồi"})
    assert short.status_code == 422
    assert "Sở đang xem xét" in stranger.get(filed.followed).text
    clock.now += timedelta(minutes=1)
    assert officer.post(f"{filed.path}/close", data=CLOSE).status_code == 303

    followed = stranger.get(filed.followed).text
    assert CLOSE["answer"] in followed
    assert CLOSE["reason"] not in followed
    assert TEXT not in followed
    page = officer.get(filed.path).text
    assert f"/office/batches/{batch.id}" in page
    assert cast.entity.name in page
    assert officer.post(f"{filed.path}/close", data=CLOSE).status_code == 422
    again = {"reason": "Người báo gửi thêm ảnh"}
    assert officer.post(f"{filed.path}/reopen", data=again).status_code == 303
    assert CLOSE["answer"] not in stranger.get(filed.followed).text
    told = ["report.take", "report.link", "report.close", "report.reopen"]
    # Its people read an entity's events: of reports they must not.
    assert events(database) == [(action, None) for action in told]
    history = officer.get(filed.path).text
    assert "Đã đóng tin báo" in history
    assert CLOSE["answer"] in history


def test_what_a_reporter_wrote_is_erased_when_its_time_is_over(
    app: FastAPI, database: Database, visit: Visit, cast: Cast, clock: Clock
) -> None:
    position = {"latitude": "9.18", "longitude": "105.15", "place": "Chợ Cà Mau"}
    form = {"about": "shop", "url": "https://san.vn/1", "trouble": "listing", "text": TEXT}
    app.state.settings = replace(app.state.settings, report_days=30)
    runner, officer = make_runner(app), visit(page=cast.officer)

    def told() -> str:
        runner.run_once()
        return without_once(officer.get(f"{path}?lang=vi").text)

    asked = visit().get("/report?about=shop").text
    assert "sau khi tin báo đóng 30 ngày" in asked
    photo = ("a.jpg", make.picture(), "image/jpeg")
    sent = visit().post("/report", data=form | position, files={"photo": photo})
    with database.begin(write=False) as db:
        path = f"/office/reports/{db.scalars(select(Report.id)).one()}"
    # One that is open is kept, however old; the time begins when it is closed.
    clock.now += timedelta(days=40)
    assert TEXT in told()
    assert officer.post(f"{path}/close", data=CLOSE).status_code == 303
    clock.now += timedelta(days=29)
    assert TEXT in told()
    assert officer.get(f"{path}/photo").status_code == 200
    clock.now += timedelta(days=2)
    page = told()
    assert "Đã xóa nội dung người báo gửi" in page
    for gone in (TEXT, "Chợ Cà Mau", "9.18", f"{path}/photo"):
        assert gone not in page
    assert CLOSE["reason"] in page
    assert "https://san.vn/1" in page
    assert CLOSE["answer"] in visit().get(sent.headers["location"]).text
    assert officer.get(f"{path}/photo").status_code == 404
    assert path not in officer.get("/office/reports?state=closed&q=tom+kho").text
    assert path in officer.get("/office/reports?state=closed&q=san.vn").text
    erased = ("report.erase", None)
    assert told() == page
    assert [one for one in events(database) if one == erased] == [erased]
    runner.leadership.drop()


def test_of_two_officers_one_takes_a_report_and_the_other_is_told(
    visit: Visit, cast: Cast, filed: Filed
) -> None:
    first, second = visit(api=cast.officer), visit(api=cast.approver)
    path = f"/api/v1/reports/{filed.id}"
    assert first.post(f"{path}/take").json()["taken_by"] == "Cán bộ Lan"
    refused = second.post(f"{path}/take")
    assert (refused.status_code, refused.json()["code"]) == (409, "oversight.report_taken")
    assert "Cán bộ Lan" in refused.json()["detail"]
    page = visit(page=cast.approver)
    mark = seen_in(page.get(filed.path).text)
    assert page.post(f"{filed.path}/take", data={"seen": mark}).status_code == 303
    closed = second.post(f"{path}/close", json=CLOSE, headers={"Idempotency-Key": "k"})
    again = second.post(f"{path}/close", json=CLOSE, headers={"Idempotency-Key": "k"})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert again.json() == closed.json()
    assert first.post(f"{path}/close", json=CLOSE).status_code == 409


def test_inspectors_read_the_queue_and_producers_learn_nothing_of_it(
    database: Database, visit: Visit, cast: Cast, filed: Filed
) -> None:
    inspector = visit(page=cast.inspector)
    assert TEXT in inspector.get(filed.path).text
    for act in ("take", "link", "close", "reopen"):
        assert inspector.post(f"{filed.path}/{act}", data=CLOSE).status_code == 403
        assert visit(page=cast.owner).post(f"{filed.path}/{act}", data=CLOSE).status_code == 403
        assert f'action="{filed.path}/{act}"' not in inspector.get(filed.path).text
    assert visit(page=cast.owner).get(filed.path).status_code == 403
    assert visit(page=cast.owner).get("/office/reports").status_code == 403
    assert events(database) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=TOM+kho", True),
        ("q=tem+th%E1%BA%ADt", False),
        ("state=taken", False),
        ("state=", True),
        ("trouble=unreadable&about=stamp", True),
        ("trouble=copied", False),
        ("mine=1", False),
        ("entity=999999", False),
        ("q=%25", False),
    ],
)
def test_the_queue_is_searched_without_diacritics_and_narrowed(
    visit: Visit, cast: Cast, filed: Filed, asked: str, *, found: bool
) -> None:
    officer = visit(page=cast.officer)
    page = officer.get(f"/office/reports?{asked}")
    assert page.status_code == 200
    assert (f'href="{filed.path}"' in page.text) is found
    rows = json.loads(officer.get(f"/office/reports?{asked}&file=json").content)
    assert [row["text"] for row in rows] == ([TEXT] if found else [])


def test_a_report_that_waits_for_a_week_is_off(
    visit: Visit, cast: Cast, filed: Filed, clock: Clock
) -> None:
    officer = visit(page=cast.officer)
    assert f'href="{filed.path}"' not in officer.get("/office/alerts").text
    clock.now += timedelta(days=8)
    officer = visit(page=cast.officer)
    assert f'href="{filed.path}"' in officer.get("/office/alerts").text
