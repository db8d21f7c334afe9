"""Recall and hold: who may set and lift them, and what stands."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.diary.models import Lot
from app.kit.db import Database
from tests import make
from tests.conftest import Cast, Visit

WHY = {"reason": "Phát hiện dư lượng vượt mức", "advice": "Không sử dụng, trả lại nơi mua"}


@pytest.fixture
def path(database: Database, cast: Cast) -> str:
    with database.begin() as db:
        lot: Lot = make.lot(db, of=make.product(db, of=cast.entity))
    return f"/api/v1/lots/{lot.id}"


def test_an_officer_recalls_a_lot_and_lifts_it(
    visit: Visit, cast: Cast, path: str, db: Session
) -> None:
    client = visit(api=cast.officer)
    made = client.post(f"{path}/recall", json=WHY)
    assert made.status_code == 201, made.text
    lot = visit(api=cast.owner).get(path).json()
    assert lot["recall"] | {"since": ""} == {
        **WHY,
        "since": "",
        "by": "Cán bộ Lan",
        "official": True,
    }
    assert "recalled" in [item["code"] for item in lot["missing"]]
    assert client.post(f"{path}/recall", json=WHY).status_code == 409
    lifted = client.post(f"{path}/recall/lift", json={"reason": "Kết quả đạt"})
    assert (lifted.status_code, lifted.json()["lift_reason"]) == (200, "Kết quả đạt")
    assert client.get(path).json()["recall"] is None
    assert client.post(f"{path}/recall/lift", json={"reason": "x"}).status_code == 409
    # A lot may be recalled again: what was lifted stays on record beside it.
    assert client.post(f"{path}/recall", json=WHY).status_code == 201
    query = select(AuditEvent.action).where(AuditEvent.subject_kind == "lot")
    lot_id = path.rsplit("/", 1)[1]
    actions = db.scalars(query.where(AuditEvent.subject_id == lot_id).order_by(AuditEvent.seq))
    assert list(actions) == ["lot.recall", "lot.lift_recall", "lot.recall"]


@pytest.mark.parametrize("way", ["recall", "recall/lift"])
def test_only_officers_recall(visit: Visit, cast: Cast, path: str, way: str) -> None:
    for person, status in (
        (cast.owner, 403),
        (cast.colleague, 403),
        (cast.inspector, 403),
        (cast.outsider, 404),
    ):
        assert visit(api=person).post(f"{path}/{way}", json={"reason": "x"}).status_code == status


def test_the_owner_holds_and_lifts_an_own_lot(visit: Visit, cast: Cast, path: str) -> None:
    owner, worker = visit(api=cast.owner), visit(api=cast.colleague)
    assert worker.post(f"{path}/hold", json=WHY).status_code == 403
    assert owner.post(f"{path}/hold", json=WHY).status_code == 201
    assert owner.post(f"{path}/hold", json=WHY).status_code == 409
    assert owner.get(path).json()["hold"]["official"] is False
    assert owner.post(f"{path}/hold/lift", json={"reason": "Ổn"}).status_code == 200
    assert owner.get(path).json()["hold"] is None


def test_the_owner_cant_lift_the_departments_hold(visit: Visit, cast: Cast, path: str) -> None:
    owner, officer = visit(api=cast.owner), visit(api=cast.officer)
    owner.post(f"{path}/hold", json=WHY)
    # The Department's takes the place of the owner's.
    assert officer.post(f"{path}/hold", json=WHY).status_code == 201
    assert officer.post(f"{path}/hold", json=WHY).status_code == 409
    assert owner.post(f"{path}/hold/lift", json={"reason": "Ổn"}).status_code == 403
    assert owner.get(path).json()["hold"]["official"] is True
    assert officer.post(f"{path}/hold/lift", json={"reason": "Ổn"}).status_code == 200


@pytest.mark.parametrize("reason", ["", "   ", "a\u2066b", "x" * 1001, None])
@pytest.mark.parametrize("way", ["recall", "hold"])
def test_a_notice_needs_a_plain_reason(
    visit: Visit, cast: Cast, path: str, way: str, reason: str | None
) -> None:
    client = visit(api=cast.officer)
    refused = client.post(f"{path}/{way}", json={"reason": reason})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "reason"
    assert client.get(path).json()[way] is None


def test_a_recalled_lot_is_not_released(visit: Visit, cast: Cast, path: str) -> None:
    owner = visit(api=cast.owner)
    owner.post(f"{path}/close")
    visit(api=cast.officer).post(f"{path}/recall", json=WHY)
    refused = owner.post(f"{path}/release")
    assert (refused.status_code, refused.json()["code"]) == (409, "diary.lot_stopped")


def test_recalled_lots_are_found_in_the_office(
    visit: Visit, cast: Cast, path: str, database: Database
) -> None:
    with database.begin() as db:
        other = make.lot(db, of=make.product(db, of=cast.entity), number="KHAC-1")
    visit(api=cast.officer).post(f"{path}/recall", json=WHY)
    page = visit(page=cast.officer).get("/office/lots?recalled=1").text
    assert f"/office/lots/{path.rsplit('/', 1)[1]}" in page
    assert f"/office/lots/{other.id}" not in page
