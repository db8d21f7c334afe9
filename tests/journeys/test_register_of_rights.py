"""The list of users of a geographical indication before and after a revocation."""

import hashlib
import json
from csv import DictReader
from io import StringIO
from typing import Any

import pytest

from app.kit.db import Database
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

DENIED = "Hộ kinh doanh Mắm Út Hoà"


@pytest.fixture
def products(database: Database, cast: Cast) -> tuple[int, int]:
    with database.begin() as db:
        ours = make.product(db, of=cast.entity, name="Cua Cà Mau loại Y")
        theirs = make.product(db, of=cast.other, name="=Cua gạch")
    return ours.id, theirs.id


def answered(client: Client, method: str, path: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - what is sent
    answer = client.request(method, path, json=body)
    assert answer.status_code < 300, answer.text
    found: dict[str, Any] = answer.json()
    return found


def users(reader: Client, right_id: int) -> list[str]:
    """Return the users of the right, as page, CSV and JSON name them alike."""
    page = reader.get(f"/r/{right_id}")
    assert page.status_code == 200
    shown = page.text.partition('<section id="users">')[2].partition("<details>")[0]
    table = reader.get("/open-data/use-rights.csv")
    lines = [row for row in DictReader(StringIO(table.text)) if row["right_id"] == str(right_id)]
    tree = reader.get("/open-data/use-rights.json").json()
    named = sorted(row["entity"] for row in tree if row["right_id"] == right_id)
    assert sorted(row["entity"] for row in lines) == named
    assert [name for name in named if f">{name}</a>" not in shown] == []
    assert shown.count('<li class="item">') == len(named)
    return named


def test_a_revoked_user_is_gone_from_page_and_open_data_at_the_next_request(
    visit: Visit, cast: Cast, products: tuple[int, int]
) -> None:
    office, reader = visit(api=cast.officer), visit()
    facts = {"sign": "Cà Mau", "goods": "cua", "registration_no": "116", "owner": "UBND tỉnh"}
    right = answered(office, "POST", "/api/v1/rights", type="gi", **facts)["id"]
    days = {"valid_from": "2025-01-01", "valid_to": "2029-12-31"}
    granted = [
        answered(office, "POST", "/api/v1/use-rights", right_id=right, product_id=one, **days)["id"]
        for one in products
    ]
    # Nothing is fact before an officer has held it against the certificate.
    assert reader.get(f"/r/{right}").status_code == 404
    assert reader.get("/open-data/rights.json").json() == []
    assert "Cà Mau" not in reader.get("/rights").text.partition('<ul class="rows">')[2]
    answered(office, "POST", f"/api/v1/rights/{right}/check", against="GCN 00116")
    both = sorted([cast.entity.name, DENIED])
    assert users(reader, right) == both
    before = reader.get("/open-data/use-rights.csv")
    assert "'=Cua gạch" in before.text
    tag = {"if-none-match": before.headers["etag"]}
    assert reader.get("/open-data/use-rights.csv", headers=tag).status_code == 304
    assert_described(reader)

    revoke(office, granted[1])
    assert users(reader, right) == [cast.entity.name]
    after = reader.get("/open-data/use-rights.csv", headers=tag)
    assert after.status_code == 200
    assert DENIED not in after.text
    folded = reader.get(f"/r/{right}").text.partition("<details>")[2]
    assert DENIED in folded
    assert "Đã bị thu hồi quyền sử dụng từ ngày 09/03/2026" in folded
    assert_described(reader)


def revoke(office: Client, use_right_id: int) -> None:
    paper = {"decision_no": "9/QĐ-SKHCN", "decided_on": "2026-03-09"}
    decision = paper | {"kind": "revoked", "effective_on": "2026-03-09"}
    told = decision | {"reason": "Không còn đủ điều kiện", "past_is_meant": True}
    answered(office, "POST", f"/api/v1/use-rights/{use_right_id}/decisions", **told)


def assert_described(reader: Client) -> None:
    """Assert that each file is what the package and the list of checksums say of it."""
    package = reader.get("/open-data/datapackage.json").json()
    sums = dict(
        line.split("  ")[::-1] for line in reader.get("/open-data/SHA256SUMS").text.split("\n")[:-1]
    )
    for one in package["resources"]:
        path = one["path"].removeprefix("https://ocop.test")
        answer = reader.get(path)
        digest = hashlib.sha256(answer.content).hexdigest()
        assert one["hash"] == f"sha256:{digest}", path
        assert one["bytes"] == len(answer.content), path
        assert sums[path.removeprefix("/open-data/")] == digest
        if path.endswith(".csv"):
            head = answer.text.partition("\r\n")[0].split(",")
            assert head == [field["name"] for field in one["schema"]["fields"]]
        else:
            schema = reader.get(one["jsonSchema"].removeprefix("https://ocop.test")).json()
            json.dumps(schema)
