"""Plans, checklists and measures by JSON: what their pages do, refused where they refuse."""

from typing import Any

import pytest

from app.kit.db import Database
from tests import make, make_inspections
from tests.client import Client
from tests.conftest import Cast, Visit

PLANS, LISTS, DUE = "/api/v1/inspection-plans", "/api/v1/checklists", "/api/v1/measures"


def sent(client: Client, path: str, status: int = 200, /, **body: object) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.on("sqlite")
def test_a_plan_is_made_filled_approved_and_read_by_its_rows(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        right = make.right(db, sign="Cà Mau")
        product = make.product(db, of=cast.entity)
        make.use_right(db, of=right, product=product)
    desk = visit(api=cast.officer)
    plan = sent(desk, PLANS, 201, name="Kế hoạch 2026", year=2026)
    path = f"{PLANS}/{plan['id']}"
    decided: dict[str, Any] = {"decision_no": "1/QĐ", "decided_on": "2026-03-01"}
    assert sent(desk, f"{path}/approve", 409, **decided)["code"] == "oversight.plan_empty"
    changed = desk.request(
        "PUT", path, json={"name": "Kế hoạch năm", "seen": plan["changed_at"]}
    ).json()
    assert changed["name"] == "Kế hoạch năm"
    late = desk.request("PUT", path, json={"name": "Khác", "seen": plan["changed_at"]})
    assert late.json()["code"] == "record_changed"
    users = sent(desk, f"{path}/rows/users", right_id=right.id, month=9, team=["Chị Lan"])
    assert users["planned"] == 1
    again = sent(desk, f"{path}/rows/users", 422, right_id=right.id)
    assert again["code"] == "oversight.plan_nothing_new"
    row: dict[str, Any] = {"subject": "product", "record_id": product.id}
    assert sent(desk, f"{path}/rows", **row)["planned"] == 2
    assert sent(desk, f"{path}/rows/commune", commune_code=make.DAT_MUI)["planned"] > 2
    rows = desk.get(f"/api/v1/inspections?plan_id={plan['id']}").json()["items"]
    first = next(one for one in rows if one["right_id"])
    assert (first["team"], first["planned_on"]) == (["Chị Lan"], "2026-09-01")
    left = sent(desk, f"{path}/rows/{first['id']}/remove")["planned"]
    assert left == len(rows) - 1
    assert sent(desk, f"{path}/approve", **decided)["state"] == "approved"
    assert sent(desk, f"{path}/close", 409)["code"] == "oversight.plan_unfinished"
    assert [one["id"] for one in desk.get(f"{PLANS}?state=approved").json()["items"]] == [
        plan["id"]
    ]
    assert (
        visit(api=cast.inspector).post(PLANS, json={"name": "x", "year": 2026}).status_code == 403
    )


@pytest.mark.on("sqlite")
def test_a_checklist_is_read_and_its_next_version_published(
    database: Database, cast: Cast, visit: Visit
) -> None:
    desk = visit(api=cast.officer)
    ready = desk.post(f"{LISTS}/ready").json()
    one = next(each for each in ready if each["code"] == "hang-nam")
    path = f"{LISTS}/{one['id']}"
    body = desk.get(f"{path}/versions/1").json()["body"]
    named = {"code": "hang-nam", "name": one["name"]}
    assert sent(desk, LISTS, 409, **named, body=body)["code"] == "oversight.checklist_same"
    body["sections"][0]["items"][0]["kind"] = "maybe"
    assert sent(desk, LISTS, 422, **named, body=body)["code"] == "oversight.checklist_wrong"
    body["sections"] = body["sections"][1:]
    made = sent(desk, LISTS, 201, **named, body=body, note="Bỏ phần đầu")
    assert (made["version"], [each["version"] for each in made["versions"]]) == (2, [2, 1])
    assert sent(desk, f"{path}/retire")["retired_on"] == make.TODAY.isoformat()
    assert [each["id"] for each in desk.get(f"{LISTS}?retired=true").json()["items"]] == [one["id"]]
    assert sent(desk, f"{path}/restore")["retired_on"] is None
    with database.begin(write=False) as db:
        assert make_inspections.latest(db, one["id"]).body == body


def test_a_measure_is_answered_by_whose_it_is_and_confirmed_by_the_department(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        own = make_inspections.signed_with_measure(db, cast.entity.id).id
        other = make_inspections.signed_with_measure(db, cast.other.id).id
    desk, owner = visit(api=cast.officer), visit(api=cast.owner)
    listed = [one["id"] for one in desk.get(f"{DUE}?state=open").json()["items"]]
    assert listed == [own, other]
    told = owner.get(DUE).json()["items"]
    assert [(one["id"], one["deadline"], one["state"]) for one in told] == [
        (own, make.TODAY.isoformat(), "open")
    ]
    assert owner.get(f"{DUE}/{other}").status_code == 404
    assert sent(owner, f"{DUE}/{other}/answers", 404, text="Đã làm")
    answered = sent(owner, f"{DUE}/{own}/answers", text="Đã lập sổ")
    assert [one["text"] for one in answered["answers"]] == ["Đã lập sổ"]
    waiting = desk.get(f"{DUE}?answered=true").json()["items"]
    assert [one["id"] for one in waiting] == [own]
    done: dict[str, Any] = {"done_on": make.TODAY.isoformat(), "result": "Đã xem tại cơ sở"}
    assert sent(owner, f"{DUE}/{own}/confirm", 403, **done)
    seen = waiting[0]["changed_at"]
    confirmed = sent(desk, f"{DUE}/{own}/confirm", **done, seen=seen)
    assert confirmed["state"] == "done"
    late = {"reason": "Ảnh của nơi khác", "seen": seen}
    assert sent(desk, f"{DUE}/{own}/reopen", 409, **late)["code"] == "record_changed"
    assert sent(desk, f"{DUE}/{own}/reopen", reason=late["reason"])["done_on"] is None
    extended = sent(desk, f"{DUE}/{own}/extend", deadline="2026-04-01", reason="Xin thêm thời gian")
    assert extended["deadline"] == "2026-04-01"
