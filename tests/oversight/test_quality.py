"""Quality tests as officers record them, owners read them, and programs send them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.diary.models import Lot
from app.kit.db import Database
from app.oversight.quality_models import Criterion
from app.products.models import Product
from tests import make
from tests.client import seen_in
from tests.conftest import Cast, Clock, Visit
from tests.make_documents import pdf
from tests.make_quality import sample

WHY = "Phòng kiểm nghiệm đã xác nhận nhầm mẫu"
HEAD = {
    "sampled_on": "2026-03-01",
    "sampled_by": "Nguyễn Văn Mẫu",
    "laboratory": "Trung tâm Kiểm nghiệm",
    "report_no": "KN-9",
}
ROWS = {
    "name_1": "Chloramphenicol", "limit_kind_1": "absent", "result_1": "",
    "name_3": "Histamin", "limit_kind_3": "max", "limit_high_3": "100", "unit_3": "mg/kg",
    "result_3": "12,5",
}  # fmt: skip


@dataclass(frozen=True)
class Goods:
    product: Product
    lot: Lot


@pytest.fixture
def goods(database: Database, cast: Cast) -> Goods:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Khô cá lóc U Minh")
        return Goods(product, make.complete_lot(db, of=product, number="L-7"))


def test_a_test_is_recorded_and_filled_in_on_pages_without_script(
    visit: Visit, cast: Cast, goods: Goods, clock: Clock
) -> None:
    officer = visit(page=cast.officer)
    assert "Khô cá lóc U Minh" in officer.get("/office/tests/new?q=ca loc").text
    page = officer.get(f"/office/tests/new?lot={goods.lot.id}").text
    assert 'name="product_id"' in page
    form = {**HEAD, **ROWS, "product_id": goods.product.id, "lot_id": goods.lot.id, "public": "on"}
    more = officer.post("/office/tests/new", data={**form, "more": "1"})
    # The rows stand one below the other, and there are more of them.
    assert more.status_code == 200
    assert 'name="name_2" type="text" value="Histamin"' in more.text
    assert 'name="name_7"' in more.text
    wrong = {**form, "limit_high_3": "1.000", "sampled_by": "", "name_5": "Ẩm"}
    refused = officer.post("/office/tests/new", data=wrong)
    assert refused.status_code == 422
    for field in ("limit_high_2", "sampled_by", "limit_kind_3"):
        assert f'id="{field}-wrong"' in refused.text
    made = officer.post("/office/tests/new", data=form)
    assert made.status_code == 303
    path = made.headers["location"].partition("?")[0]
    assert "Chờ kết quả" in officer.get(path).text

    edit = officer.get(f"{path}/edit").text
    filled = {**form, "seen": seen_in(edit), "result_1": "0,4"}
    crossed_limits = {"limit_kind_3": "range", "limit_low_3": "200"}
    for crossed in ({"valid_until": "2001-01-01"}, crossed_limits):
        answer = officer.post(f"{path}/edit", data=filled | crossed)
        assert (answer.status_code, seen_in(answer.text)) == (422, filled["seen"])
    clock.now += timedelta(minutes=1)
    assert officer.post(f"{path}/edit", data=filled).status_code == 303
    late = officer.post(f"{path}/edit", data={**filled, "result_1": "KPH"})
    assert late.status_code == 422
    assert "Hiện đang là: 0,4" in late.text
    assert 'value="KPH"' in late.text


def test_what_failed_blocks_the_lot_until_an_officer_lifts_it(
    visit: Visit, cast: Cast, goods: Goods, database: Database
) -> None:
    with database.begin() as db:
        path = f"/office/tests/{sample(db, of=goods.lot, antibiotic='0,4').id}"
    officer, owner = visit(page=cast.officer), visit(page=cast.owner)
    page = officer.get(path).text
    assert "Không đạt" in page
    assert f"/office/lots/{goods.lot.id}/recall?reason=Ki%E1%BB%83m+nghi" in page
    recall = re.search(rf'"(/office/lots/{goods.lot.id}/recall[^"]+)"', page)
    assert recall
    assert "không đạt: Chloramphenicol" in officer.get(recall[1]).text
    lot = owner.get(f"/app/lots/{goods.lot.id}").text
    assert "không đạt: Chloramphenicol" in lot
    missing = owner.get(f"/api/v1/lots/{goods.lot.id}").json()["missing"]
    assert "failed_test" in {one["code"] for one in missing}
    own = owner.get(path.replace("/office/", "/app/")).text
    assert "Không kích hoạt được tem: Chloramphenicol" in own
    assert "L-7" in owner.get("/app/tests").text

    paper = {"document": ("ket-qua.pdf", pdf(), "application/pdf")}
    sent = officer.post(f"{path}/documents", data={"kind": "report"}, files=paper)
    assert sent.status_code == 303
    assert "ket-qua.pdf" in owner.get(path.replace("/office/", "/app/")).text
    assert officer.post(f"{path}/lift", data={"reason": "ừ"}).status_code == 422
    assert officer.post(f"{path}/lift", data={"reason": WHY}).status_code == 303
    assert "không đạt: Chloramphenicol" not in owner.get(f"/app/lots/{goods.lot.id}").text
    assert officer.post(f"{path}/lift", data={"reason": WHY}).status_code == 422
    assert officer.post(f"{path}/strike", data={"reason": WHY}).status_code == 303
    refused = officer.post(f"{path}/edit", data={**HEAD, **ROWS, "product_id": goods.product.id})
    assert refused.status_code == 422
    assert "đã bị gạch bỏ" in refused.text
    with database.begin(write=False) as db:
        query = select(AuditEvent.action, AuditEvent.entity_id).order_by(AuditEvent.seq)
        told = db.execute(query.where(AuditEvent.subject_kind == "test")).all()
    acts = ["record", "lift", "strike"]
    assert [row.action for row in told if row.action != "document.attach"] == [
        f"test.{act}" for act in acts
    ]
    assert {row.entity_id for row in told} == {cast.entity.id}


def test_what_criteria_said_is_kept_for_good(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    test = sample(db, of=product)
    with pytest.raises(DatabaseError):
        db.execute(update(Criterion).where(Criterion.test_id == test.id).values(verdict="failed"))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"criteria": []}, "fields_invalid"),
    ({"sampled_on": "2026-03-11"}, "entities.not_yet"),
    ({"reported_on": "2026-02-28"}, "oversight.days_crossed"),
    ({"valid_until": "2026-02-28"}, "oversight.days_crossed"),
    ({"lot_id": 2**61}, "diary.lot_not_found"),
    ({"facility_id": 2**61}, "entities.part_not_found"),
    ({"criteria": [{"name": "A", "limit_kind": "max"}]}, "oversight.limit_missing"),
    (
        {"criteria": [{"name": "A", "limit_kind": "max", "limit_high": 1, "result": "x"}]},
        "oversight.result_unclear",
    ),
    (
        {"criteria": [{"name": n, "limit_kind": "absent"} for n in ("Chì", "chi")]},
        "oversight.criterion_twice",
    ),
]


def test_programs_record_read_and_change_tests_and_bad_ones_are_refused(
    visit: Visit, cast: Cast, goods: Goods, database: Database
) -> None:
    officer, owner, outsider = (visit(api=one) for one in (cast.officer, cast.owner, cast.outsider))
    lead = {"name": "Chì", "limit_kind": "max", "limit_high": 0.3, "unit": "mg/kg"}
    body = {**HEAD, "product_id": goods.product.id, "criteria": [{**lead, "result": "<0,01"}]}
    for change, code in WRONG:
        refused = officer.post("/api/v1/tests", json=body | change)
        assert refused.json()["code"] == code, change
    made = officer.post("/api/v1/tests", json=body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/tests/{made.json()['id']}"
    assert (made.json()["verdict"], made.json()["entity_id"]) == ("passed", cast.entity.id)
    twin = officer.post("/api/v1/tests", json=body)
    assert (twin.status_code, twin.json()["code"]) == (409, "oversight.sample_there")
    with database.begin() as db:
        foreign = make.product(db, of=cast.other)
    mixed = body | {"entity_id": cast.entity.id, "product_id": foreign.id, "report_no": "2"}
    assert officer.post("/api/v1/tests", json=mixed).json()["code"] == "oversight.sample_unclear"

    body["criteria"] = [{**lead, "result": "0,31"}]
    changed = officer.request("PUT", path, json=body).json()
    assert (changed["verdict"], changed["version"]) == ("failed", 2)
    assert owner.get(path).json() == changed
    assert owner.get("/api/v1/tests").json()["items"] == [changed]
    assert officer.get("/api/v1/tests?q=khô cá&verdict=failed").json()["items"] == [changed]
    assert officer.get("/api/v1/tests?verdict=open").json()["items"] == []
    assert outsider.get("/api/v1/tests").json()["items"] == []
    assert outsider.get(path).status_code == 404
    assert owner.request("PUT", path, json=body).status_code == 403
    assert owner.post(f"{path}/lift", json={"reason": WHY}).status_code == 403
    assert officer.post(f"{path}/lift", json={"reason": WHY}).json()["lifted"] is True
    assert officer.post(f"{path}/strike", json={"reason": WHY}).json()["struck_at"]
    assert officer.post(f"{path}/strike", json={"reason": WHY}).status_code == 409


def test_the_list_is_filtered_and_ordered(
    visit: Visit, cast: Cast, goods: Goods, database: Database
) -> None:
    with database.begin() as db:
        good = sample(db, of=goods.lot, valid_until=make.TODAY - timedelta(days=1))
        bad = sample(db, of=goods.product, histamine="101", laboratory="An Phú")
    officer = visit(page=cast.officer)

    def listed(query: str) -> list[int]:
        text = officer.get(f"/office/tests?{query}").text
        return [
            int(one) for one in re.findall(r'<td class="tight"><a href="/office/tests/(\d+)"', text)
        ]

    assert listed("") == [bad.id, good.id]
    assert listed("sort=laboratory") == [bad.id, good.id]
    assert listed("sort=sampled") == [good.id, bad.id]
    assert listed("state=standing") == listed("state=failed") == [bad.id]
    assert listed("state=expired") == listed("state=passed") == [good.id]
    assert listed(f"lot={goods.lot.id}") == [good.id]
    assert listed("q=an+phu") == [bad.id]
    assert officer.get("/office/tests?sort=none").status_code == 422
    assert visit(page=cast.owner).get("/office/tests").status_code == 403
