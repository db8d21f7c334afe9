"""A batch of 60,000 stamps from its request to its reconciliation, and every way in between."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.identity.rules import Role
from app.kit.db import Database
from app.products.models import Product
from app.stamps.batch_queries import list_moved, list_runs
from app.stamps.ledger import replay
from app.stamps.ledger_models import StampPolicy
from app.stamps.policy_queries import usual_policy
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

SIZE = 60_000


@dataclass
class Desk:
    """Everybody who has a hand in the batch, and the batch."""

    owner: Client
    first: Client
    second: Client
    page: Client
    clock: Clock
    lot_id: int
    batch_id: int = 0

    @property
    def path(self) -> str:
        return f"/api/v1/batches/{self.batch_id}"

    def do(self, who: Client, path: str, status: int = 200, **body: Any) -> Any:  # noqa: ANN401 - the API's own answers
        self.clock.now += timedelta(minutes=1)
        address = path if path.startswith("/api/") else f"{self.path}/{path}"
        answer = who.post(address, json=body, params={"lang": "en"})
        assert answer.status_code == status, answer.text
        if self.batch_id:
            assert self.adds_up(), (path, body)
        return answer.json()

    def span(self, who: Client, step: str, first: int, last: int, **more: Any) -> Any:  # noqa: ANN401 - as above
        ends = {"batch_id": self.batch_id, "first": first, "last": last}
        return self.do(who, f"/api/v1/spans/{step}", **(ends | more))

    def figures(self) -> dict[str, int]:
        found: dict[str, int] = self.first.get(f"{self.path}/books").json()["figures"]
        return found

    def adds_up(self) -> bool:
        one = self.figures()
        before = ("spoiled", "withdrawn", "waiting", "handed_over")
        after = ("active", "void", "lost", "returned", "on_hand")
        return (
            sum(one[name] for name in before) == one["granted"]
            and sum(one[name] for name in after) == one["handed_over"]
        )


@pytest.fixture
def desk(visit: Visit, cast: Cast, clock: Clock, database: Database, product: Product) -> Desk:
    with database.begin() as db:
        policy = usual_policy()
        policy.lapse_months = 1
        db.add(policy)
        lot = make.complete_lot(db, of=product, quantity=5000.0, unit="KGM")
        db.get_one(Product, product.id).net_quantity = 500.0
        db.get_one(Product, product.id).net_unit = "GRM"
        other = make.person(db, "Cán bộ Huệ", Role.OFFICER)
    clients = (visit(api=cast.owner), visit(api=cast.officer), visit(api=other))
    return Desk(*clients, visit(page=cast.officer), clock, lot.id)


def test_a_batch_of_60000_goes_from_request_to_reconciled_and_adds_up_at_every_step(
    desk: Desk, database: Database, product: Product
) -> None:
    asked = desk.do(
        desk.owner, "/api/v1/batches", 201, product_id=product.id, quantity=SIZE, reason="Vụ tết"
    )
    desk.batch_id = asked["id"]
    grant: dict[str, Any] = {"quantity": SIZE, "decision_no": "88/QĐ", "programme": "OCOP"}
    assert desk.do(desk.first, "approve", **grant)["budget_year"] == 2026
    assert desk.do(desk.first, "issue", 409)["code"] == "stamps.same_person"
    assert desk.do(desk.second, "issue")["lapses_on"] == "2026-04-10"
    hand_over(desk)
    use(desk)
    take_back(desk)
    void_many(desk)
    settle(desk)
    check_page(desk)
    with database.begin(write=False) as db:
        moves = list_moved(db, batch_id=desk.batch_id)
        assert replay(moves) == list_runs(db, batch_id=desk.batch_id)


def hand_over(desk: Desk) -> None:
    desk.span(desk.first, "spoil", 501, 520, reason="Lệch mực")
    desk.do(desk.first, "handover", receiver="Chị Chủ", quantity=40_000, document_no="BB 1")
    given = desk.first.get(f"{desk.path}/handovers").json()
    assert given[0]["runs"] == [[1, 500], [521, 40_020]]
    desk.do(desk.first, "handover", receiver="Chị Chủ", quantity=19_000, document_no="BB 2")
    receipt = f"/api/v1/handovers/{given[0]['id']}/confirm"
    said = desk.do(desk.owner, receipt, 422, quantity=39_990)
    assert "The minutes say 40,000" in said["errors"][0]["reason"]
    desk.do(desk.owner, receipt, quantity=39_990, note="Thiếu một tờ")
    assert desk.do(desk.owner, receipt, 409, quantity=40_000)["code"] == "stamps.receipt_confirmed"


def use(desk: Desk) -> None:
    """Activate within the mass balance: 5,000 kg and five percent are 10,500 pieces of 500 g."""
    onto = {"batch_id": desk.batch_id, "lot_id": desk.lot_id}
    path = "/api/v1/spans/activate-next"
    pieces = desk.do(desk.owner, path, quantity=10_000, **onto)
    assert [(one["first"], one["last"]) for one in pieces] == [(1, 500), (521, 10_020)]
    too_many = desk.do(desk.owner, path, 409, quantity=501, **onto)
    assert too_many["code"] == "stamps.mass_balance"
    assert "At most 500 stamps fit" in too_many["detail"]
    (kept,) = desk.first.get(f"/api/v1/refusals?lot_id={desk.lot_id}").json()["items"]
    assert kept["facts"] == {
        "unit": "KGM", "output": "5000", "allowed": "5250", "active": "5000", "asked": "250.5",
        "fit": 500,
    }  # fmt: skip
    desk.span(desk.owner, "undo", 9021, 10_020, reason="Nhầm lô")
    assert desk.figures()["active"] == 9000


def take_back(desk: Desk) -> None:
    desk.span(desk.owner, "lose", 30_001, 30_010, reason="Thất lạc khi chở")
    ends = {"batch_id": desk.batch_id, "first": 9001, "last": 9030, "document_no": "BB 3"}
    active = desk.do(desk.first, "/api/v1/spans/return", 409, **ends)
    assert active["code"] == "stamps.active"
    assert "9,001-9,020" in active["detail"]
    desk.span(desk.first, "return", 50_001, 50_500, document_no="BB 3")
    desk.span(desk.first, "reissue", 50_001, 50_200, receiver="Chị Chủ", document_no="BB 4")
    again = desk.first.get(f"{desk.path}/handovers").json()[-1]
    assert (again["again"], again["runs"]) == (True, [[50_001, 50_200]])


def void_many(desk: Desk) -> None:
    void = {"batch_id": desk.batch_id, "first": 11_001, "last": 21_000, "reason": "Ẩm mốc"}
    refused = desk.do(desk.owner, "/api/v1/spans/void", 409, **void)
    assert refused["code"] == "stamps.second_person"
    order = desk.do(desk.first, "/api/v1/span-orders", 201, **void)
    confirm = f"/api/v1/span-orders/{order['id']}/confirm"
    assert desk.do(desk.first, confirm, 409)["code"] == "stamps.same_person"
    assert desk.do(desk.owner, confirm, 403)
    assert desk.do(desk.second, confirm)["quantity"] == 10_000
    assert desk.do(desk.second, confirm, 409)["code"] == "stamps.order_decided"
    desk.span(desk.owner, "void", 1, 3, reason="Rách")


def settle(desk: Desk) -> None:
    desk.clock.now = make.NOW + timedelta(days=40)
    figures = desk.figures()
    assert figures == {
        "granted": 60_000, "spoiled": 20, "withdrawn": 0, "waiting": 980, "handed_over": 59_000,
        "active": 8997, "void": 10_003, "lost": 10, "returned": 300, "on_hand": 39_690,
        "lapsed": 40_970,
    }  # fmt: skip
    late = {"batch_id": desk.batch_id, "lot_id": desk.lot_id, "quantity": 1}
    assert (
        desk.do(desk.owner, "/api/v1/spans/activate-next", 409, **late)["code"] == "stamps.lapsed"
    )
    books = desk.first.get(f"{desk.path}/books").json()
    names = ("spoiled", "waiting", "handed_over", "on_hand", "returned")
    counts = {name: figures[name] for name in names} | {"printed": 60_000, "on_hand": 39_680}
    count = {"movement_id": books["movement_id"], "counts": counts}
    unsaid = desk.do(desk.first, "reconciliations", 422, **count)
    assert unsaid["errors"][0]["field"] == "on_hand_reason"
    desk.span(desk.owner, "lose", 39_001, 39_010, reason="Thiếu một tờ, xem BB 1")
    moved = desk.do(desk.first, "reconciliations", 409, **count)
    assert moved["code"] == "stamps.moved_meanwhile"
    assert "Loss of stamps 39,001-39,010" in moved["detail"]
    count["movement_id"] = desk.first.get(f"{desk.path}/books").json()["movement_id"]
    kept = desk.do(desk.first, "reconciliations", 201, **count)
    assert kept["settled"]
    assert all(line["difference"] == 0 for line in kept["lines"])
    assert desk.first.get(f"{desk.path}/books").json()["settled"]


def check_page(desk: Desk) -> None:
    """The page shows the sums, and tells what happened in its order, page after page."""
    path = f"/office/batches/{desk.batch_id}"
    told: list[str] = []
    page = desk.page.get(path).text
    assert re.search(r'id="granted-total">60\.000<', page)
    assert re.search(r'id="handed-total">59\.000<', page)
    while True:
        found = desk.page.get(f"{path}?limit=4&after={len(told)}").text
        events = found[found.index('<ol class="timeline">') :]
        told += re.findall(r"<p><b>(.*?)</b>", events)
        if f"after={len(told)}" not in events:
            break
    assert told == re.findall(r"<p><b>(.*?)</b>", page[page.index('<ol class="timeline">') :])
    assert told[:6] == [
        "Yêu cầu cấp", "Đã phê duyệt", "Cấp tem", "Hỏng khi in", "Bàn giao tem", "Bàn giao tem",
    ]  # fmt: skip
    assert told[-3:] == ["Tem đã hết hạn kích hoạt", "Ghi nhận tem thất lạc", "Đã đối chiếu"]
    for seen in ("số 1-500, 521-40.020", "Thiếu một tờ", "nhiều nhất 5.250", "BB 4"):
        assert seen in page
    assert "Tem có biến động sau đối chiếu" not in page


def test_the_rules_are_set_by_administrators_and_told_to_officers(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        boss = make.person(db, "Quản trị", Role.ADMINISTRATOR)
    rules = {"two_people_from": 500, "undo_days": 3, "lapse_months": 12, "tolerance_percent": 2.5}
    rules["recall_two_from"] = 200
    path = "/api/v1/stamp-policy"
    assert visit(api=cast.officer).get(path).json()["two_people_from"] == 10_000
    assert visit(api=cast.officer).request("PUT", path, json=rules).status_code == 403
    assert visit(api=boss).request("PUT", path, json=rules).json() == rules
    for name, wrong in (("undo_days", 11), ("lapse_months", 0), ("tolerance_percent", 101)):
        answer = visit(api=boss).request("PUT", path, json=rules | {name: wrong})
        assert answer.json()["errors"][0]["field"] == name
    page = visit(page=boss)
    form = {name: str(value) for name, value in rules.items()} | {"lapse_months": ""}
    assert page.post("/office/policy", data=form | {"undo_days": "x"}).status_code == 422
    assert page.post("/office/policy", data=form).status_code == 303
    with database.begin(write=False) as db:
        kept = db.scalars(select(StampPolicy)).one()
        assert (kept.undo_days, kept.lapse_months) == (3, None)
    shown = visit(page=cast.officer).get("/office/policy").text
    assert "Không bao giờ" in shown
    assert '<form method="post" class' not in shown
