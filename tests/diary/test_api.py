from datetime import date, timedelta
from typing import Any

import pytest

from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.conftest import Cast, Clock, Visit


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc", shelf_life_days=180)


@pytest.fixture
def new(product: Product) -> dict[str, Any]:
    return {
        "product_id": product.id,
        "number": "L2603-01",
        "production_date": "2026-03-09",
        "quantity": 120.5,
        "unit": "kg",
        "note": "Nắng tốt",
    }


def test_the_owner_opens_a_lot_and_reads_what_is_missing(
    visit: Visit, cast: Cast, new: dict[str, Any]
) -> None:
    client = visit(api=cast.owner)
    english = {"accept-language": "en"}
    opened = client.post("/api/v1/lots", json=new, headers=english)
    assert opened.status_code == 201, opened.text
    lot = opened.json()
    assert lot["state"] == "open"
    assert (lot["unit"], lot["unit_as_entered"], lot["quantity"]) == ("KGM", "kg", 120.5)
    assert lot["expiry_date"] == "2026-09-05"
    assert [one["code"] for one in lot["missing"]] == ["location", "entry"]
    assert all(one["words"] and one["mend"] for one in lot["missing"])
    assert (lot["recall"], lot["hold"], lot["entries"]) == (None, None, 0)
    assert client.get(f"/api/v1/lots/{lot['id']}", headers=english).json() == lot


def test_a_worker_opens_a_lot_and_keeps_a_given_expiry_date(
    visit: Visit, cast: Cast, new: dict[str, Any]
) -> None:
    body = new | {"expiry_date": "2026-05-01"}
    opened = visit(api=cast.colleague).post("/api/v1/lots", json=body)
    assert opened.status_code == 201
    assert opened.json()["expiry_date"] == "2026-05-01"


def test_a_lot_of_a_foreign_product_is_not_found(
    visit: Visit, cast: Cast, new: dict[str, Any]
) -> None:
    assert visit(api=cast.outsider).post("/api/v1/lots", json=new).status_code == 404
    assert visit(api=cast.officer).post("/api/v1/lots", json=new).status_code == 403
    assert visit().post("/api/v1/lots", json=new).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["", "/close", "/release", "/entries", "/recall", "/recall/lift", "/hold", "/hold/lift"],
)
def test_a_foreign_lot_is_not_found_on_any_route(
    visit: Visit, cast: Cast, new: dict[str, Any], path: str
) -> None:
    lot_id = visit(api=cast.owner).post("/api/v1/lots", json=new).json()["id"]
    client = visit(api=cast.outsider)
    bodies: dict[str, Any] = {
        "": {},
        "/entries": {
            "id": "7f1f0d0e-0000-4000-8000-000000000001",
            "kind": "other",
            "performed_at": "2026-03-10T09:00:00+07:00",
        },
    }
    body = bodies.get(path, {"reason": "x"})
    method = "PATCH" if not path else "POST"
    assert client.request(method, f"/api/v1/lots/{lot_id}{path}", json=body).status_code == 404
    if path in {"", "/entries"}:
        assert client.get(f"/api/v1/lots/{lot_id}{path}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""),
        ("number", "Lô 1"),
        ("number", "L" * 21),
        ("production_date", "2036-01-01"),
        ("production_date", "1926-01-01"),
        ("production_date", "9999-12-31"),
        ("expiry_date", "2026-03-08"),
        ("expiry_date", "9999-12-31"),
        ("quantity", 0),
        ("quantity", -1),
        ("quantity", 1e300),
        ("unit", "mớ"),
        ("unit", ""),
        ("note", "a\u202eb"),
        ("note", "x" * 2001),
        ("state", "released"),
        ("product_id", 0),
        ("product_id", 2**70),
    ],
)
def test_a_wrong_value_is_named_and_opens_no_lot(
    visit: Visit, cast: Cast, new: dict[str, Any], field: str, value: object
) -> None:
    client = visit(api=cast.owner)
    refused = client.post("/api/v1/lots", json=new | {field: value})
    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert client.get("/api/v1/lots").json()["items"] == []


def test_a_lot_number_is_used_once_a_product(
    visit: Visit, cast: Cast, new: dict[str, Any], database: Database
) -> None:
    client = visit(api=cast.owner)
    client.post("/api/v1/lots", json=new)
    again = client.post("/api/v1/lots", json=new)
    assert (again.status_code, again.json()["code"]) == (409, "diary.lot_number_taken")
    with database.begin() as db:
        other = make.product(db, of=cast.entity)
    assert client.post("/api/v1/lots", json=new | {"product_id": other.id}).status_code == 201


def test_an_open_lot_is_changed_and_a_closed_one_is_not(
    visit: Visit, cast: Cast, new: dict[str, Any]
) -> None:
    client = visit(api=cast.owner)
    path = f"/api/v1/lots/{client.post('/api/v1/lots', json=new).json()['id']}"
    changed = client.patch(path, json={"quantity": 2, "unit": "tấn"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["unit"], changed.json()["unit_as_entered"]) == ("TNE", "tấn")
    assert changed.json()["note"] == new["note"]
    assert client.patch(path, json={"product_id": 1}).status_code == 422
    assert client.post(f"{path}/close").json()["state"] == "closed"
    assert client.patch(path, json={"quantity": 3}).status_code == 409


def test_a_lot_is_closed_and_released_step_by_step(
    visit: Visit, cast: Cast, new: dict[str, Any], clock: Clock
) -> None:
    client, worker = visit(api=cast.owner), visit(api=cast.colleague)
    path = f"/api/v1/lots/{client.post('/api/v1/lots', json=new).json()['id']}"
    assert client.post(f"{path}/release").status_code == 409
    closed = worker.post(f"{path}/close")
    assert closed.status_code == 200
    clock.now += timedelta(hours=1)
    assert client.post(f"{path}/close").json()["closed_at"] == closed.json()["closed_at"]
    assert worker.post(f"{path}/release").status_code == 403
    assert client.post(f"{path}/release").json()["state"] == "released"
    assert client.post(f"{path}/close").status_code == 409
    assert visit(api=cast.officer).post(f"{path}/close").status_code == 403


def test_lots_are_listed_page_by_page_and_filtered(
    visit: Visit, cast: Cast, new: dict[str, Any], database: Database
) -> None:
    with database.begin() as db:
        other = make.product(db, of=cast.entity, name="Mật ong rừng")
        foreign = make.lot(db, of=make.product(db, of=cast.other))
        made = [make.lot(db, of=other, number=f"M-{day}", state="closed") for day in range(3)]
    client = visit(api=cast.owner)
    mine = client.post("/api/v1/lots", json=new).json()["id"]
    first = client.get("/api/v1/lots?limit=3").json()
    second = client.get(first["next"]).json()
    listed = [item["id"] for item in first["items"] + second["items"]]
    assert listed == [*(lot.id for lot in made), mine]
    assert second["next"] is None

    def ids(query: str) -> list[int]:
        return [item["id"] for item in client.get(f"/api/v1/lots?{query}").json()["items"]]

    assert ids(f"product_id={new['product_id']}") == [mine]
    assert ids("state=open") == [mine]
    assert ids("q=l2603") == [mine]
    assert ids("q=mat ong") == [lot.id for lot in made]
    assert ids(f"entity_id={cast.other.id}") == []
    assert client.get("/api/v1/lots?state=lost").status_code == 422
    everything = visit(api=cast.officer).get("/api/v1/lots").json()["items"]
    assert {foreign.id, mine} <= {item["id"] for item in everything}


def test_a_repeated_opening_gets_the_first_answer(
    visit: Visit, cast: Cast, new: dict[str, Any]
) -> None:
    client, headers = visit(api=cast.owner), {"idempotency-key": "lot-1"}
    first = client.post("/api/v1/lots", json=new, headers=headers)
    again = client.post("/api/v1/lots", json=new, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())


def test_a_product_without_a_shelf_life_proposes_no_expiry_date(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        craft = make.product(db, of=cast.entity, name="Chiếu Cà Mau")
    body = {"product_id": craft.id, "number": "C1", "production_date": str(date(2026, 3, 1))}
    opened = visit(api=cast.owner).post("/api/v1/lots", json=body).json()
    assert (opened["expiry_date"], opened["quantity"], opened["unit"]) == (None, None, "")
