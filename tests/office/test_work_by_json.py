"""The queue, what ends and what is asked for before activation, by JSON."""

from datetime import timedelta

import pytest

from app.identity.rules import Role
from app.kit.db import Database
from tests import make, make_certificates, make_oversight
from tests.conftest import Cast, Visit

QUEUE, ENDS, POLICY = "/api/v1/queue", "/api/v1/expiries", "/api/v1/certificate-policy"


@pytest.mark.on("sqlite")
def test_what_waits_is_listed_and_given_to_somebody(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        first, second = (make_oversight.report(db).id for _ in range(2))
    desk = visit(api=cast.officer)
    page = desk.get(f"{QUEUE}?kind=report&limit=1").json()
    assert [one["id"] for one in page["items"]] == [first]
    assert [one["id"] for one in desk.get(page["next"]).json()["items"]] == [second]
    assert desk.get(f"{QUEUE}?kind=report&sort=newest").json()["items"][0]["id"] == second
    path = f"{QUEUE}/report/{first}"
    given = {"assignee_id": cast.inspector.account_id, "priority": "urgent", "seen": 0}
    made = desk.post(path, json=given)
    assert made.status_code == 200, made.text
    assert made.json()["assignee_id"] == cast.inspector.account_id
    assert [one["priority"] for one in made.json()["assignments"]] == ["urgent"]
    # Who looked before this assignment is told of it.
    assert desk.post(path, json=given).json()["code"] == "office.assigned_meanwhile"
    assert desk.post(path, json={"assignee_id": cast.owner.account_id}).status_code == 422
    mine = visit(api=cast.inspector).get(f"{QUEUE}?whose=mine").json()["items"]
    assert [(one["kind"], one["id"]) for one in mine] == [("report", first)]
    assert desk.get(f"{QUEUE}?closed=true").json()["items"] == []
    assert desk.get(f"{QUEUE}/nothing/1").status_code == 422


@pytest.mark.on("sqlite")
def test_what_ends_and_what_is_asked_for_are_read_and_set(
    database: Database, cast: Cast, visit: Visit
) -> None:
    soon = make.TODAY + timedelta(days=20)
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        chief = make.person(db, "Quản trị", Role.ADMINISTRATOR)
        paper = make_certificates.certificate(
            db, of=cast.entity, valid_to=soon, valid_from=make.TODAY - timedelta(days=300)
        )
    desk, administrator = visit(api=cast.officer), visit(api=chief)
    ends = desk.get(f"{ENDS}?entity_id={cast.entity.id}").json()["items"]
    assert [(one["kind"], one["id"], one["last_day"], one["notice"]) for one in ends] == [
        ("certificate", paper.id, soon.isoformat(), 30)
    ]
    assert desk.get(f"{ENDS}?within=7").json()["items"] == []
    assert desk.get(f"{ENDS}?month={soon:%Y-%m}&kind=certificate").json()["items"] == ends
    asked = {"in_force_from": make.TODAY.isoformat(), "all_of": ["haccp"], "any_of": ["halal"]}
    touched = administrator.post(f"{POLICY}/preview", json=asked).json()
    assert touched["count"] == 1
    assert touched["products"][0]["product_id"] == product.id
    assert touched["products"][0]["lacks"] == [["haccp"], ["halal"]]
    assert desk.get(POLICY).json() == []
    assert administrator.post(POLICY, json=asked).status_code == 201
    assert [one["all_of"] for one in desk.get(POLICY).json()] == [["haccp"]]
    assert administrator.post(POLICY, json=asked).status_code == 409
    past = asked | {"in_force_from": "2026-01-01"}
    assert administrator.post(POLICY, json=past).status_code == 422
