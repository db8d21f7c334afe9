"""The inspector's view of a stamp, and what is recorded there for good."""

import json
import re
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.kit.db import Database
from app.oversight.models import Finding
from app.stamps.span_actions import activate_span
from tests import make, make_inspections
from tests.conftest import Cast, Visit

TEXT = "Tem dán đúng, số lô trên gói trùng nhật ký"
SEEN = {"outcome": "in_order", "text": TEXT, "place": "Chợ Đất Mũi", "token": "t-1"}


@dataclass(frozen=True)
class Goods:
    """An active stamp, one that is not, and what they belong to."""

    active: str
    idle: str
    batch_id: int
    lot_id: int
    product_id: int


@pytest.fixture
def goods(app: FastAPI, database: Database, cast: Cast) -> Goods:
    keyring = app.state.keyring
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        lot = make.complete_lot(db, of=product, number="L-2026-01")
        make.use_right(
            db, of=make.right(db, sign="Cà Mau"), product=product, certificate_no="GCN-77"
        )
        ends = [make.code(batch, number, keyring=keyring) for number in (3, 9, 80)]
        activate_span(
            db,
            actor=cast.owner.actor,
            now=make.NOW,
            keyring=keyring,
            first_code=ends[0],
            last_code=ends[1],
            lot_id=lot.id,
        )
        return Goods(ends[0], ends[2], batch.id, lot.id, product.id)


def findings(database: Database) -> list[Finding]:
    with database.begin(write=False) as db:
        return list(db.scalars(select(Finding).order_by(Finding.id)))


def test_an_inspector_sees_what_the_buyer_reads_and_all_that_stands_behind(
    visit: Visit, cast: Cast, goods: Goods
) -> None:
    told = {"about": "stamp", "code": goods.active, "trouble": "other", "text": "Gói bị hở miệng"}
    assert visit().post("/report", data=told).status_code == 303
    visit().get(f"/t/{goods.active}", headers={"User-Agent": "Mozilla/5.0 (Android)"})
    inspector = visit(page=cast.inspector)
    led = inspector.get(f"/inspect?code=https://x/t/{goods.active.lower()}")
    assert led.headers["location"] == f"/inspect/{goods.active}"
    page = inspector.get(f"/inspect/{goods.active}")
    assert page.status_code == 200
    for shown in (
        "Tôm khô Rạch Gốc",
        cast.entity.name,
        "L-2026-01",
        "Chị Chủ",
        "12/QĐ-SNN",
        "GCN-77",
        "Cà Mau",
        "Gói bị hở miệng",
        f"/office/batches/{goods.batch_id}",
        "3 đến 9",
        "/minutes",
        "geolocation=(self)",
    ):
        assert shown in page.text + page.headers["permissions-policy"], shown
    # The public page's words, by the same judge; and the look-up is not counted.
    judged = visit().get(f"/t/{goods.active}", headers={"User-Agent": "bot"}).text
    heading = re.search(r"<h1[^>]*>([^<]+)", judged)
    assert heading
    assert heading[1] in page.text
    assert inspector.get(f"/inspect/{goods.active}").text.count("<dd>1 · ") == 1
    assert "Đạt" in inspector.get(f"/inspect/{goods.idle}").text


def test_a_finding_is_recorded_once_with_its_photos(
    database: Database, visit: Visit, cast: Cast, goods: Goods
) -> None:
    inspector = visit(page=cast.inspector)
    path = f"/inspect/{goods.active}"
    photos = {
        "photo_1": ("a.jpg", make.picture(), "image/jpeg"),
        "photo_3": ("b.png", make.picture("PNG", color="navy"), "image/png"),
    }
    sent = [inspector.post(path, data=SEEN, files=photos) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303], sent[0].text
    assert sent[0].headers["location"] == sent[1].headers["location"]
    [finding] = findings(database)
    assert (finding.key, finding.lot_id, finding.product_id) == (
        goods.active,
        goods.lot_id,
        goods.product_id,
    )
    assert finding.verdict.startswith("Stamp activated")
    trail = visit(page=cast.officer).get("/office/audit?kind=finding").text
    assert "Tem đã kích hoạt" in trail
    assert "Stamp activated" not in trail
    one = f"/office/findings/{finding.id}"
    assert TEXT in inspector.get(one).text
    assert inspector.get(f"{one}/photos/2").headers["content-type"] == "image/jpeg"
    assert inspector.get(f"{one}/photos/3").status_code == 404
    assert TEXT in inspector.get(path).text
    rows = json.loads(inspector.get("/office/findings?q=dat+mui&file=json").content)
    assert [(row["key"], row["photos"]) for row in rows] == [(goods.active, 2)]
    assert inspector.get("/office/findings?outcome=violation").text.count("<tbody>") == 0


def test_a_code_that_is_not_ours_is_inspected_and_recorded_too(
    database: Database, visit: Visit, cast: Cast
) -> None:
    inspector = visit(page=cast.inspector)
    led = inspector.get("/inspect", params={"code": "mã lạ 123"})
    assert led.headers["location"] == "/inspect/MALA123"
    assert inspector.get("/inspect/MALA123").status_code == 200
    assert inspector.post("/inspect/MALA123", data={**SEEN, "subject": "lot"}).status_code == 422
    violation = {**SEEN, "outcome": "violation", "measure": "Lập biên bản"}
    assert inspector.post("/inspect/MALA123", data=violation).status_code == 303
    [finding] = findings(database)
    assert (finding.key, finding.entity_id) == ("MALA123", None)
    assert "Lập biên bản" in inspector.get(f"/office/findings/{finding.id}").text
    assert "Vi phạm" in inspector.get("/inspect/ma la 123").text


@pytest.mark.parametrize(
    "wrong",
    [{"outcome": ""}, {"text": "ngắn"}, {"text": "đảo \u202e chiều chữ viết"}, {"longitude": "1"}],
)
def test_a_wrong_finding_keeps_what_was_written(
    database: Database, visit: Visit, cast: Cast, goods: Goods, wrong: dict[str, str]
) -> None:
    answer = visit(page=cast.inspector).post(f"/inspect/{goods.active}", data={**SEEN, **wrong})
    assert answer.status_code == 422
    assert {**SEEN, **wrong}["text"] in answer.text
    assert findings(database) == []


def test_who_only_reads_records_nothing_and_producers_see_nothing(
    database: Database, visit: Visit, cast: Cast, goods: Goods
) -> None:
    path = f"/inspect/{goods.active}"
    broken = {"photo_1": ("a.jpg", b"no picture", "image/jpeg")}
    assert visit(page=cast.inspector).post(path, data=SEEN, files=broken).status_code == 422
    for person in (cast.owner, cast.outsider):
        client = visit(page=person)
        assert client.get(path).status_code == 403
        assert client.post(path, data=SEEN).status_code == 403
        assert client.get("/office/findings").status_code == 403
    assert visit().get(path).status_code == 303
    assert findings(database) == []


def test_findings_are_recorded_and_read_by_programs(visit: Visit, cast: Cast, goods: Goods) -> None:
    inspector = visit(api=cast.inspector)
    body = {"subject": "batch", "code": goods.active, "outcome": "doubt", "text": TEXT}
    key = {"Idempotency-Key": "f-1"}
    first, again = (inspector.post("/api/v1/findings", json=body, headers=key) for _ in range(2))
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert (first.json()["key"], first.json()["lot_id"]) == (str(goods.batch_id), goods.lot_id)
    by_lot = {"subject": "lot", "lot_id": goods.lot_id, "outcome": "in_order", "text": TEXT}
    assert inspector.post("/api/v1/findings", json=by_lot).json()["product_id"] == goods.product_id
    for wrong in ({"subject": "stamp"}, {"subject": "product", "product_id": 999999}):
        bad = {"outcome": "doubt", "text": TEXT, **wrong}
        assert inspector.post("/api/v1/findings", json=bad).status_code == 422
    listed = visit(api=cast.officer).get("/api/v1/findings?outcome=doubt").json()["items"]
    assert [one["id"] for one in listed] == [first.json()["id"]]
    assert visit(api=cast.owner).get("/api/v1/findings").status_code == 403
    assert visit(api=cast.owner).post("/api/v1/findings", json=body).status_code == 403


def test_a_finding_is_closed_once_by_the_department_with_how_it_ended(
    database: Database, visit: Visit, cast: Cast, goods: Goods
) -> None:
    inspector = visit(api=cast.inspector)
    of = {"subject": "product", "product_id": goods.product_id, "text": TEXT}
    bad, good = (
        inspector.post("/api/v1/findings", json=of | {"outcome": outcome}).json()["id"]
        for outcome in ("violation", "in_order")
    )
    told = {"outcome": "mended", "reason": "Cơ sở đã thu hồi nhãn sai"}
    one, page = f"/api/v1/findings/{bad}", f"/office/findings/{bad}"
    assert "Đang chờ" in visit(page=cast.officer).get(page).text
    for wrong in ({"reason": "ngắn"}, {"outcome": "in_order"}):
        assert inspector.post(f"{one}/close", json=told | wrong).status_code == 422
        assert visit(page=cast.officer).post(f"{page}/close", data=told | wrong).status_code == 422
    assert visit(api=cast.owner).post(f"{one}/close", json=told).status_code == 403
    assert inspector.get(one).json()["closing"] is None
    assert inspector.post(f"{one}/close", json=told).json()["closing"]["outcome"] == "mended"
    for number in (bad, good):
        refused = inspector.post(f"/api/v1/findings/{number}/close", json=told)
        assert refused.status_code == 409
    again = visit(page=cast.officer).post(f"{page}/close", data=told)
    assert (again.status_code, told["reason"] in again.text) == (422, True)
    assert told["reason"] in visit(page=cast.officer).get("/office/findings?file=csv").text
    with database.begin() as db:
        measure = make_inspections.signed_with_measure(db, cast.entity.id)
        followed = measure.finding_id
    refused = inspector.post(f"/api/v1/findings/{followed}/close", json=told)
    assert refused.json()["code"] == "oversight.followed_by_measure"
    trail = visit(page=cast.officer).get("/office/audit?kind=finding").text
    assert "Đã đóng kết quả kiểm tra" in trail
