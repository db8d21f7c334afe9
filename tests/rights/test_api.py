from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.db import Database
from app.products.models import Product
from app.rights.models import IpRight, UseRight
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

GI = {"type": "gi", "sign": "Cà Mau", "goods": "cua"}
MARK = {"type": "certification_mark", "sign": "Nước mắm Cát Hải"}


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity)


@pytest.fixture
def right(database: Database) -> IpRight:
    with database.begin() as db:
        return make.right(db)


@pytest.fixture
def use_right(database: Database, right: IpRight, product: Product) -> UseRight:
    with database.begin() as db:
        return make.use_right(db, of=right, product=product)


def new_right(client: Client, **facts: object) -> dict[str, Any]:
    answer = client.post("/api/v1/rights", json=GI | facts)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_number_is_kept_normalised_and_as_written(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    gi = new_right(client, registration_no="Số 116", registration_date="07/2022")
    assert (gi["registration_no"], gi["registration_no_as_written"]) == ("00116", "Số 116")
    assert gi["registration_date"] == "2022-07"
    mark = new_right(client, **MARK, registration_no="165802", application_no="4-2009-12345")
    assert mark["registration_no"] == "4-0165802-000"
    assert mark["application_no"] == "4-2009-12345"
    assert client.get(f"/api/v1/rights/{gi['id']}").json().items() >= gi.items()


def test_a_registration_number_is_used_once(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    first = new_right(client, registration_no="00116")
    again = client.post("/api/v1/rights", json=GI | {"registration_no": "116"})
    assert (again.status_code, again.json()["code"]) == (409, "rights.number_taken")
    other = new_right(client, sign="Vĩnh Châu")
    path = f"/api/v1/rights/{other['id']}"
    assert client.patch(path, json={"registration_no": "GI 00116"}).status_code == 409
    mine = client.patch(f"/api/v1/rights/{first['id']}", json={"registration_no": "116"})
    assert mine.status_code == 200


def test_rights_without_a_number_may_share_their_name(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    assert new_right(client)["id"] != new_right(client, goods="tôm sú")["id"]


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("type", {"type": "patent"}),
        ("sign", {"sign": " "}),
        ("registration_no", {"registration_no": "12/3a"}),
        ("registration_no", {"registration_no": "6-2019-12345"}),
        ("registration_date", {"registration_date": "31/02/2022"}),
        ("decision_date", {"decision_date": "hôm nay"}),
        ("application_no", {"application_no": "4-2019-12345"}),
        ("expires_on", {"expires_on": "2030-01-01"}),
        ("expires_on", MARK | {"registration_date": "2022", "expires_on": "2021-12-31"}),
        ("source", {"source": "a\u200bb"}),
    ],
)
def test_wrong_values_of_a_right_are_refused_by_field(
    field: str, facts: dict[str, object], visit: Visit, cast: Cast
) -> None:
    client = visit(api=cast.officer)
    answer = client.post("/api/v1/rights", json=GI | facts)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert client.get("/api/v1/rights").json()["items"] == []


def test_an_officer_checks_a_right_against_its_certificate(
    visit: Visit, cast: Cast, clock: Clock
) -> None:
    client = visit(api=cast.officer)
    added = new_right(client, registration_no="00116", registration_date="2022-07")
    assert (added["checked_on"], added["confirmed"]) == (None, False)
    clock.now = datetime(2026, 3, 10, 17, 30, tzinfo=UTC)
    path = f"/api/v1/rights/{added['id']}"
    checked = client.post(f"{path}/check", json={"against": "Bản chính"}).json()
    assert (checked["checked_on"], checked["checked_by"]) == ("2026-03-11", "Cán bộ Lan")
    assert (checked["checked_against"], checked["confirmed"]) == ("Bản chính", True)
    assert client.patch(path, json={"source": "Báo"}).json()["confirmed"] is True


@pytest.mark.parametrize(
    "facts",
    [
        {"registration_no": "00117"},
        {"registration_no": None},
        {"type": "collective_mark"},
        {"sign": "Năm Căn"},
        {"goods": "tôm"},
        {"owner": "Hội"},
    ],
)
def test_another_value_of_what_was_checked_has_to_be_checked_again(
    facts: dict[str, object], visit: Visit, cast: Cast
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/rights/{new_right(client, registration_no='00116')['id']}"
    client.post(f"{path}/check", json={"against": "Bản chính"})
    assert client.patch(path, json={"registration_no": "116"}).json()["confirmed"] is True
    changed = client.patch(path, json=facts).json()
    assert (changed["confirmed"], changed["checked_on"]) == (False, None)
    assert (changed["checked_by"], changed["checked_against"]) == ("", "")


def test_a_last_day_in_the_past_of_a_checked_right_must_be_meant(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        right = make.right(db, **MARK, expires_on=date(2030, 1, 1))
    client, page = visit(api=cast.officer), visit(page=cast.officer)
    path, form = f"/api/v1/rights/{right.id}", f"/office/rights/{right.id}/edit"
    past: dict[str, Any] = {"expires_on": "2026-03-08"}
    asked = client.patch(path, json=past)
    assert (asked.status_code, asked.json()["code"]) == (409, "takes_effect_in_the_past")
    # It held until yesterday: nobody was told otherwise.
    assert client.patch(path, json={"expires_on": "2026-03-09"}).status_code == 200
    unchecked = client.patch(path, json=past)
    assert (unchecked.status_code, unchecked.json()["confirmed"]) == (200, False)
    client.patch(path, json={"expires_on": "2030-01-01", "against": "GCN"})
    typed = past | {"type": right.type, "sign": right.sign, "registration_no": "00999"}
    refused = page.post(form, data=typed)
    assert (refused.status_code, 'name="past_is_meant"' in refused.text) == (422, True)
    assert client.get(path).json()["expires_on"] == "2030-01-01"
    assert page.post(form, data=typed | {"past_is_meant": "on"}).status_code == 303
    assert client.get(path).json()["expires_on"] == "2026-03-08"


def test_a_right_without_a_number_can_not_be_checked(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/rights/{new_right(client)['id']}/check"
    answer = client.post(path, json={"against": "Báo"})
    assert (answer.status_code, answer.json()["code"]) == (409, "rights.no_number_to_check")


def test_everybody_signed_in_reads_rights_and_only_officers_write(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    path = f"/api/v1/rights/{right.id}"
    for person in (cast.owner, cast.colleague, cast.outsider, cast.inspector):
        client = visit(api=person)
        assert client.get(path).json()["id"] == right.id
        assert [one["id"] for one in client.get("/api/v1/rights").json()["items"]] == [right.id]
        answers = [
            client.post("/api/v1/rights", json=GI),
            client.patch(path, json={"sign": "Khác"}),
            client.post(f"{path}/check", json={"against": "x"}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 3
    link = {"product_id": product.id}
    assert visit(api=cast.owner).post(f"{path}/products", json=link).status_code == 403
    assert visit(api=cast.outsider).post(f"{path}/products", json=link).status_code == 404
    assert visit().get(path).status_code == 401


def test_rights_are_filtered_and_found_by_sign_and_number(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    crab = new_right(client, registration_no="00116")
    sauce = new_right(client, **MARK, registration_no="165802", owner_entity_id=cast.entity.id)
    client.post(f"/api/v1/rights/{crab['id']}/check", json={"against": "Bản chính"})
    for query, wanted in (
        ("q=ca mau", crab),
        ("q=0116", crab),
        ("q=165802", sauce),
        ("type=gi", crab),
        ("checked=true", crab),
        ("checked=false", sauce),
        (f"owner_entity_id={cast.entity.id}", sauce),
    ):
        items = client.get(f"/api/v1/rights?{query}").json()["items"]
        assert [one["id"] for one in items] == [wanted["id"]], query
    first = client.get("/api/v1/rights?limit=1").json()
    assert client.get(first["next"]).json()["items"][0]["id"] == sauce["id"]


def test_a_trademark_is_linked_to_products_of_its_owner_only(
    visit: Visit, cast: Cast, product: Product, right: IpRight, database: Database
) -> None:
    with database.begin() as db:
        theirs = make.product(db, of=cast.other)
    client = visit(api=cast.officer)
    facts = {"type": "trademark", "sign": "Rạch Gốc", "owner_entity_id": cast.entity.id}
    path = f"/api/v1/rights/{new_right(client, **facts)['id']}/products"
    linked = client.post(path, json={"product_id": product.id})
    assert (linked.status_code, linked.json()["product_ids"]) == (201, [product.id])
    assert client.post(path, json={"product_id": product.id}).status_code == 409
    assert client.post(path, json={"product_id": theirs.id}).status_code == 422
    assert client.post(path, json={"product_id": 10**9}).status_code == 404
    gi = client.post(f"/api/v1/rights/{right.id}/products", json={"product_id": product.id})
    assert gi.status_code == 422
    unlink = f"{path}/{product.id}/unlink"
    assert client.post(unlink).json()["product_ids"] == []
    assert client.post(unlink).status_code == 409


def test_the_entity_of_a_use_right_is_the_products(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    client = visit(api=cast.officer)
    body = {"right_id": right.id, "product_id": product.id, "valid_from": "2024-01-01"}
    added = client.post("/api/v1/use-rights", json=body | {"form": "raw", "valid_to": None})
    assert added.status_code == 201, added.text
    assert (added.json()["entity_id"], added.json()["status"]) == (cast.entity.id, "in_force")
    path = f"/api/v1/use-rights/{added.json()['id']}"
    assert client.get(path).json() == added.json()
    changed = client.patch(path, json={"certificate_no": "GCN-1", "form": ""})
    assert (changed.json()["certificate_no"], changed.json()["form"]) == ("GCN-1", "")
    assert client.patch(path, json={"entity_id": cast.other.id}).status_code == 422
    again = client.post("/api/v1/use-rights", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "rights.use_rights_overlap")


def test_a_use_right_never_outlasts_its_right(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    with database.begin() as db:
        mark = make.right(db, type="certification_mark", expires_on=date(2027, 5, 31))
    client = visit(api=cast.officer)
    body = {"right_id": mark.id, "product_id": product.id, "valid_from": "2024-01-01"}
    beyond = client.post("/api/v1/use-rights", json=body | {"valid_to": "2027-06-01"})
    assert (beyond.status_code, beyond.json()["code"]) == (422, "rights.beyond_the_right")
    late = client.post("/api/v1/use-rights", json=body | {"valid_from": "2027-06-01"})
    assert [error["field"] for error in late.json()["errors"]] == ["valid_from"]
    added = client.post("/api/v1/use-rights", json=body | {"valid_to": "2027-05-31"})
    assert added.status_code == 201
    path = f"/api/v1/use-rights/{added.json()['id']}"
    assert client.patch(path, json={"valid_to": "2027-06-01"}).status_code == 422
    assert client.patch(path, json={"valid_to": "2023-12-31"}).status_code == 422
    assert client.get(path).json()["valid_to"] == "2027-05-31"


def test_owners_see_their_own_use_rights_and_no_others(
    visit: Visit, cast: Cast, use_right: UseRight
) -> None:
    path = f"/api/v1/use-rights/{use_right.id}"
    for person in (cast.owner, cast.colleague):
        client = visit(api=person)
        assert client.get(path).json()["id"] == use_right.id
        items = client.get("/api/v1/use-rights").json()["items"]
        assert [one["id"] for one in items] == [use_right.id]
        assert client.patch(path, json={"certificate_no": "x"}).status_code == 403
    stranger = visit(api=cast.outsider)
    assert stranger.get(path).status_code == 404
    assert stranger.patch(path, json={"certificate_no": "x"}).status_code == 404
    for query in ("", f"?entity_id={cast.entity.id}", f"?right_id={use_right.right_id}"):
        assert stranger.get(f"/api/v1/use-rights{query}").json()["items"] == []
    body = {
        "right_id": use_right.right_id,
        "product_id": use_right.product_id,
        "valid_from": "2025-01-01",
    }
    assert stranger.post("/api/v1/use-rights", json=body).status_code == 404
    assert visit(api=cast.owner).post("/api/v1/use-rights", json=body).status_code == 403
    assert visit().get("/api/v1/use-rights").status_code == 401


def test_use_rights_are_found_by_entity_product_right_and_words(
    visit: Visit, cast: Cast, use_right: UseRight, database: Database
) -> None:
    with database.begin() as db:
        theirs = make.product(db, of=cast.other, name="Mắm ba khía")
        other = make.use_right(db, of=make.right(db), product=theirs, certificate_no="GCN/9")
    client = visit(api=cast.officer)
    for query, wanted in (
        (f"entity_id={cast.entity.id}", use_right),
        (f"right_id={use_right.right_id}", use_right),
        (f"product_id={theirs.id}", other),
        ("q=mam ba", other),
        ("q=rach goc", use_right),
        ("q=GCN/9", other),
    ):
        items = client.get(f"/api/v1/use-rights?{query}").json()["items"]
        assert [one["id"] for one in items] == [wanted.id], query


def test_suspending_a_use_right_is_audited_with_its_reason(
    visit: Visit, cast: Cast, use_right: UseRight, database: Database
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/use-rights/{use_right.id}"
    given = {"kind": "suspended", "effective_on": "2026-03-10"}
    paper = {"decision_no": "9/QĐ", "decided_on": "2026-03-09", "reason": "Vi phạm quy chế"}
    assert client.post(f"{path}/decisions", json=given).json()["code"] == "rights.reason_needed"
    assert client.post(f"{path}/decisions", json=given | paper).json()["status"] == "suspended"
    with database.begin(write=False) as db:
        query = select(AuditEvent).where(AuditEvent.subject_kind == "use_right")
        event = db.scalars(query).one()
    assert (event.action, event.entity_id) == ("use_right.decide", cast.entity.id)
    assert event.after is not None
    told = {"document": "9/QĐ", "decided_on": "2026-03-09", "reason": "Vi phạm quy chế"}
    assert event.after.items() >= told.items()
    columns = {"suspended_on": "2026-03-10", "status_reason": "Vi phạm quy chế"}
    assert event.after.items() >= columns.items()
    assert event.before == {"suspended_on": None, "status_reason": ""}


def test_unknown_rights_and_products_are_not_found(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    client = visit(api=cast.officer)
    for right_id, product_id in ((10**9, product.id), (right.id, 10**9)):
        body = {"right_id": right_id, "product_id": product_id, "valid_from": "2024-01-01"}
        assert client.post("/api/v1/use-rights", json=body).status_code == 404
    assert client.get("/api/v1/rights/1000000000").status_code == 404
    assert client.get("/api/v1/use-rights/1000000000").status_code == 404
