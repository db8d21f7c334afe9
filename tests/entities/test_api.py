from datetime import timedelta

from app.kit.db import Database
from app.places.models import Place
from tests import make
from tests.conftest import Cast, Visit

NEW = {"name": "HTX Mật ong U Minh Hạ", "kind": "cooperative", "tax_no": "2001234567"}


def test_an_officer_adds_and_changes_an_entity(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    added = client.post("/api/v1/entities", json=NEW | {"commune_code": "32047"})
    assert added.status_code == 201, added.text
    path = f"/api/v1/entities/{added.json()['id']}"
    changed = client.patch(path, json={"phone": "0912345678"})
    assert changed.status_code == 200
    moved = {"updated_at": changed.json()["updated_at"]}
    assert moved["updated_at"] != added.json()["updated_at"]
    assert client.get(path).json() == added.json() | {"phone": "0912345678"} | moved


def test_a_merged_commune_keeps_nobody_from_mending_what_else_is_wrong(
    visit: Visit, cast: Cast, database: Database
) -> None:
    client = visit(api=cast.officer)
    added = client.post("/api/v1/entities", json=NEW | {"commune_code": "32047"}).json()
    path, first = f"/api/v1/entities/{added['id']}", {"name": "Trại", "commune_code": "32047"}
    place = client.post(f"{path}/facilities", json=first | {"location_code": "TR-1"}).json()
    with database.begin() as db:
        db.get_one(Place, "32047").valid_to = make.TODAY - timedelta(days=1)
    same = {"commune_code": "32047"}
    assert client.patch(path, json=same | {"phone": "0912345678"}).status_code == 200
    own = f"{path}/facilities/{place['id']}"
    assert client.patch(own, json=same | {"name": "Trại Một"}).status_code == 200
    # Nobody comes to be there any more, and who has moved away does not return.
    assert (
        client.post(f"{path}/facilities", json=first | {"location_code": "TR-2"}).status_code == 422
    )
    assert client.patch(path, json={"commune_code": make.DAT_MUI}).status_code == 200
    refused = client.patch(path, json=same)
    assert (refused.status_code, refused.json()["code"]) == (422, "places.unknown_commune")


def test_a_producer_may_not_add_an_entity(visit: Visit, cast: Cast) -> None:
    assert visit(api=cast.owner).post("/api/v1/entities", json=NEW).status_code == 403


def test_a_foreign_entity_is_not_found(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.outsider)
    assert client.get(f"/api/v1/entities/{cast.entity.id}").status_code == 404
    assert client.patch(f"/api/v1/entities/{cast.entity.id}", json={}).status_code == 404
    assert [item["id"] for item in client.get("/api/v1/entities").json()["items"]] == [
        cast.other.id
    ]


def test_a_tax_number_is_used_once(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    client.post("/api/v1/entities", json=NEW)
    again = client.post("/api/v1/entities", json=NEW | {"tax_no": "200 123 4567"})
    assert again.status_code == 409
    assert again.json()["code"] == "entities.tax_no_taken"
    assert NEW["name"] in again.json()["detail"]


def test_wrong_values_are_named_in_the_readers_language(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    body = NEW | {"kind": "guild", "colour": "red", "name": "a\u202eb"}
    wrong = client.post("/api/v1/entities", json=body, headers={"accept-language": "en"})
    assert wrong.status_code == 422
    assert {error["field"] for error in wrong.json()["errors"]} == {"kind", "colour", "name"}
    assert wrong.headers["content-type"] == "application/problem+json"


def test_names_are_searched_without_diacritics_page_by_page(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    for number in range(5):
        client.post("/api/v1/entities", json={"name": f"Mật ong {number}", "kind": "household"})
    first = client.get("/api/v1/entities", params={"q": "mat ONG", "limit": 3}).json()
    second = client.get(first["next"]).json()
    assert [len(first["items"]), len(second["items"])] == [3, 2]
    assert second["next"] is None


def test_a_repeated_write_gets_the_first_answer(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    headers = {"idempotency-key": "k1"}
    first = client.post("/api/v1/entities", json=NEW, headers=headers)
    again = client.post("/api/v1/entities", json=NEW, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    other = client.post("/api/v1/entities", json=NEW | {"name": "Khác"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["code"] == "identity.key_reused"
