"""One queue for all that somebody has to look into, with who does and by when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.diary.models import Lot
from app.kit.db import Database
from app.kit.paging import Cut
from app.office.queue_items import Kind, Priority, unmarked
from app.office.queue_queries import QueueFilter, count_queue, list_queue
from app.oversight.inspection_models import Measure
from app.oversight.models import Finding, Report
from app.oversight.quality_actions import lift_failure
from app.oversight.rules import Traced
from app.products.models import Product
from app.rights.use_models import UseObjection
from app.scans.models import CloneSignal
from tests import make, make_inspections, make_oversight
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.make_quality import sample

CLOSE = {
    "outcome": "confirmed",
    "answer": "Sở đã kiểm tra và xử lý tại cơ sở.",
    "reason": "Kiểm tra thực tế ngày 10/3",
}


@dataclass(frozen=True)
class Waiting:
    """One thing of each kind, an hour between them, all of one product."""

    ids: dict[Kind, int]
    product: Product
    lot: Lot

    def path(self, kind: Kind) -> str:
        return f"/office/queue/{kind}/{self.ids[kind]}"


def signal(db: Session, product: Product, *, line: int, hours: int = 1) -> CloneSignal:
    at = make.NOW + timedelta(hours=hours)
    made = CloneSignal(
        line=line,
        batch_id=1,
        product_id=product.id,
        entity_id=product.entity_id,
        state="open",
        reasons=["devices"],
        devices=30,
        threshold=20,
        facts={},
        raised_at=at,
        changed_at=at,
    )
    db.add(made)
    db.flush()
    return made


def finding_of(measure: Measure, outcome: str) -> dict[str, Any]:
    return {
        "sent_hash": outcome,
        "subject": "entity",
        "key": str(measure.entity_id),
        "entity_id": measure.entity_id,
        "inspection_id": measure.inspection_id,
        "outcome": outcome,
        "text": "Nhãn ghi sai tên chỉ dẫn địa lý",
        "folded": "",
        "actor_label": "test",
    }


@pytest.fixture
def waiting(database: Database, cast: Cast) -> Waiting:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Khô cá lóc U Minh")
        lot = make.complete_lot(db, of=product)
        traced = Traced("KHONGCO", None, cast.entity.id, product.id, lot.id)
        measure = Measure(
            inspection_id=make_inspections.inspection(db, record_id=cast.entity.id).id,
            entity_id=cast.entity.id,
            text="Dán lại nhãn đúng chỉ dẫn địa lý",
            deadline=make.TODAY - timedelta(days=1),
            recorded_at=make.NOW + timedelta(hours=2),
            recorded_by="test",
            changed_at=make.NOW,
        )
        right = make.right(db)
        objection = UseObjection(
            use_right_id=make.use_right(db, of=right, product=product).id,
            reason="Cơ sở không nằm trong vùng chỉ dẫn",
            raised_at=make.NOW + timedelta(hours=4),
            raised_by="test",
        )
        db.add_all([measure, objection])
        seen = Finding(at=make.NOW + timedelta(minutes=90), **finding_of(measure, "doubt"))
        good = Finding(at=make.NOW, **finding_of(measure, "in_order"))
        # What a measure follows waits no second time.
        followed = Finding(at=make.NOW, **finding_of(measure, "violation"))
        db.add_all([seen, good, followed])
        db.flush()
        measure.finding_id = followed.id
        test = sample(db, of=lot, antibiotic="0,4")
        test.recorded_at = make.NOW + timedelta(hours=3)
        db.flush()
        ids = {
            Kind.REPORT: make_oversight.report(db, traced=traced).id,
            Kind.SIGNAL: signal(db, product, line=7).id,
            Kind.FINDING: seen.id,
            Kind.MEASURE: measure.id,
            Kind.TEST: test.id,
            Kind.OBJECTION: objection.id,
        }
        return Waiting(ids, product, lot)


def listed(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/office/queue?{query}")
    assert page.status_code == 200
    return re.findall(r'href="/office/queue/([a-z]+)/\d+"', page.text)


def test_all_that_waits_stands_in_one_list_until_its_own_page_closes_it(
    waiting: Waiting, visit: Visit, cast: Cast, database: Database
) -> None:
    officer = visit(page=cast.officer)
    assert listed(officer) == [kind.value for kind in Kind]
    assert listed(officer, "sort=newest") == [kind.value for kind in reversed(Kind)]
    assert "6 việc đang chờ xử lý" in officer.get("/office").text
    assert listed(officer, "kind=measure") == ["measure"]
    assert listed(officer, "q=rach+goc") == [kind.value for kind in Kind]
    assert listed(officer, "q=zzz") == []
    assert "Đã đóng:" not in officer.get("/office/queue").text
    homes = {
        Kind.REPORT: f"/office/reports/{waiting.ids[Kind.REPORT]}",
        Kind.SIGNAL: f"/office/anomalies/{waiting.ids[Kind.SIGNAL]}",
        Kind.FINDING: f"/office/findings/{waiting.ids[Kind.FINDING]}",
        Kind.MEASURE: f"/office/measures/{waiting.ids[Kind.MEASURE]}",
        Kind.TEST: f"/office/tests/{waiting.ids[Kind.TEST]}",
    }
    for kind in Kind:
        page = officer.get(waiting.path(kind))
        assert f'href="{homes.get(kind, "/office/")}' in page.text
        if kind in homes.keys() - {Kind.SIGNAL, Kind.MEASURE}:
            assert f'href="{waiting.path(kind)}"' in officer.get(homes[kind]).text
        assert "/office/inspections/new?" in page.text
    report = officer.get(waiting.path(Kind.REPORT)).text
    assert f"subject=lot&amp;record_id={waiting.lot.id}&amp;report_id=" in report
    assert officer.post(f"{homes[Kind.REPORT]}/close", data=CLOSE).status_code == 303
    with database.begin() as db:
        by: dict[str, Any] = {"actor": cast.officer.actor, "now": make.NOW}
        lift_failure(db, test_id=waiting.ids[Kind.TEST], reason=CLOSE["reason"], **by)
    finding = {"outcome": "mended", "reason": CLOSE["reason"]}
    assert officer.post(f"{homes[Kind.FINDING]}/close", data=finding).status_code == 303
    assert listed(officer) == ["signal", "measure", "objection"]
    assert listed(officer, "state=closed") == ["test", "finding", "report"]
    ended = officer.get(waiting.path(Kind.REPORT)).text
    assert CLOSE["reason"] in ended
    assert cast.officer.actor.label in ended
    assert CLOSE["reason"] in officer.get(waiting.path(Kind.TEST)).text
    assert CLOSE["reason"] in officer.get(waiting.path(Kind.FINDING)).text


def test_a_later_test_that_passed_takes_the_failed_one_off_the_queue(
    waiting: Waiting, db: Session
) -> None:
    wanted = QueueFilter(kind=Kind.TEST)
    assert count_queue(db, wanted) == 1
    # What other goods passed says nothing of these.
    for other in (waiting.product, make.product(db, of=make.entity(db))):
        lot = make.complete_lot(db, of=other, number="K-9")
        sample(db, of=lot, report_no="9", sampled_on=date(2026, 3, 3))
    assert count_queue(db, wanted) == 1
    sample(db, of=waiting.lot, report_no="2", sampled_on=date(2026, 3, 2), antibiotic="")
    assert count_queue(db, wanted) == 1
    sample(db, of=waiting.lot, report_no="3", sampled_on=date(2026, 3, 2))
    assert count_queue(db, wanted) == 0
    assert count_queue(db, QueueFilter(kind=Kind.TEST, closed=True)) == 1


def test_officers_give_what_waits_to_somebody_and_of_two_the_later_is_told(
    waiting: Waiting, visit: Visit, cast: Cast, clock: Clock, database: Database
) -> None:
    officer, approver = visit(page=cast.officer), visit(page=cast.approver)
    inspector = visit(page=cast.inspector)
    path = waiting.path(Kind.REPORT)
    assert listed(officer, "whose=overdue") == ["measure"]
    given = {
        "assignee_id": cast.inspector.actor.account_id,
        "priority": "urgent",
        "due_on": (make.TODAY + timedelta(days=1)).isoformat(),
        "note": "Xuống cơ sở kiểm tra",
        "seen": "0",
    }
    wrong = officer.post(path, data=given | {"due_on": "2026-03-09"})
    assert wrong.status_code == 422
    assert "due_on-wrong" in wrong.text
    stranger = {"assignee_id": cast.outsider.actor.account_id}
    assert "assignee_id-wrong" in officer.post(path, data=given | stranger).text
    assert officer.post(path, data=given).status_code == 303
    late = approver.post(path, data=given | {"note": "Khác"})
    assert late.status_code == 422
    again = re.search(r'name="seen" value="(\d+)"', late.text)
    assert again
    assert listed(inspector, "whose=mine") == ["report"]
    assert listed(officer, "whose=mine") == []
    assert listed(officer, "priority=urgent") == ["report"]
    assert "report" not in listed(officer, "whose=unassigned")
    assert "report" not in listed(officer, "priority=normal")
    clock.now += timedelta(days=2)
    assert listed(officer, "whose=overdue") == ["report", "measure"]
    assert "giao cho bạn: 1" in inspector.get("/office").text
    back = {"priority": "low", "seen": again[1]}
    assert approver.post(path, data=back).status_code == 303
    assert listed(inspector, "whose=mine") == []
    assert listed(officer, "whose=overdue") == ["measure"]
    page = officer.get(path).text
    assert "Xuống cơ sở kiểm tra" in page
    with database.begin(write=False) as db:
        query = select(AuditEvent.entity_id).where(AuditEvent.action == "queue.assign")
        assert db.scalars(query).all() == [None, None]


def test_what_is_closed_is_given_to_nobody_and_others_see_no_queue(
    waiting: Waiting, visit: Visit, cast: Cast
) -> None:
    officer, owner = visit(page=cast.officer), visit(page=cast.owner)
    home = f"/office/reports/{waiting.ids[Kind.REPORT]}"
    assert officer.post(f"{home}/close", data=CLOSE).status_code == 303
    refused = officer.post(waiting.path(Kind.REPORT), data={"priority": "high"})
    assert refused.status_code == 422
    assert officer.get("/office/queue/report/999999").status_code == 404
    assert officer.get("/office/queue/nothing/1").status_code == 404
    assert officer.get("/office/queue?after=7").status_code == 422
    for path in ("/office/queue", waiting.path(Kind.SIGNAL)):
        assert owner.get(path).status_code == 403
    inspector = visit(page=cast.inspector)
    assert inspector.post(waiting.path(Kind.SIGNAL), data={"priority": "low"}).status_code == 403


def test_pages_of_the_queue_meet_and_nothing_is_told_twice(waiting: Waiting, db: Session) -> None:
    for number in range(9):
        # Some at the very same instant as others.
        signal(db, waiting.product, line=100 + number, hours=number // 3)
        make_oversight.report(db)
    whole = list_queue(db, cut=Cut(limit=99), wanted=QueueFilter()).items
    order = [(one.at, one.kind.place, one.id) for one in whole]
    assert len(whole) == 24
    assert all(one < two for one, two in pairwise(order))
    for newest in (False, True):
        found: list[Any] = []
        cut = Cut(limit=4, newest=newest)
        while True:
            page = list_queue(db, cut=cut, wanted=QueueFilter())
            found += page.items
            if page.after is None:
                break
            back = Cut(after=page.after, limit=3, newest=newest, back=True)
            before: Sequence[object] = list_queue(db, cut=back, wanted=QueueFilter()).items
            assert before == found[-4:-1]
            cut = Cut(after=page.after, limit=4, newest=newest)
        assert found == (list(reversed(whole)) if newest else list(whole))
    # A page goes on from what was closed meanwhile.
    page = list_queue(db, cut=Cut(limit=2), wanted=QueueFilter())
    named = unmarked(page.after or 0)
    assert named is not None
    assert named[0] is Kind.REPORT
    report = db.get_one(Report, named[1])
    report.state, report.outcome = "closed", "mended"
    db.flush()
    later = list_queue(db, cut=Cut(after=page.after or 0, limit=2), wanted=QueueFilter())
    assert list(later.items) == list(whole[2:4])
    assert count_queue(db, QueueFilter(priority=Priority.NORMAL)) == 23
