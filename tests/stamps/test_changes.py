"""Stamps spoiled, lost, returned, handed over again and undone, on the office's pages."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from app.diary.models import Lot
from app.diary.notice_actions import recall_lot
from app.identity.rules import Role
from app.kit.db import Database
from app.stamps.batch_queries import list_runs
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.policy_queries import usual_policy
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.stamps.conftest import Made, by


def runs_of(database: Database, batch: Batch) -> list[tuple[int, int, str]]:
    with database.begin(write=False) as db:
        told = [run.numbered(batch.first or 0) for run in list_runs(db, batch_id=batch.id)]
        return [(run.first, run.last, run.state.value) for run in told]


def change(client: Client, batch: Batch, kind: str, *, status: int = 303, **form: str) -> str:
    """Look at what a change would do, then confirm it; return what the reader is shown."""
    path = f"/office/batches/{batch.id}/{kind}"
    preview = client.post(path, data=form)
    assert preview.status_code == (200 if status == 303 else status), preview.text
    if status != 303:
        assert client.post(f"{path}/confirm", data=form).status_code == status
        return preview.text
    assert client.post(f"{path}/confirm", data=form).status_code == 303
    return preview.text


def active(visit: Visit, cast: Cast, batch: Batch, lot: Lot, quantity: int) -> None:
    body = {"batch_id": batch.id, "lot_id": lot.id, "quantity": quantity}
    answer = visit(api=cast.owner).post("/api/v1/spans/activate-next", json=body)
    assert answer.status_code == 200


def test_each_change_is_read_before_it_is_done_and_moves_what_was_read(
    visit: Visit, cast: Cast, issued: Made, lot: Lot, database: Database, keyring: Keyring
) -> None:
    batch, client = issued(), visit(page=cast.officer)
    shown = change(client, batch, "spoil", first="91", last="95", reason="Lệch mực")
    assert "Tem số 91-95: 5 tem" in shown
    active(visit, cast, batch, lot, 20)
    change(client, batch, "undo", first="20", last="11", reason="Nhầm lô")
    code = make.code(batch, 30, keyring=keyring)
    change(client, batch, "lose", first_code=f"https://ocop.test/t/{code}", reason="Rơi dọc đường")
    change(client, batch, "return", first="41", last="60", document_no="BB 7")
    change(client, batch, "reissue", first="41", last="45", receiver="Anh Thợ", document_no="BB 8")
    assert runs_of(database, batch) == [
        (1, 10, "active"), (11, 20, "received"), (21, 29, "received"), (30, 30, "lost"),
        (31, 40, "received"), (41, 45, "received"), (46, 60, "returned"), (61, 90, "issued"),
        (91, 95, "void"), (96, 100, "issued"),
    ]  # fmt: skip
    page = client.get(f"/office/batches/{batch.id}").text
    for told in ("Lệch mực", "Nhầm lô", "Rơi dọc đường", "BB 7", "Anh Thợ", "số 91 đến 95"):
        assert told in page


@pytest.mark.parametrize(
    ("kind", "form", "said"),
    [
        ("return", {"first": "1", "last": "9", "document_no": "B"}, "số 1-5 đã được kích hoạt"),
        ("return", {"first": "6", "last": "9"}, "Ghi số biên bản"),
        ("reissue", {"first": "6", "document_no": "B"}, "Ghi tên người nhận"),
        ("spoil", {"first": "6", "reason": "X"}, "số 6 đã ở chỗ chủ thể"),
        ("undo", {"first": "6", "last": "8", "reason": "X"}, "số 6-8 chưa kích hoạt"),
        ("lose", {"first": "6"}, "ghi ngắn gọn lý do"),
        ("void", {"first": "99", "last": "101", "reason": "X"}, "đánh số từ 1 đến 100"),
        ("void", {"reason": "X"}, "Nhập mã của hai tem"),
    ],
)
def test_a_change_that_can_not_be_is_refused_with_its_reason(
    visit: Visit, cast: Cast, issued: Made, lot: Lot, kind: str, form: dict[str, str], said: str
) -> None:
    batch, client = issued(), visit(page=cast.officer)
    active(visit, cast, batch, lot, 5)
    shown = change(client, batch, kind, status=422, **form)
    assert said in shown, shown
    counts = client.get(f"/office/batches/{batch.id}").text
    assert ">55<" in counts


def test_an_activation_is_undone_only_in_time_unseen_and_while_its_lot_is_not_recalled(
    visit: Visit,
    cast: Cast,
    issued: Made,
    lot: Lot,
    clock: Clock,
    database: Database,
    app: FastAPI,
) -> None:
    batch, client = issued(), visit(page=cast.officer)
    active(visit, cast, batch, lot, 50)
    seen = make.code(batch, 7, keyring=app.state.keyring)
    assert (
        visit()
        .get(f"/t/{seen}", headers={"user-agent": "Mozilla/5.0 (Android 14) Firefox/130.0"})
        .status_code
        == 200
    )
    # Told by this process's counter before it is in the database.
    shown = change(client, batch, "undo", status=422, first="1", last="10", reason="X")
    assert "tra cứu tem số 7" in shown
    change(client, batch, "undo", first="8", last="10", reason="Nhầm lô")
    clock.now = make.NOW + timedelta(days=10, minutes=1)
    shown = change(client, batch, "undo", status=422, first="11", last="12", reason="X")
    assert "trong 10 ngày" in shown
    clock.now = make.NOW + timedelta(days=9)
    with database.begin() as db:
        recall_lot(db, lot_id=lot.id, reason="Nhiễm khuẩn", **by(cast.officer.actor))
    shown = change(client, batch, "undo", status=422, first="11", last="12", reason="X")
    assert "thu hồi" in shown


def test_a_worker_undoes_an_activation_and_a_stranger_learns_nothing(
    visit: Visit, cast: Cast, issued: Made, lot: Lot
) -> None:
    batch = issued()
    active(visit, cast, batch, lot, 5)
    body = {"batch_id": batch.id, "first": 1, "last": 5, "reason": "Nhầm lô"}
    path = "/api/v1/spans/undo"
    assert visit(api=cast.outsider).post(path, json=body).status_code == 404
    assert visit(api=cast.inspector).post(path, json=body).status_code == 403
    assert visit(api=cast.colleague).post(path, json=body).json()["quantity"] == 5


def test_who_asks_for_a_batch_above_the_limit_does_not_approve_it(
    visit: Visit, cast: Cast, issued: Made
) -> None:
    product_id = issued().product_id
    officer, approver = visit(page=cast.officer), visit(page=cast.approver)
    form = {"product_id": str(product_id), "quantity": "10000"}
    made = officer.post("/office/batches/new", data=form).headers["location"]
    path = made.partition("?")[0]
    assert "người phê duyệt phải khác người đề nghị" in officer.get(path).text
    grant = {"quantity": "10000", "decision_no": "5/QĐ"}
    own = officer.post(f"{path}/approve", data=grant)
    assert (own.status_code, "Hãy nhờ đồng nghiệp" in own.text) == (422, True)
    assert officer.post(f"{path}/approve", data=grant | {"quantity": "9999"}).status_code == 303
    assert approver.post(f"{path}/issue").status_code == 303


def test_a_large_void_waits_on_the_batch_page_for_a_second_officer(
    visit: Visit, cast: Cast, issued: Made, database: Database
) -> None:
    batch = issued()
    with database.begin() as db:
        policy = usual_policy()
        policy.two_people_from = 50
        db.add(policy)
        boss = make.person(db, "Quản trị", Role.ADMINISTRATOR)
    first, second = visit(page=cast.officer), visit(page=boss)
    form: dict[str, Any] = {"first": "1", "last": "50", "reason": "Ẩm mốc"}
    shown = change(first, batch, "void", **form)
    assert "Đề nghị người thứ hai" in shown
    assert runs_of(database, batch) == [(1, 60, "received"), (61, 100, "issued")]
    path = f"/office/batches/{batch.id}"
    assert "Xác nhận hủy tem" not in first.get(path).text
    asked = second.get(path).text
    assert "Tem số 1-50: 50 tem" in asked
    order = asked.partition(f'action="{path}/orders/')[2].partition("/")[0]
    unsaid = second.post(f"{path}/orders/{order}/decline")
    assert (unsaid.status_code, 'id="decline_reason-wrong"' in unsaid.text) == (422, True)
    declined = second.post(f"{path}/orders/{order}/decline", data={"decline_reason": "Còn tốt"})
    assert declined.status_code == 303
    again = second.post(f"{path}/orders/{order}/confirm")
    assert (again.status_code, "đã được xử lý" in again.text) == (422, True)
    change(first, batch, "void", **form)
    order = str(int(order) + 1)
    assert first.post(f"{path}/orders/{order}/confirm").status_code == 422
    assert second.post(f"{path}/orders/{order}/confirm").status_code == 303
    assert runs_of(database, batch)[0] == (1, 50, "void")
    told = second.get(path).text
    for event in ("Còn tốt", "Người thứ hai đã từ chối", "Người thứ hai đã xác nhận"):
        assert event in told


def test_the_minutes_say_what_was_handed_over_in_figures_and_words(
    visit: Visit, cast: Cast, issued: Made
) -> None:
    batch, client = issued(), visit(page=cast.owner)
    given = visit(api=cast.owner).get(f"/api/v1/batches/{batch.id}/handovers").json()[0]
    path = f"/office/batches/{batch.id}/handovers/{given['id']}/minutes"
    page = client.get(path).text
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "12/QĐ-SNN",
        cast.entity.name, "Chị Chủ", "Tôm khô Rạch Gốc", "1-60", "Bằng chữ: sáu mươi tem",
        "xã Đất Mũi, tỉnh Cà Mau",
    ):  # fmt: skip
        assert said in page, said
    assert "In words: sixty stamps" in client.get(f"{path}?lang=en").text
    assert client.get(path.replace(f"/{batch.id}/", "/999/")).status_code == 404
    assert visit(page=cast.outsider).get(path).status_code == 404


def test_a_count_comes_back_with_what_moved_and_keeps_what_was_typed(
    visit: Visit, cast: Cast, issued: Made
) -> None:
    batch, client = issued(), visit(page=cast.officer)
    path = f"/office/batches/{batch.id}/reconcile"
    shown = client.get(path).text
    assert "Chủ thể chưa xác nhận hết" in shown
    seen = shown.partition('name="movement_id" value="')[2].partition('"')[0]
    counts = {"printed": "100", "spoiled": "0", "waiting": "39", "on_hand": "60", "returned": "0"}
    form = counts | {"movement_id": seen, "handed_over": "60", "settle": "on"}
    unsaid = client.post(path, data=form)
    assert (unsaid.status_code, 'id="waiting_reason-wrong"' in unsaid.text) == (422, True)
    open_ = {name: value for name, value in form.items() if name != "settle"}
    assert client.post(path, data=open_).status_code == 303
    assert "Đã đếm, chưa quyết toán" in client.get(f"/office/batches/{batch.id}").text
    change(client, batch, "spoil", first="100", reason="Rách")
    moved = client.post(path, data=form)
    assert moved.status_code == 422
    assert "Hỏng khi in 100" in moved.text
    assert 'value="39"' in moved.text
    now = moved.text.partition('name="movement_id" value="')[2].partition('"')[0]
    settled = form | {"movement_id": now, "spoiled": "1"}
    assert client.post(path, data=settled).status_code == 303
    listed = client.get(f"/office/reconciliation?entity={cast.entity.id}").text
    assert f"{batch.id}: Tôm khô Rạch Gốc" in listed
    rows = client.get("/office/reconciliation?file=json").json()
    assert (rows[0]["granted"], rows[0]["spoiled"], rows[0]["waiting"]) == (100, 1, 39)
    assert visit(page=cast.outsider).get("/office/reconciliation?file=json").json() == []


def test_refusals_are_listed_for_officers_with_their_reason(
    visit: Visit, cast: Cast, issued: Made, lot: Lot
) -> None:
    batch = issued()
    body = {"batch_id": batch.id, "lot_id": lot.id, "quantity": 61}
    owner = visit(api=cast.owner)
    assert owner.post("/api/v1/spans/activate-next", json=body).status_code == 409
    assert owner.post(
        "/api/v1/spans/void", json={"first_code": "X", "last_code": "X", "reason": "Y"}
    )
    page = visit(page=cast.officer).get("/office/refusals").text
    assert "Vượt số tem còn lại" in page
    assert f'href="/office/batches/{batch.id}"' in page
    assert lot.number in page
    seen = [one["code"] for one in owner.get("/api/v1/refusals").json()["items"]]
    everything = visit(api=cast.officer).get("/api/v1/refusals").json()["items"]
    assert seen == ["stamps.too_few_free"]
    assert [one["code"] for one in everything] == ["stamps.unknown_code", "stamps.too_few_free"]
