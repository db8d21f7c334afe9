import pytest

from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Made

BATCHES = "/api/v1/batches"
APPROVAL = {"quantity": 90, "decision_no": "12/QĐ-SNN"}
HANDOVER = {"receiver": "Chị Chủ", "quantity": 50}


def ask(product: Product, **more: object) -> dict[str, object]:
    return {"product_id": product.id, "quantity": 100, "reason": "Vụ tết"} | more


def requested(client: Client, product: Product) -> str:
    answer = client.post(BATCHES, json=ask(product))
    assert answer.status_code == 201, answer.text
    return f"{BATCHES}/{answer.json()['id']}"


def test_a_batch_goes_its_way_over_http(visit: Visit, cast: Cast, product: Product) -> None:
    owner, officer = visit(api=cast.owner), visit(api=cast.approver)
    asked = owner.post(BATCHES, json=ask(product)).json()
    counts = {"issued": 0, "received": 0, "active": 0, "void": 0, "lost": 0, "returned": 0}
    assert {name: asked[name] for name in ("product_id", "entity_id", "requested", "granted")} == {
        "product_id": product.id, "entity_id": cast.entity.id, "requested": 100, "granted": None,
    }  # fmt: skip
    assert (asked["state"], asked["counts"]) == ("requested", counts)
    path = f"{BATCHES}/{asked['id']}"
    approved = officer.post(f"{path}/approve", json=APPROVAL)
    assert (approved.status_code, approved.json()["granted"]) == (200, 90)
    issued = officer.post(f"{path}/issue", json={}).json()
    assert (issued["state"], issued["counts"]) == ("issued", counts | {"issued": 90})
    officer.post(f"{path}/handover", json=HANDOVER)
    last = officer.post(f"{path}/handover", json=HANDOVER | {"quantity": 40}).json()
    assert (last["state"], last["counts"]) == ("handed_over", counts | {"received": 90})
    assert owner.get(path).json() == last
    moves = owner.get(f"{path}/movements").json()["items"]
    assert [(one["kind"], one["first"], one["last"]) for one in moves] == [
        ("issue", 1, 90), ("handover", 1, 50), ("handover", 51, 90),
    ]  # fmt: skip
    assert (moves[1]["receiver"], moves[1]["by"]) == ("Chị Chủ", "Phó phòng Minh")


def test_no_answer_tells_secrets_or_places_on_the_line(
    visit: Visit, cast: Cast, issued: Made
) -> None:
    answer = visit(api=cast.officer).get(f"{BATCHES}/{issued().id}").json()
    assert {"secret", "first", "last", "epoch"} & set(answer) == set()


def test_an_issue_needs_no_body(visit: Visit, cast: Cast, product: Product) -> None:
    officer = visit(api=cast.officer)
    path = requested(officer, product)
    officer.post(f"{path}/approve", json=APPROVAL)
    assert officer.post(f"{path}/issue").status_code == 200
    assert officer.post(f"{path}/issue", json={"first": 1}).status_code == 422


def test_a_refusal_keeps_its_reason(visit: Visit, cast: Cast, product: Product) -> None:
    officer = visit(api=cast.officer)
    path = requested(officer, product)
    assert officer.post(f"{path}/refuse", json={"reason": "  "}).status_code == 422
    refused = officer.post(f"{path}/refuse", json={"reason": "Thiếu hồ sơ"}).json()
    assert (refused["state"], refused["refusal"]) == ("refused", "Thiếu hồ sơ")
    again = officer.post(f"{path}/approve", json=APPROVAL)
    assert (again.status_code, again.json()["code"]) == (409, "stamps.batch_refused")


STEPS = {
    "approve": APPROVAL,
    "refuse": {"reason": "Thiếu hồ sơ"},
    "issue": {},
    "handover": HANDOVER,
}


@pytest.mark.parametrize("step", STEPS)
def test_only_officers_take_the_steps_of_a_batch(
    visit: Visit, cast: Cast, product: Product, step: str
) -> None:
    path = f"{requested(visit(api=cast.owner), product)}/{step}"
    for person in (cast.owner, cast.colleague, cast.inspector):
        assert visit(api=person).post(path, json=STEPS[step]).status_code == 403
    assert visit(api=cast.outsider).post(path, json=STEPS[step]).status_code == 404
    assert visit().post(path, json=STEPS[step]).status_code == 401
    missing = f"{BATCHES}/{2**62}/{step}"
    assert visit(api=cast.officer).post(missing, json=STEPS[step]).status_code == 404


def test_who_may_ask_for_stamps(visit: Visit, cast: Cast, product: Product) -> None:
    for person in (cast.owner, cast.officer, cast.approver):
        assert visit(api=person).post(BATCHES, json=ask(product)).status_code == 201
    for person in (cast.colleague, cast.inspector):
        assert visit(api=person).post(BATCHES, json=ask(product)).status_code == 403
    assert visit(api=cast.outsider).post(BATCHES, json=ask(product)).status_code == 404
    assert visit().post(BATCHES, json=ask(product)).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -5}, "quantity"),
        ({"quantity": 1_000_001}, "quantity"),
        ({"quantity": 2**63}, "quantity"),
        ({"quantity": "many"}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"product_id": 0}, "product_id"),
        ({"product_id": 2**70}, "product_id"),
        ({"reason": "a\u202eb"}, "reason"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_request_names_its_field(
    visit: Visit, cast: Cast, product: Product, wrong: dict[str, object], field: str
) -> None:
    owner = visit(api=cast.owner)
    answer = owner.post(BATCHES, json=ask(product, **wrong))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert owner.get(BATCHES).json()["items"] == []


def test_more_than_was_asked_or_granted_is_refused(
    visit: Visit, cast: Cast, product: Product
) -> None:
    officer = visit(api=cast.officer)
    path = requested(officer, product)
    too_many = APPROVAL | {"quantity": 101}
    assert officer.post(f"{path}/approve", json=too_many).status_code == 422
    officer.post(f"{path}/approve", json=APPROVAL)
    officer.post(f"{path}/issue", json={})
    above = officer.post(f"{path}/handover", json=HANDOVER | {"quantity": 91})
    assert (above.status_code, above.json()["code"]) == (422, "stamps.quantity")
    officer.post(f"{path}/handover", json=HANDOVER)
    left = officer.post(f"{path}/handover", json=HANDOVER | {"quantity": 41})
    assert (left.status_code, left.json()["code"]) == (409, "stamps.too_few_left")
    assert officer.get(path).json()["handed_over"] == 50


def test_batches_are_listed_for_those_who_see_them(
    visit: Visit, cast: Cast, database: Database, product: Product, issued: Made
) -> None:
    with database.begin() as db:
        theirs = make.product(db, of=cast.other)
    mine, foreign = [issued().id for _ in range(3)], issued(of=theirs).id
    waiting = requested(visit(api=cast.owner), product)

    def ids(client: Client, **given: object) -> list[str]:
        items = client.get(BATCHES, params=given).json()["items"]
        return [f"{BATCHES}/{item['id']}" for item in items]

    own = [f"{BATCHES}/{batch_id}" for batch_id in mine]
    officer = visit(api=cast.officer)
    assert ids(visit(api=cast.colleague)) == [*own, waiting]
    assert ids(officer) == [*own, f"{BATCHES}/{foreign}", waiting]
    assert ids(officer, entity_id=cast.other.id) == [f"{BATCHES}/{foreign}"]
    assert ids(officer, product_id=product.id, state="issued") == own
    assert ids(visit(api=cast.outsider), entity_id=cast.entity.id) == []
    assert officer.get(BATCHES, params={"state": "eaten"}).status_code == 422
    page = officer.get(BATCHES, params={"limit": 4}).json()
    assert len(officer.get(page["next"]).json()["items"]) == 1
    for path in (f"{BATCHES}/{mine[0]}", f"{BATCHES}/{mine[0]}/movements"):
        assert visit(api=cast.outsider).get(path).status_code == 404
        assert visit(api=cast.inspector).get(path).status_code == 200


def test_a_repeated_step_gets_the_first_answer(visit: Visit, cast: Cast, product: Product) -> None:
    officer = visit(api=cast.officer)
    path = requested(officer, product)
    steps = {BATCHES: ask(product), f"{path}/approve": APPROVAL, f"{path}/issue": {}}
    for address, body in (steps | {f"{path}/handover": HANDOVER}).items():
        headers = {"idempotency-key": f"key of {address}"}
        first = officer.post(address, json=body, headers=headers)
        again = officer.post(address, json=body, headers=headers)
        assert first.status_code in {200, 201}, first.text
        assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(officer.get(BATCHES).json()["items"]) == 2
    assert officer.get(path).json()["handed_over"] == 50
