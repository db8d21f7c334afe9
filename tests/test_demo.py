"""The sample installation: it says what it promises, and a second run changes nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.certificates.models import Certificate
from app.config import Settings
from app.diary.items import Missing
from app.diary.models import Lot
from app.diary.rules import LotState
from app.entities.models import Entity
from app.kit.clock import day_of
from app.oversight.blocking_queries import lacking_of
from app.oversight.inspection_models import Measure
from app.oversight.models import Finding
from app.oversight.quality_models import QualityTest
from app.products.models import Product
from app.sample.demo import prepare
from app.stamps.models import Batch, Span
from app.wiring import courier_of, create_app
from tests.client import Client, client_for

PRODUCERS = {"owner", "worker", "outsider", "learner"}


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def made(var: Path) -> Iterator[tuple[dict[str, Any], FastAPI]]:
    said: list[str] = []
    environment = prepare(var, host="127.0.0.1", port=8000, say=said.append)
    told = json.loads((var / "demo.json").read_text())
    assert any(told["stamps"]["active"]["url"] in line for line in said)
    app = create_app(replace(Settings.from_env(environment), work_in_process=False))
    yield told, app
    app.state.site.close()


def test_it_holds_the_allotment_of_2024(made: tuple[dict[str, Any], FastAPI]) -> None:
    told, app = made
    with app.state.site.database.begin(write=False) as db:
        with_stamps = select(Entity.id).where(Entity.id.in_(select(Batch.entity_id)))
        assert len(db.scalars(with_stamps).all()) == 17
        assert db.scalar(select(func.count()).select_from(Entity).where(Entity.practice)) == 1
        assert list(db.execute(select(func.count(), func.sum(Batch.granted)))) == [(20, 60_000)]
        assert all("(mẫu)" in name for name in db.scalars(select(Entity.name)))
        gtins = [one for one in db.scalars(select(Product.gtin)) if one]
    assert gtins
    assert all(gtin.startswith("0952") for gtin in gtins)
    assert {len(told[part]) for part in ("products", "batches")} == {20}
    assert {batch["quantity"] for batch in told["batches"]} == {3000}
    assert set(told["api_keys"]) == {"officer", "approver", "owner", "outsider"}


def test_it_holds_what_the_province_inspected_and_tested_in_2024(
    made: tuple[dict[str, Any], FastAPI],
) -> None:
    """Hold the report's numbers against the records, and the page against both."""
    told, app = made
    assert told["year2024"] == {"marks": 19, "registered": 78, "using": 43}
    officer = {"Authorization": f"Bearer {told['api_keys']['officer']}"}
    with client_for(app) as client:
        answer = client.get("/api/v1/figures?year=2024", headers=officer).json()
        figures = {one["code"]: one["value"] for one in answer["figures"] if one["value"]}
        assert figures == {
            "inspected_marks": 19,
            "inspected_certification": 7,
            "inspected_collective": 12,
            "users_registered": 78,
            "users_found": 43,
            "products_tested": 7,
            "places_tested": 9,
        }


def test_each_stamp_says_what_it_is_named_for(made: tuple[dict[str, Any], FastAPI]) -> None:
    told, app = made
    with client_for(app) as client:
        for name, stamp in told["stamps"].items():
            said = client.get(f"/api/v1/verify/{stamp['code']}").json()["verdict"]
            assert said == ("active_first" if name == "active" else name)
            assert stamp["url"] == f"http://127.0.0.1:8000/t/{stamp['code']}"


def test_every_page_says_that_it_is_sample_data(made: tuple[dict[str, Any], FastAPI]) -> None:
    told, app = made
    with client_for(app) as client:
        for path in ("/", "/p/1", f"/t/{told['stamps']['active']['code']}", "/sign-in"):
            assert "DỮ LIỆU MẪU" in client.get(path).text
        signed_in(client, told, "officer")
        for path in ("/office", "/office/batches", "/office/lots", "/account"):
            page = client.get(path)
            assert (page.status_code, "DỮ LIỆU MẪU" in page.text) == (200, True)


def signed_in(client: Client, told: dict[str, Any], role: str) -> None:
    account = next(one for one in told["accounts"] if one["role"] == role)
    form = {"phone": account["phone"], "password": account["password"]}
    assert client.post("/sign-in", data=form).status_code == 303


def test_every_account_and_key_opens_its_door(made: tuple[dict[str, Any], FastAPI]) -> None:
    told, app = made
    for account in told["accounts"]:
        with client_for(app) as client:
            signed_in(client, told, account["role"])
            home = "/app/today" if account["role"] in PRODUCERS else "/office"
            home += "/managed" if account["role"] == "manager" else ""
            assert client.get(home).status_code == 200
    for key in told["api_keys"].values():
        with client_for(app) as client:
            assert client.with_key(key).get("/api/v1/products").json()["items"]


def test_pictures_are_there(made: tuple[dict[str, Any], FastAPI]) -> None:
    with client_for(made[1]) as client:
        page = client.get("/p/1").text
        found = re.findall(r"/pictures/[0-9a-f]{64}-[0-9]+\.\w+", page)
        assert found
        assert all(client.get(path).status_code == 200 for path in found)


def test_a_second_run_changes_nothing_and_another_port_only_the_addresses(
    made: tuple[dict[str, Any], FastAPI], var: Path
) -> None:
    told, _ = made
    before = (var / "demo.json").read_bytes()
    prepare(var, host="127.0.0.1", port=8000, say=str)
    assert (var / "demo.json").read_bytes() == before
    prepare(var, host="0.0.0.0", port=9000, say=str)  # noqa: S104 - compared, not bound
    moved = json.loads((var / "demo.json").read_text())
    assert moved["stamps"]["active"]["url"].startswith("http://127.0.0.1:9000/t/")
    assert moved["api_keys"] == told["api_keys"]


def test_a_run_that_was_killed_half_way_begins_afresh(tmp_path: Path) -> None:
    var = tmp_path / "var"
    prepare(var, host="127.0.0.1", port=8000, say=str)
    # As one of an earlier version, or none: both are made anew.
    (var / "demo.json").write_text('{"base_url": "http://127.0.0.1:8000"}')
    environment = prepare(var, host="127.0.0.1", port=8000, say=str)
    told = json.loads((var / "demo.json").read_text())
    app = create_app(Settings.from_env(environment))
    with client_for(app) as client:
        code = told["stamps"]["recalled"]["code"]
        assert client.get(f"/api/v1/verify/{code}").json()["verdict"] == "recalled"
    app.state.site.close()


def test_the_tour_of_shops_cameras_and_officers_leads_somewhere(
    made: tuple[dict[str, Any], FastAPI], var: Path
) -> None:
    told, app = made
    said: list[str] = []
    prepare(var, host="127.0.0.1", port=8000, say=said.append)
    tour = re.findall(r"^  \w+ +http://127.0.0.1:8000(/\S+)", "\n".join(said), re.MULTILINE)
    with client_for(app) as client:
        signed_in(client, told, "officer")
        found = {path: client.get(path).status_code for path in tour}
        bad = {path: status for path, status in found.items() if status not in {200, 307}}
        assert bad == {}
        assert {path.split("/")[1] for path in tour} >= {"badge", "01", "recalls", "report"}
        page = client.get("/p/1").text
        assert all(host in page for host in ("https://cho.example.vn/", "https://cua.example.vn/"))
        assert told["products"][4]["name"] in client.get("/office/anomalies").text
        assert "/office/reports/1" in client.get("/office/reports").text
        # A signal waits for an officer: nothing accuses by itself.
        copied = client.get(f"/api/v1/verify/{told['copied']['code']}").json()
        assert copied["verdict"] == "active"
    # What a served demo does by itself within a second.
    courier_of(app).round()
    with client_for(app) as shop:
        events = shop.with_key(told["shop_key"]).get("/api/v1/events").json()
        assert "recall.made" in {one["type"] for one in events["events"]}


def test_its_diaries_lead_from_the_pond_to_the_shop(made: tuple[dict[str, Any], FastAPI]) -> None:
    told, app = made
    lot = told["diary"]
    with client_for(app) as client:
        signed_in(client, told, "owner")
        said = {
            f"/app/lots/{lot['packed']}/trace": (
                "Trại giống Năm Căn",
                "Nơi nhận: Cửa hàng đặc sản Đất Mũi",
            ),
            f"/app/lots/{lot['packed']}": ("Siêu thị Tây Đô",),
            f"/app/lots/{lot['late']}": ("Đo nước ao", "10/"),
            "/app/approvals": ("Đo nước ao",),
            "/app/diary": ("main",),
        }
        pages = {path: client.get(path).text for path in said}
        lacks = [
            (path, one) for path, words in said.items() for one in words if one not in pages[path]
        ]
        assert lacks == []
    with client_for(app) as client:
        page = client.get(f"/l/{lot['raw']}").text
        assert "Ghi nhầm số cân" in page
        photos = re.findall(r"/photos/[0-9a-f]{64}-[0-9]+\.\w+", page)
        assert {client.get(path).status_code for path in photos} == {200}
        signed_in(client, told, "learner")
        assert "tập dượt" in client.get("/app/today").text
    with client_for(app) as client:
        signed_in(client, told, "officer")
        assert "Khô cá đù" in client.get("/office/diaries/silent").text
        assert "Cua Cà Mau" in client.get("/office/diaries/approvals").text
        assert "Thịt cua" in client.get(f"/office/lots/{lot['raw']}/trace").text


def test_its_department_is_at_work_this_year(made: tuple[dict[str, Any], FastAPI]) -> None:
    """Find in each reader's pages what was planned, found, tested and is about to end."""
    told, app = made
    now = told["oversight"]
    said: dict[str, dict[str, tuple[str, ...]]] = {
        "inspector": {
            f"/office/inspections/{now['due']}": ("Thanh tra Hải (mẫu)",),
            f"/office/inspections/{now['held']}": ("In lại nhãn", "Kiểm tra sử dụng nhãn hiệu"),
            "/office/queue": ("12 tem hỏng", "In lại nhãn", "Phấn hoa", "Phòng thử nghiệm (mẫu)"),
        },
        "officer": {
            f"/office/tests/{now['failed']}": ("Cloramphenicol", "0,9"),
            "/office/expiries": ("05/GCN-HND (mẫu)", "003/20"),
        },
        "manager": {
            "/office/managed": ("Mật ong U Minh Hạ",),
            f"/office/use-rights/{now['use_right']}": ("Phấn hoa không có trong danh mục",),
        },
        "owner": {
            f"/app/inspections/{now['held']}": ("In lại nhãn",),
            "/app/certificates": ("001/20",),
        },
    }
    for role, pages in said.items():
        with client_for(app) as client:
            signed_in(client, told, role)
            shown = {path: client.get(path).text for path in pages}
            absent = [
                (path, one) for path in pages for one in pages[path] if one not in shown[path]
            ]
            assert absent == [], role
            if role == "inspector":
                sent = client.get("/api/v1/inspections/state").json()["inspections"]
                today = day_of(datetime.now(UTC))
                # The sample may have been made before midnight.
                days = {(today - timedelta(days=ago)).isoformat() for ago in (0, 1)}
                assert now["due"] in {one["id"] for one in sent if one["planned_on"] in days}
    with app.state.site.database.begin(write=False) as db:
        texts = [*db.scalars(select(Finding.text)), *db.scalars(select(Measure.text))]
        texts += db.scalars(select(Certificate.number))
        texts += db.scalars(select(QualityTest.report_no))
        failed = db.get_one(QualityTest, now["failed"])
        assert failed.lot_id is not None
        lot = db.get_one(Lot, failed.lot_id)
        whole = [lot, *db.scalars(select(Lot).where(Lot.state == LotState.RELEASED))]
        lacks = lacking_of(db, whole, now=datetime.now(UTC))
        assert lacks.pop(lot.id)[-1].item is Missing.FAILED_TEST
        kept = {check.item for one in lacks.values() for check in one}
        assert (len(lacks) > 4, kept) == (True, {Missing.RECALLED, Missing.ON_HOLD})
        assert db.scalars(select(Span).where(Span.lot_id == lot.id)).all() == []
    assert texts
    assert all("(mẫu)" in one for one in texts)
