"""The whole job over HTTP, in the words of those who do it."""

import csv
import io
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.kit.db import Database
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit


@dataclass(frozen=True)
class Chain:
    """Everything the journey needs: who is there, and the product it is about."""

    visit: Visit
    cast: Cast
    product: int

    def officer(self) -> Client:
        return self.visit(api=self.cast.officer)

    def owner(self) -> Client:
        return self.visit(api=self.cast.owner)


@pytest.fixture
def chain(visit: Visit, cast: Cast, database: Database) -> Chain:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")
        right = make.right(db)
        make.use_right(db, of=right, product=product)
    return Chain(visit, cast, product.id)


def ok(response: httpx.Response, status: int = 200) -> Any:  # noqa: ANN401 - JSON
    assert response.status_code == status, response.text
    return response.json()


def handed_over(chain: Chain, quantity: int = 30) -> dict[str, Any]:
    """Request, approve, issue and hand over a batch."""
    wish = {"product_id": chain.product, "quantity": quantity, "reason": "Vụ mới"}
    batch = ok(chain.owner().post("/api/v1/batches", json=wish), 201)
    path = f"/api/v1/batches/{batch['id']}"
    officer = chain.officer()
    decision = {"quantity": quantity, "decision_no": "12/QĐ-SKHCN"}
    ok(chain.visit(api=chain.cast.approver).post(f"{path}/approve", json=decision))
    ok(officer.post(f"{path}/issue", json={}))
    ok(officer.post(f"{path}/handover", json={"receiver": "Chị Chủ", "quantity": quantity}))
    found: dict[str, Any] = ok(officer.get(path))
    return found


def codes_of(chain: Chain, batch: int) -> list[dict[str, str]]:
    sent = chain.officer().get(f"/api/v1/batches/{batch}/export?format=csv&reason=In+tem")
    assert sent.status_code == 200, sent.text
    return list(csv.DictReader(io.StringIO(sent.text)))


def lot_with_diary(chain: Chain) -> int:
    owner = chain.owner()
    wish = {"product_id": chain.product, "number": "L01", "production_date": "2026-03-09"}
    lot = ok(owner.post("/api/v1/lots", json=wish), 201)
    entry = {
        "id": str(uuid4()),
        "kind": "packing",
        "stage": "Đóng gói",
        "performed_at": "2026-03-10T09:00:00+07:00",
        "location_code": make.PLACE,
        "values": {"Số gói": 30},
        "note": "Hút chân không",
        "public": True,
    }
    path = f"/api/v1/lots/{lot['id']}/entries"
    ok(owner.post(path, json=entry), 201)
    ok(owner.post(path, json=entry))
    return int(lot["id"])


def test_a_stamp_goes_from_request_to_a_shoppers_scan(chain: Chain) -> None:
    batch = handed_over(chain)
    assert batch["state"] == "handed_over"
    assert batch["counts"] == {
        "issued": 0,
        "received": 30,
        "active": 0,
        "void": 0,
        "lost": 0,
        "returned": 0,
    }
    rows = codes_of(chain, batch["id"])
    assert [row["number"] for row in rows] == [str(number) for number in range(1, 31)]
    lot = lot_with_diary(chain)
    # The last one first: either order will do.
    span = {"first_code": rows[9]["code"], "last_code": rows[0]["code"], "lot_id": lot}
    ok(chain.owner().post("/api/v1/spans/activate", json=span))
    public = chain.visit()
    page = public.get(rows[4]["url"].removeprefix("HTTPS://OCOP.TEST"))
    assert page.status_code == 200
    for words in ("Tôm khô Rạch Gốc", chain.cast.entity.name, "L01", "Cà Mau", "Hút chân không"):
        assert words in page.text
    said = ok(public.get(f"/api/v1/verify/{rows[4]['code']}"))
    assert said["verdict"] in {"active", "active_first"}
    assert said["product"]["name"] == "Tôm khô Rạch Gốc"
    assert [badge["sign"] for badge in said["badges"]] == ["Cà Mau"]
    waiting = ok(public.get(f"/api/v1/verify/{rows[20]['code']}"))
    assert waiting["verdict"] == "not_activated"


def test_a_recalled_lot_and_a_void_stamp_say_so(chain: Chain) -> None:
    batch = handed_over(chain)
    rows = codes_of(chain, batch["id"])
    lot = lot_with_diary(chain)
    span = {"first_code": rows[0]["code"], "last_code": rows[9]["code"], "lot_id": lot}
    ok(chain.owner().post("/api/v1/spans/activate", json=span))
    spoiled = {"first_code": rows[29]["code"], "last_code": rows[28]["code"], "reason": "Rách"}
    ok(chain.officer().post("/api/v1/spans/void", json=spoiled))
    notice = {"reason": "Nghi nhiễm khuẩn", "advice": "Trả lại nơi bán"}
    ok(chain.officer().post(f"/api/v1/lots/{lot}/recall", json=notice), 201)
    public = chain.visit()
    assert ok(public.get(f"/api/v1/verify/{rows[0]['code']}"))["verdict"] == "recalled"
    assert ok(public.get(f"/api/v1/verify/{rows[28]['code']}"))["verdict"] == "void"
    assert "Nghi nhiễm khuẩn" in public.get(f"/t/{rows[0]['code']}").text
    more = {"first_code": rows[10]["code"], "last_code": rows[11]["code"], "lot_id": lot}
    assert chain.owner().post("/api/v1/spans/activate", json=more).status_code == 409


def test_a_badge_ends_with_its_use_right(chain: Chain, clock: Clock) -> None:
    batch = handed_over(chain, 3)
    code = codes_of(chain, batch["id"])[0]["code"]
    public = chain.visit()
    assert ok(public.get(f"/api/v1/verify/{code}"))["badges"]
    clock.now = clock.now.replace(year=2029)
    assert not ok(public.get(f"/api/v1/verify/{code}"))["badges"]


def test_another_tenant_finds_nothing_of_the_chain(chain: Chain) -> None:
    batch = handed_over(chain)
    rows = codes_of(chain, batch["id"])
    lot = lot_with_diary(chain)
    outsider = chain.visit(api=chain.cast.outsider)
    span = {"first_code": rows[0]["code"], "last_code": rows[1]["code"]}
    notice = {"reason": "x", "advice": "y"}
    entry = {
        "id": str(uuid4()),
        "kind": "packing",
        "performed_at": "2026-03-10T09:00:00+07:00",
        "location_code": make.PLACE,
    }
    for method, path, body in (
        ("GET", f"/api/v1/products/{chain.product}", None),
        ("GET", f"/api/v1/batches/{batch['id']}", None),
        ("GET", f"/api/v1/batches/{batch['id']}/export?format=csv&reason=x", None),
        ("GET", f"/api/v1/lots/{lot}", None),
        ("PATCH", f"/api/v1/lots/{lot}", {"number": "X"}),
        ("POST", f"/api/v1/lots/{lot}/entries", entry),
        ("POST", f"/api/v1/lots/{lot}/hold", notice),
        ("POST", "/api/v1/spans/activate", span | {"lot_id": lot}),
        ("POST", "/api/v1/spans/void", span | {"reason": "x"}),
        ("POST", "/api/v1/batches", {"product_id": chain.product, "quantity": 1, "reason": "x"}),
    ):
        answer = outsider.request(method, path, json=body)
        assert answer.status_code == 404, (method, path, answer.text)


def test_every_write_may_be_repeated(chain: Chain) -> None:
    owner, officer = chain.owner(), chain.officer()
    wish = {"product_id": chain.product, "quantity": 5, "reason": "Vụ mới"}

    def twice(client: Client, path: str, body: dict[str, Any], key: str) -> Any:  # noqa: ANN401 - JSON
        first = client.post(path, json=body, headers={"idempotency-key": key})
        again = client.post(path, json=body, headers={"idempotency-key": key})
        assert first.status_code < 300, first.text
        assert (first.status_code, first.json()) == (again.status_code, again.json())
        return first.json()

    batch = twice(owner, "/api/v1/batches", wish, "request")
    path = f"/api/v1/batches/{batch['id']}"
    twice(officer, f"{path}/approve", {"quantity": 5, "decision_no": "1/QĐ"}, "approve")
    twice(officer, f"{path}/issue", {}, "issue")
    twice(officer, f"{path}/handover", {"receiver": "Chị Chủ", "quantity": 5}, "hand")
    assert len(ok(owner.get("/api/v1/batches"))["items"]) == 1
    rows = codes_of(chain, batch["id"])
    span = {"first_code": rows[0]["code"], "last_code": rows[1]["code"]}
    lot = lot_with_diary(chain)
    twice(owner, "/api/v1/spans/activate", span | {"lot_id": lot}, "activate")
    assert ok(officer.get(path))["counts"]["active"] == 2
