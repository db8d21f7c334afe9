import pytest
from fastapi import FastAPI

from app.kit.db import Database
from app.stamps.models import Batch
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Issue


@pytest.fixture
def code(issue: Issue, database: Database, app: FastAPI) -> str:
    with database.begin(write=False) as db:
        batch = db.get(Batch, issue(5))
        assert batch is not None
        return make.code(batch, 2, keyring=app.state.keyring)


WHY = {"reason": "Thấy ở ba cửa hàng"}


def test_an_officer_has_buyers_warned_and_takes_it_back(
    visit: Visit, cast: Cast, code: str
) -> None:
    client = visit(api=cast.officer)
    done = client.post(f"/api/v1/stamps/{code}/suspicion", json=WHY)
    assert (done.status_code, done.json()["number"], done.json()["suspicious"]) == (200, 2, True)
    assert WHY["reason"] in visit(page=cast.inspector).get(f"/office/stamps/{code}").text
    lifted = client.post(f"/api/v1/stamps/{code}/suspicion/lift", json=WHY)
    assert not lifted.json()["suspicious"]
    assert WHY["reason"] not in visit(page=cast.inspector).get(f"/office/stamps/{code}").text


def test_the_page_finds_a_stamp_by_what_the_scanner_read(
    visit: Visit, cast: Cast, code: str
) -> None:
    client = visit(page=cast.officer)
    found = client.get("/office/stamps", params={"code": f"HTTPS://OCOP.TEST/T/{code}"})
    assert found.headers["location"] == f"/office/stamps/{code}"
    missed = client.get("/office/stamps", params={"code": "x"})
    assert (missed.status_code, 'value="x"' in missed.text) == (404, True)
    sent = client.post(f"/office/stamps/{code}/suspicion", data={"reason": " "})
    assert sent.status_code == 422
    assert client.post(f"/office/stamps/{code}/suspicion", data=WHY).status_code == 303
    assert client.post(f"/office/stamps/{code}/suspicion", data=WHY | {"lift": "1"}).is_redirect


def test_only_officers_judge_and_only_the_department_looks(
    visit: Visit, cast: Cast, code: str
) -> None:
    for person in (cast.owner, cast.outsider, cast.inspector):
        assert (
            visit(api=person).post(f"/api/v1/stamps/{code}/suspicion", json=WHY).status_code == 403
        )
    assert visit(page=cast.owner).get(f"/office/stamps/{code}").status_code == 403
    assert visit(page=cast.inspector).get(f"/office/stamps/{code}").status_code == 200
    unknown = visit(api=cast.officer).post("/api/v1/stamps/1/suspicion", json=WHY)
    assert unknown.status_code == 404
