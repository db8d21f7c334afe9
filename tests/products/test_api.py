from datetime import UTC, datetime

from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.db import Database
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

GTIN = "9520123456788"


def new_product(client: Client, cast: Cast, **facts: object) -> dict[str, object]:
    body = {"entity_id": cast.entity.id, "name": "Tôm khô đất"} | facts
    answer = client.post("/api/v1/products", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_an_officer_adds_and_changes_a_product(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    added = new_product(client, cast, gtin="952 0123 45678-8", shelf_life_days=365)
    assert (added["gtin"], added["status"]) == (f"0{GTIN}", "active")
    assert added["url"] == f"https://ocop.test/p/{added['id']}"
    path = f"/api/v1/products/{added['id']}"
    changed = client.patch(path, json={"brand": "Rạch Gốc", "ocop_group": "food"})
    assert changed.status_code == 200
    moved = {"brand": "Rạch Gốc", "ocop_group": "food", "updated_at": changed.json()["updated_at"]}
    assert client.get(path).json() == added | moved
    emptied = client.patch(path, json={"gtin": None, "ocop_group": ""}).json()
    assert (emptied["gtin"], emptied["ocop_group"]) == (None, "")


def test_every_write_is_in_the_audit_trail(visit: Visit, cast: Cast, database: Database) -> None:
    client = visit(api=cast.officer)
    product_id = new_product(client, cast)["id"]
    client.patch(f"/api/v1/products/{product_id}", json={"name": "Tôm khô loại 1"})
    with database.begin(write=False) as db:
        query = select(AuditEvent).where(AuditEvent.subject_kind == "product")
        added, changed = db.scalars(query.order_by(AuditEvent.seq)).all()
    assert (added.action, changed.action) == ("product.add", "product.change")
    assert (changed.before, changed.after) == ({"name": "Tôm khô đất"}, {"name": "Tôm khô loại 1"})
    assert (added.actor_label, added.entity_id) == ("Cán bộ Lan", cast.entity.id)


def test_producers_read_their_own_products_and_write_none(visit: Visit, cast: Cast) -> None:
    product_id = new_product(visit(api=cast.officer), cast)["id"]
    path = f"/api/v1/products/{product_id}"
    body = {"entity_id": cast.entity.id, "name": "Khác"}
    for person in (cast.owner, cast.colleague):
        client = visit(api=person)
        assert client.get(path).json()["id"] == product_id
        assert client.patch(path, json={"name": "Khác"}).status_code == 403
        assert client.post("/api/v1/products", json=body).status_code == 403
    assert visit(api=cast.inspector).patch(path, json={"name": "Khác"}).status_code == 403


def test_a_foreign_product_is_not_found_on_any_route(visit: Visit, cast: Cast) -> None:
    officer, stranger = visit(api=cast.officer), visit(api=cast.outsider)
    product_id = new_product(officer, cast)["id"]
    path = f"/api/v1/products/{product_id}"
    sent = {"stars": 4, "decision_no": "1", "issuer": "Tỉnh", "valid_from": "2025-01-01"}
    certificate = officer.post(f"{path}/certificates", json=sent).json()["id"]
    revocation = {"decision_no": "2", "reason": "x"}
    answers = [
        stranger.get(path),
        stranger.patch(path, json={}),
        stranger.post(f"{path}/certificates", json=sent),
        stranger.post(f"{path}/certificates/{certificate}/revoke", json=revocation),
        stranger.post(f"{path}/standards", json={"kind": "iso", "number": "22000"}),
        stranger.post(f"{path}/standards/1/retire"),
        stranger.post(f"{path}/pictures/1/remove"),
        stranger.post("/api/v1/products", json={"entity_id": cast.entity.id, "name": "Lạ"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert stranger.get("/api/v1/products").json()["items"] == []
    assert stranger.get(f"/api/v1/products?entity_id={cast.entity.id}").json()["items"] == []


def test_the_public_has_no_key_and_sees_no_list(visit: Visit) -> None:
    client = visit()
    assert client.get("/api/v1/products").status_code == 401
    assert client.post("/api/v1/products", json={}).status_code == 401


def test_a_gtin_is_used_once(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    new_product(client, cast, gtin=GTIN)
    body = {"entity_id": cast.other.id, "name": "Mắm", "gtin": f"0{GTIN}"}
    again = client.post("/api/v1/products", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "products.gtin_taken")
    assert "Tôm khô đất" in again.json()["detail"]
    other = new_product(client, cast, name="Khác")
    assert client.patch(f"/api/v1/products/{other['id']}", json={"gtin": GTIN}).status_code == 409


def test_wrong_values_are_refused_by_field(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    wrong: dict[str, object] = {
        "name": "",
        "gtin": "9520123456789",
        "ocop_group": "cars",
        "shelf_life_days": 0,
        "story": "a\u202eb",
        "colour": "red",
    }
    for field, value in wrong.items():
        body = {"entity_id": cast.entity.id, "name": "Tôm khô"} | {field: value}
        answer = client.post("/api/v1/products", json=body)
        assert answer.status_code == 422, field
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert client.get("/api/v1/products").json()["items"] == []


def test_a_product_never_moves_to_another_entity(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/products/{new_product(client, cast)['id']}"
    assert client.patch(path, json={"entity_id": cast.other.id}).status_code == 422
    assert client.get(path).json()["entity_id"] == cast.entity.id


def test_a_product_is_retired_and_still_there(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    product_id = new_product(client, cast)["id"]
    path = f"/api/v1/products/{product_id}"
    assert client.patch(path, json={"status": "retired"}).json()["status"] == "retired"
    assert client.request("DELETE", path).status_code == 405
    listed = client.get("/api/v1/products?status=retired").json()["items"]
    assert [item["id"] for item in listed] == [product_id]
    assert client.get("/api/v1/products?status=active").json()["items"] == []


def test_products_are_found_without_diacritics_and_by_gtin(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    wanted = new_product(client, cast, name="Mật ong rừng tràm", gtin=GTIN)
    new_product(client, cast, name="Tôm khô")
    for text in ("mat ONG", GTIN, f"0{GTIN}"):
        items = client.get("/api/v1/products", params={"q": text}).json()["items"]
        assert [item["id"] for item in items] == [wanted["id"]]
    assert client.get("/api/v1/products", params={"q": "%"}).json()["items"] == []
    assert client.get("/api/v1/products", params={"q": "a\x00"}).status_code == 422


def test_a_list_goes_on_page_by_page(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    for number in range(5):
        new_product(client, cast, name=f"Khô {number}")
    first = client.get("/api/v1/products", params={"limit": 3, "entity": cast.entity.id}).json()
    second = client.get(first["next"]).json()
    names = [item["name"] for item in first["items"] + second["items"]]
    assert names == [f"Khô {number}" for number in range(5)]
    assert second["next"] is None


def test_a_certificate_holds_36_months_and_is_revoked_by_a_decision(
    visit: Visit, cast: Cast
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/products/{new_product(client, cast)['id']}"
    body = {
        "stars": 4,
        "score": 75.5,
        "decision_no": "12/QĐ-UBND",
        "issuer": "UBND tỉnh",
        "valid_from": "2025-06-30",
    }
    added = client.post(f"{path}/certificates", json=body)
    assert (added.status_code, added.json()["valid_to"]) == (201, "2028-06-30")
    assert client.post(f"{path}/certificates", json=body).status_code == 409
    revoke = f"{path}/certificates/{added.json()['id']}/revoke"
    early = {"decision_no": "9", "reason": "Giải thể", "revoked_on": "2025-06-29"}
    assert client.post(revoke, json=early).status_code == 422
    assert client.post(revoke, json={"decision_no": "9"}).status_code == 422
    unmeant = client.post(revoke, json=early | {"revoked_on": "2026-03-09"})
    assert unmeant.json()["code"] == "takes_effect_in_the_past"
    done = client.post(revoke, json={"decision_no": "9", "reason": "Giải thể"})
    assert (done.status_code, done.json()["revoked_on"]) == (200, make.TODAY.isoformat())
    assert client.post(revoke, json={"decision_no": "9", "reason": "x"}).status_code == 409
    assert client.get(path).json()["certificates"] == [done.json()]


def test_stars_score_and_days_of_a_certificate_must_agree(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/products/{new_product(client, cast)['id']}"
    right: dict[str, object] = {
        "stars": 4,
        "decision_no": "1",
        "issuer": "Tỉnh",
        "valid_from": "2025-01-02",
    }
    wrong: dict[str, dict[str, object]] = {
        "stars": {"stars": 2},
        "score": {"score": 100.5},
        "valid_to": {"valid_to": "2025-01-01"},
        "decision_no": {"decision_no": " "},
        "valid_from": {"valid_from": "9999-01-01"},
    }
    for field, facts in wrong.items():
        answer = client.post(f"{path}/certificates", json=right | facts)
        assert answer.status_code == 422, field
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    other = client.post(f"{path}/certificates", json=right | {"score": 90})
    assert other.json()["code"] == "products.other_stars"
    assert client.get(path).json()["certificates"] == []


def test_standards_are_added_and_taken_off(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/products/{new_product(client, cast)['id']}"
    body = {"kind": "tccs", "number": "TCCS 01:2024/RG", "issued": "2024-05"}
    added = client.post(f"{path}/standards", json=body)
    assert added.status_code == 201
    assert client.get(path).json()["standards"] == [added.json()]
    assert client.post(f"{path}/standards", json=body | {"issued": "2024-13"}).status_code == 422
    retire = f"{path}/standards/{added.json()['id']}/retire"
    assert [client.post(retire).status_code for _ in range(2)] == [204, 409]
    assert client.get(path).json()["standards"] == []


def test_a_part_of_another_product_is_not_found(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    one, other = (new_product(client, cast, name=name)["id"] for name in ("Một", "Hai"))
    sent = {"stars": 3, "decision_no": "1", "issuer": "Tỉnh", "valid_from": "2025-01-01"}
    added = client.post(f"/api/v1/products/{one}/certificates", json=sent).json()
    path = f"/api/v1/products/{other}/certificates/{added['id']}/revoke"
    assert client.post(path, json={"decision_no": "2", "reason": "x"}).status_code == 404


def test_a_repeated_write_adds_nothing(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    body = {"entity_id": cast.entity.id, "name": "Tôm khô"}
    headers = {"idempotency-key": "product-1"}
    first, again = (client.post("/api/v1/products", json=body, headers=headers) for _ in range(2))
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(client.get("/api/v1/products").json()["items"]) == 1


def test_the_day_a_certificate_is_revoked_is_a_day_in_vietnam(
    visit: Visit, cast: Cast, clock: Clock
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/products/{new_product(client, cast)['id']}/certificates"
    sent = {"stars": 3, "decision_no": "1", "issuer": "Tỉnh", "valid_from": "2025-01-01"}
    added = client.post(path, json=sent).json()
    clock.now = datetime(2026, 3, 10, 17, 30, tzinfo=UTC)
    done = client.post(f"{path}/{added['id']}/revoke", json={"decision_no": "2", "reason": "x"})
    assert done.json()["revoked_on"] == "2026-03-11"
