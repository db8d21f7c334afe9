"""The phone pages of the producer and the office pages of the Department."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from app.diary.models import Lot
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô <Rạch Gốc>", shelf_life_days=180)


@pytest.fixture
def lot(database: Database, product: Product) -> Lot:
    with database.begin() as db:
        return make.lot(db, of=product, number="L2603-07", expiry_date=date(2026, 9, 6))


def form_id(page: str) -> str:
    found = re.search(r'name="id" value="([0-9a-f-]{36})"', page)
    assert found
    return found[1]


def fill(client: Client, path: str, **facts: str) -> dict[str, str]:
    page = client.get(path)
    assert page.status_code == 200, page.text
    return {
        "id": form_id(page.text),
        "performed_at": "2026-03-10T08:30",
        "public": "on",
    } | facts


def test_a_producer_opens_a_lot_with_the_proposed_number(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(page=cast.owner)
    form = client.get("/app/lots/new").text
    assert 'value="L2603-01"' in form
    assert 'value="2026-03-10"' in form
    body = {"product_id": str(product.id), "number": "L2603-01", "production_date": "2026-03-10"}
    sent = client.post("/app/lots/new", data=body | {"quantity": "", "unit": "KGM"})
    assert sent.status_code == 303, sent.text
    page = client.get(sent.headers["location"]).text
    assert "Tôm khô &lt;Rạch Gốc&gt;" in page
    assert "06/09/2026" in page
    assert 'value="L2603-02"' in client.get("/app/lots/new").text


def test_a_producer_with_several_products_chooses_one(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    with database.begin() as db:
        second = make.product(db, of=cast.entity)
        retired = make.product(db, of=cast.entity, status="retired")
        foreign = make.product(db, of=cast.other)
    page = visit(page=cast.colleague).get("/app/lots/new").text
    assert f"product={product.id}" in page
    assert f"product={second.id}" in page
    assert f"product={retired.id}" not in page
    assert f"product={foreign.id}" not in page


def test_a_wrong_lot_form_keeps_what_was_typed(
    visit: Visit, cast: Cast, product: Product, lot: Lot
) -> None:
    client = visit(page=cast.owner)
    body = {"product_id": str(product.id), "number": lot.number, "note": "Giữ lại"}
    taken = client.post("/app/lots/new", data=body)
    assert taken.status_code == 422
    assert "Giữ lại" in taken.text
    assert 'id="number-wrong"' in taken.text
    foreign = visit(page=cast.outsider).post("/app/lots/new", data=body)
    assert foreign.status_code == 404
    assert client.post("/app/lots/new", data=body | {"product_id": "x"}).status_code == 404


def test_a_producer_writes_an_entry_with_a_photo_in_one_request(
    visit: Visit, cast: Cast, lot: Lot
) -> None:
    client = visit(page=cast.colleague)
    tiles = client.get(f"/app/lots/{lot.id}/entries/new").text
    assert tiles.count("?stage=") == 12
    path = f"/app/lots/{lot.id}/entries/new?stage=processing"
    body = fill(
        client,
        path,
        v_step="Phơi nắng",
        v_quantity="12,5",
        v_unit="KGM",
        note="a\nb",
        location_code=make.PLACE,
    )
    files = {"photo": ("a.jpg", make.picture(), "image/jpeg")}
    sent = [client.post(path, data=body, files=files) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    page = client.get(sent[0].headers["location"]).text
    assert page.count("Phơi nắng") == 1
    assert "12,5 kg" in page
    assert "08:30 10/03/2026" in page
    photo = re.search(r'src="(/photos/[^"]+)"', page)
    assert photo
    assert client.get(photo[1]).status_code == 200
    assert f"/app/activate?lot={lot.id}" in page


def test_a_wrong_entry_keeps_its_values_and_its_photo(visit: Visit, cast: Cast, lot: Lot) -> None:
    client = visit(page=cast.owner)
    path = f"/app/lots/{lot.id}/entries/new?stage=harvest"
    body = fill(client, path, v_quantity="nhiều", v_grade="Cỡ 1")
    files = {"photo": ("a.jpg", make.picture(), "image/jpeg")}
    wrong = client.post(path, data=body, files=files)
    assert wrong.status_code == 422
    assert 'id="v_quantity-wrong"' in wrong.text
    assert 'value="Cỡ 1"' in wrong.text
    kept = re.search(r'name="kept" value="([0-9a-f]{64})"', wrong.text)
    assert kept
    assert client.get(f"/photos/{kept[1]}-320.webp").status_code == 200
    right = client.post(path, data=body | {"v_quantity": "3", "kept": kept[1]})
    assert right.status_code == 303
    assert kept[1] in client.get(f"/app/lots/{lot.id}").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"performed_at": ""}, "performed_at"),
        ({"performed_at": "2026-03-10T10:30"}, "performed_at"),
        ({"performed_at": "0001-01-01T00:00"}, "performed_at"),
        ({"note": "a\u202eb"}, "note"),
    ],
)
def test_a_wrong_field_has_its_reason_beside_it(
    visit: Visit, cast: Cast, lot: Lot, wrong: dict[str, str], field: str
) -> None:
    client = visit(page=cast.owner)
    path = f"/app/lots/{lot.id}/entries/new?stage=other"
    page = client.post(path, data=fill(client, path, **wrong))
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text


@pytest.mark.parametrize(
    "wrong", [{"v_work": "x" * 501}, {"v_work": "a\u200bb"}, {"kept": "0" * 64}, {"id": "7"}]
)
def test_what_no_field_shows_is_said_on_top(
    visit: Visit, cast: Cast, lot: Lot, wrong: dict[str, str]
) -> None:
    client = visit(page=cast.owner)
    path = f"/app/lots/{lot.id}/entries/new?stage=other"
    page = client.post(path, data=fill(client, path, **wrong))
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert client.get(f"/app/lots/{lot.id}").text.count("<li id=") == 0


def test_a_mislabelled_photo_is_refused_beside_its_field(
    visit: Visit, cast: Cast, lot: Lot
) -> None:
    client = visit(page=cast.owner)
    path = f"/app/lots/{lot.id}/entries/new?stage=other"
    body = fill(client, path, v_work="Dọn kho")
    files = {"photo": ("a.jpg", b"MZ\x90 no picture", "image/jpeg")}
    page = client.post(path, data=body, files=files)
    assert page.status_code == 422
    assert 'id="photo-wrong"' in page.text
    assert 'value="Dọn kho"' in page.text


def test_the_same_form_with_other_content_is_not_taken_for_a_repeat(
    visit: Visit, cast: Cast, lot: Lot
) -> None:
    client = visit(page=cast.owner)
    path = f"/app/lots/{lot.id}/entries/new?stage=other"
    body = fill(client, path, v_work="Dọn kho")
    client.post(path, data=body)
    page = client.post(path, data=body | {"v_work": "Rửa sân"})
    assert page.status_code == 422
    assert form_id(page.text) != body["id"]


def test_a_producer_corrects_an_entry_and_both_stay(visit: Visit, cast: Cast, lot: Lot) -> None:
    client, api = visit(page=cast.owner), visit(api=cast.owner)
    first: dict[str, Any] = {
        "id": str(uuid4()),
        "kind": "storage",
        "performed_at": "2026-03-10T08:30:00+07:00",
        "values": {"place": "Kho 1", "temperature": 4, "cảm biến": "T7"},
    }
    api.post(f"/api/v1/lots/{lot.id}/entries", json=first)
    client.post(f"/app/lots/{lot.id}/close")
    path = f"/app/lots/{lot.id}/entries/{first['id']}/correct"
    assert 'value="Kho 1"' in client.get(path).text
    body = fill(client, path, v_place="Kho 2", v_temperature="5")
    assert 'id="reason-wrong"' in client.post(path, data=body).text
    sent = client.post(path, data=body | {"reason": "Ghi nhầm kho"})
    assert sent.status_code == 303, sent.text
    page = client.get(f"/app/lots/{lot.id}").text
    assert "Kho 1" in page
    assert "Kho 2" in page
    assert "Ghi nhầm kho" in page
    second = api.get(f"/api/v1/lots/{lot.id}/entries").json()["items"][1]
    assert second["values"] == {"cảm biến": "T7", "place": "Kho 2", "temperature": 5}
    # Correcting what was corrected leads to the latest.
    again = client.get(path)
    assert (again.status_code, again.headers["location"].split("/")[5]) == (303, second["id"])


def test_a_correction_keeps_a_unit_the_form_does_not_offer(
    visit: Visit, cast: Cast, lot: Lot
) -> None:
    client, api = visit(page=cast.owner), visit(api=cast.owner)
    first = {
        "id": str(uuid4()),
        "kind": "harvest",
        "performed_at": "2026-03-10T08:30:00+07:00",
        "values": {"quantity": 3, "unit": "tạ"},
    }
    api.post(f"/api/v1/lots/{lot.id}/entries", json=first)
    page = client.get(f"/app/lots/{lot.id}/entries/{first['id']}/correct").text
    assert '<option value="tạ" selected>tạ</option>' in page


def test_a_foreign_lot_is_not_found_on_any_page(visit: Visit, cast: Cast, lot: Lot) -> None:
    client = visit(page=cast.outsider)
    here = f"/app/lots/{lot.id}"
    for path in ("", "/edit", "/entries/new", "/entries/new?stage=other"):
        assert client.get(f"{here}{path}").status_code == 404
    for path in ("/edit", "/close", "/hold", "/hold/lift", "/entries/new?stage=other"):
        assert client.post(f"{here}{path}", data={"reason": "x"}).status_code == 404
    entry = f"{here}/entries/{uuid4()}/correct"
    assert client.get(entry).status_code == 404
    assert client.get(f"/office/lots/{lot.id}").status_code == 404
    assert client.post(f"/office/lots/{lot.id}/recall", data={"reason": "x"}).status_code == 404


def test_a_closed_lot_offers_no_new_entry(visit: Visit, cast: Cast, lot: Lot) -> None:
    client = visit(page=cast.owner)
    client.post(f"/app/lots/{lot.id}/close")
    assert "/entries/new" not in client.get(f"/app/lots/{lot.id}").text
    assert client.get(f"/app/lots/{lot.id}/entries/new").status_code == 409


def test_an_open_lot_is_changed_on_the_phone(visit: Visit, cast: Cast, lot: Lot) -> None:
    client = visit(page=cast.owner)
    path = f"/app/lots/{lot.id}/edit"
    assert 'value="L2603-07"' in client.get(path).text
    body = {"number": "L2603-08", "production_date": "2026-03-01", "expiry_date": "2026-02-01"}
    wrong = client.post(path, data=body)
    assert wrong.status_code == 422
    assert 'id="expiry_date-wrong"' in wrong.text
    assert client.post(path, data=body | {"expiry_date": ""}).status_code == 303
    assert "L2603-08" in client.get(f"/app/lots/{lot.id}").text


def test_today_shows_open_lots_and_what_they_lack(visit: Visit, cast: Cast, lot: Lot) -> None:
    page = visit(page=cast.owner).get("/app/today", headers={"accept-language": "en"}).text
    assert f"/app/lots/{lot.id}" in page
    assert "Nhật ký của lô chưa có mục nào" in page
    assert lot.number not in visit(page=cast.outsider).get("/app/today").text


def test_an_officer_without_an_entity_is_shown_the_way(visit: Visit, cast: Cast) -> None:
    for path in ("/app/today", "/app/lots", "/app/lots/new"):
        page = visit(page=cast.officer).get(path)
        assert page.status_code == 200
        assert "/office/lots" in page.text


def test_the_owner_stops_and_lifts_the_sale_on_the_phone(
    visit: Visit, cast: Cast, lot: Lot
) -> None:
    client = visit(page=cast.owner)
    here = f"/app/lots/{lot.id}"
    assert client.post(f"{here}/hold", data={"reason": ""}).status_code == 422
    assert client.post(f"{here}/hold", data={"reason": "Mùi lạ"}).status_code == 303
    assert "Mùi lạ" in client.get(here).text
    assert client.post(f"{here}/hold/lift", data={"reason": "Ổn"}).status_code == 303
    assert "Mùi lạ" not in client.get(here).text


def test_an_officer_recalls_a_lot_by_the_form(visit: Visit, cast: Cast, lot: Lot) -> None:
    client = visit(page=cast.officer)
    here = f"/office/lots/{lot.id}"
    assert f'href="{here}/recall"' in client.get(here).text
    desk = client.get(f"{here}/recall").text
    assert "Thu hồi sản phẩm: 1 lô, 0 tem" in desk
    assert "Tạm ngừng lưu thông: 1 lô, 0 tem" in desk
    wrong = client.post(f"{here}/recall", data={"reason": "", "advice": "Trả lại nơi mua"})
    assert wrong.status_code == 422
    assert "Trả lại nơi mua" in wrong.text
    assert 'id="recall-reason-wrong"' in wrong.text
    reason = {"reason": "100% mẫu <vượt> mức"}
    assert client.post(f"{here}/recall", data=reason).status_code == 303
    assert "100% mẫu &lt;vượt&gt; mức" in client.get(here).text
    assert client.post(f"{here}/recall", data=reason).status_code == 422
    assert client.post(f"{here}/recall/lift", data={"reason": "50% sai"}).status_code == 303
    assert "50% sai" in client.get(here).text
    assert client.post(f"{here}/hold", data=reason).status_code == 303
    assert client.post(f"{here}/hold/lift", data=reason).status_code == 303


def test_who_only_reads_is_offered_no_measures(visit: Visit, cast: Cast, lot: Lot) -> None:
    here = f"/office/lots/{lot.id}"
    client = visit(page=cast.inspector)
    assert f"{here}/recall" not in client.get(here).text
    assert client.get(f"{here}/recall").status_code == 403
    assert client.post(f"{here}/recall", data={"reason": "x"}).status_code == 403


def test_the_office_filters_lots(visit: Visit, cast: Cast, lot: Lot, database: Database) -> None:
    with database.begin() as db:
        closed = make.lot(db, of=make.product(db, of=cast.other, name="Mắm"), state="closed")
    client = visit(page=cast.officer)
    for query, found, missed in (
        ("state=closed", closed, lot),
        ("q=l2603-07", lot, closed),
        ("q=mam", closed, lot),
        (f"entity={cast.entity.id}", lot, closed),
        (f"product={closed.product_id}", closed, lot),
    ):
        page = client.get(f"/office/lots?{query}").text
        assert f'"/office/lots/{found.id}"' in page
        assert f'"/office/lots/{missed.id}"' not in page
