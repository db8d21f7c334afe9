"""The pages and the API of recalls: what they say before anything is done, and to whom."""

import re
from typing import Any

import pytest

from app.diary.models import Lot
from app.kit.db import Database
from app.products.models import Product
from app.stamps.policy_queries import get_policy
from app.stamps.span_actions import activate_next
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Made, by

pytestmark = pytest.mark.on("sqlite")

WHY = {"reason": "Dư lượng <vượt> mức", "advice": "Trả lại nơi mua"}


@pytest.fixture
def lots(database: Database, product: Product, issued: Made, cast: Cast) -> list[Lot]:
    """Make two lots with 20 and 10 active stamps; 70 stamps of the product are in none."""
    batch = issued()
    with database.begin() as db:
        made = [make.complete_lot(db, of=product, number=f"L-{at}") for at in "ab"]
        for lot, quantity in zip(made, (20, 10), strict=True):
            facts: dict[str, Any] = {"batch_id": batch.id, "quantity": quantity, "lot_id": lot.id}
            activate_next(db, **facts, **by(cast.owner.actor))
    return made


def limit(database: Database, stamps: int) -> None:
    with database.begin() as db:
        policy = get_policy(db)
        policy.recall_two_from = stamps
        db.add(policy)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return re.sub(r"\s+", " ", answer.text)


def test_a_product_is_recalled_on_its_page_by_two_and_printed(
    visit: Visit, cast: Cast, product: Product, lots: list[Lot], database: Database
) -> None:
    limit(database, 100)
    lan, minh = visit(page=cast.officer), visit(page=cast.approver)
    here = f"/office/products/{product.id}/recall"
    assert f'href="{here}"' in text(lan, f"/office/products/{product.id}")
    # What it touches stands in the button; fewer days touch fewer.
    assert "đề nghị thu hồi sản phẩm: 2 lô, 100 tem" in text(lan, here)
    part = f"{here}?made_from={make.TODAY}&made_to={make.TODAY}"
    assert "Thu hồi sản phẩm: 2 lô, 30 tem" in text(lan, part)
    assert "Thu hồi sản phẩm: 0 lô, 0 tem" in text(lan, f"{here}?made_to=2024-02-29")
    for days in ("made_from=2026-02-30", "made_from=2026-03-02&made_to=2026-03-01"):
        assert lan.get(f"{here}?{days}").status_code == 422
    kept = lan.post(here, data={"reason": " ", "advice": "Trả lại nơi mua"})
    assert (kept.status_code, "Trả lại nơi mua" in kept.text) == (422, True)
    asked = lan.post(here, data=WHY)
    assert asked.status_code == 303
    order = asked.headers["location"].partition("?")[0]
    assert "phải có cán bộ khác xác nhận" in text(lan, order)
    assert lan.post(f"{order}/confirm").status_code == 422
    assert f'href="{order}"' in text(minh, "/office")
    assert "Dư lượng &lt;vượt&gt; mức" in text(minh, order)
    assert minh.post(f"{order}/decline", data={"reason": ""}).status_code == 422
    assert minh.post(f"{order}/confirm").status_code == 303
    assert minh.post(f"{order}/confirm").status_code == 422
    assert "Sản phẩm đang bị thu hồi" in text(lan, f"/office/products/{product.id}")
    listed = text(minh, "/office/recalls?kind=recall&state=standing&q=tom+kho")
    (printed,) = re.findall(r'href="(/office/recalls/products/\d+)"', listed)
    notice = text(minh, printed)
    assert all(one in notice for one in ("THÔNG BÁO THU HỒI SẢN PHẨM", "L-a", "L-b", ">30<"))
    assert all(one in notice for one in ("Cán bộ Lan", "Phó phòng Minh xác nhận"))
    assert minh.get("/office/recalls/products/999").status_code == 404
    assert minh.get("/office/recalls/cho/1").status_code == 404
    public = text(visit(), "/recalls")
    assert all(one in public for one in (product.name, "Toàn bộ sản phẩm", "Trả lại nơi mua"))
    assert "Cán bộ Lan" not in public
    assert "The whole product" in text(visit(), "/recalls?lang=en")
    lot = text(lan, f"/office/lots/{lots[0].id}/recall")
    assert "Lô này thuộc diện thu hồi sản phẩm" in lot


def test_an_owner_holds_an_own_product_on_the_phone_and_asks_no_officer(
    visit: Visit, cast: Cast, product: Product, lots: list[Lot]
) -> None:
    owner, worker = visit(page=cast.owner), visit(page=cast.colleague)
    here = f"/app/products/{product.id}/hold"
    assert f'href="{here}"' in text(owner, f"/app/products/{product.id}")
    assert "Tạm ngừng lưu thông: 2 lô, 100 tem" in text(owner, here)
    assert "<textarea" not in text(worker, here)
    assert owner.post(here, data={"reason": ""}).status_code == 422
    assert owner.post(here, data={"reason": "Nghi nấm mốc"}).status_code == 303
    assert "Nghi nấm mốc" in text(worker, here)
    assert "Nghi nấm mốc" in text(owner, "/app/notices")
    assert "Nghi nấm mốc" in text(worker, f"/app/products/{product.id}")
    # A lot is held beside its product, and let go alone.
    lot = f"/app/lots/{lots[0].id}/hold"
    assert "Lô này thuộc diện sản phẩm tạm ngừng lưu thông" in text(owner, lot)
    assert owner.post(f"{lot}/lift", data={"reason": "x"}).status_code == 422
    officer = visit(page=cast.officer)
    desk = f"/office/products/{product.id}"
    assert officer.post(f"{desk}/hold", data={"reason": "Chờ mẫu"}).status_code == 303
    assert "chỉ cán bộ mới gỡ được" in text(owner, here)
    assert owner.post(f"{here}/lift", data={"reason": "Ổn"}).status_code == 403
    assert officer.post(f"{desk}/hold/lift", data={"reason": "Đạt"}).status_code == 303
    assert "Nghi nấm mốc" not in text(visit(), f"/p/{product.id}")


def test_the_api_answers_201_for_what_is_done_and_202_for_what_waits(
    visit: Visit, cast: Cast, lots: list[Lot], product: Product, database: Database
) -> None:
    limit(database, 21)
    lan, minh = visit(api=cast.officer), visit(api=cast.approver)
    for lot, status in zip(lots, (201, 202), strict=True):
        # The second alone has 10 stamps, and with the first, by one person in a day, 30.
        answer = lan.post(f"/api/v1/lots/{lot.id}/recall", json=WHY)
        assert answer.status_code == status, answer.text
    order = answer.json()
    assert (order["stamps"], order["lot_id"]) == (10, lots[1].id)
    assert visit(api=cast.owner).get("/api/v1/recall-orders").status_code == 403
    assert [one["id"] for one in minh.get("/api/v1/recall-orders").json()] == [order["id"]]
    orders = f"/api/v1/recall-orders/{order['id']}"
    assert lan.post(f"{orders}/confirm").json()["code"] == "stamps.same_person"
    assert visit(api=cast.outsider).post(f"{orders}/confirm").status_code == 404
    declined = minh.post(f"{orders}/decline", json={"reason": "Nhầm lô"}).json()
    assert (declined["state"], declined["refusal"]) == ("declined", "Nhầm lô")
    path = f"/api/v1/products/{product.id}"
    days = {"made_from": "2026-03-02", "made_to": "2026-03-01"}
    assert lan.post(f"{path}/recall", json=WHY | days).json()["code"] == "diary.made_backwards"
    wrong = lan.post(f"{path}/recall", json=WHY | {"made_from": "29/02/2024"})
    assert wrong.status_code == 422
    part = {"made_from": "2024-02-29"}
    held = minh.post(f"{path}/hold", json=WHY | part)
    assert (held.status_code, held.json()["made_from"], held.json()["lot_id"]) == (
        201,
        "2024-02-29",
        None,
    )
    # It is lifted by the days it was set for, and by no others.
    assert minh.post(f"{path}/hold/lift", json={"reason": "Đạt"}).status_code == 409
    assert minh.post(f"{path}/hold/lift", json={"reason": "Đạt"} | part).status_code == 200
