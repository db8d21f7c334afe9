"""Inspections in the office: plans, the form, signing, what follows, minutes, checklists."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import select

from app.kit.db import Database
from app.oversight.checklist_queries import questions_of
from app.oversight.inspection_models import Inspection, InspectionPlan, Measure, MeasureAnswer
from app.oversight.models import Finding
from tests import make, make_inspections
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

HOME = "/office/inspections"


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    return found[1] if found else ""


def status(client: Client, path: str, **fields: str) -> int:
    return client.post(path, data=fields).status_code


def act(client: Client, path: str, **fields: str) -> str:
    """Send a form, which must lead on; return the page it leads to."""
    answer = client.post(path, data=fields)
    assert answer.status_code == 303, answer.text[:3000]
    return client.get(answer.headers["location"].split("#")[0]).text


def test_a_plan_is_filled_in_bulk_approved_held_and_closed(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        right = make.right(db, sign="Cà Mau")
        for entity in (cast.entity, cast.other):
            make.use_right(db, of=right, product=make.product(db, of=entity))
        make.entity(db, name="Hợp tác xã Ba", tax_no="2000123456")
    desk = visit(page=cast.officer)
    page = act(desk, "/office/plans", name="Kế hoạch 2026", year="2026", kind="annual")
    with database.begin(write=False) as db:
        plan = db.scalars(select(InspectionPlan)).one().id
    path = f"/office/plans/{plan}"
    assert (
        desk.post(
            f"{path}/approve", data={"decision_no": "1/QĐ", "decided_on": "2026-03-01"}
        ).status_code
        == 422
    )
    act(desk, f"{path}/add-users", right_id=str(right.id), month="9", team="Chị Lan\nAnh Hải")
    page = act(desk, f"{path}/add-commune", commune_code=make.DAT_MUI)
    # Those who were added for the right are inspected for themselves as well; nobody twice.
    assert status(desk, f"{path}/add-commune", commune_code=make.DAT_MUI) == 422
    assert "09/2026" in page
    assert "Hợp tác xã Ba" in page
    with database.begin(write=False) as db:
        found = list(db.scalars(select(Inspection).order_by(Inspection.id)))
        assert len(found) == 5
        assert found[0].team == ["Chị Lan", "Anh Hải"]
    assert visit(api=cast.inspector).get("/api/v1/inspections/state").json()["inspections"] == []
    act(desk, f"{path}/remove", inspection_id=str(found[0].id))
    page = act(desk, f"{path}/approve", decision_no="12/QĐ-SKHCN", decided_on="2026-03-01")
    assert "12/QĐ-SKHCN" in page
    assert status(desk, f"{path}/add-users", right_id=str(right.id)) == 422
    assert status(desk, f"{path}/close") == 422
    for one in found[1:]:
        act(desk, f"{HOME}/{one.id}/cancel", reason="Cơ sở tạm ngừng sản xuất")
    assert act(desk, f"{path}/close")
    assert (
        visit(page=cast.inspector)
        .post("/office/plans", data={"name": "x", "year": "2026"})
        .status_code
        == 403
    )


def test_an_inspection_is_written_signed_followed_and_never_changed_again(
    database: Database, cast: Cast, visit: Visit
) -> None:
    desk = visit(page=cast.officer)
    page = desk.get(f"{HOME}/new?subject=entity&record_id={cast.entity.id}").text
    assert "Kiểm tra hằng năm" in page
    page = act(desk, HOME, subject="entity", record_id=str(cast.entity.id), planned_on="2026-03-09")
    with database.begin(write=False) as db:
        found = db.scalars(select(Inspection)).one()
        version = make_inspections.annual(db)
        questions = questions_of(version)
    path = f"{HOME}/{found.id}"
    blank = desk.get(f"{path}/write").text
    fields = {
        "version": field(blank, "version"),
        "held_on": "2026-03-09",
        "team": "Thanh tra Hải\nCán bộ Lan",
        "present": "Bà Chủ, giám đốc",
        "opinion": "Đồng ý, sẽ khắc phục",
        "outcome": "violation",
        "f0.item": "nhat-ky",
        "f0.outcome": "violation",
        "f0.text": "Nhật ký bỏ trống hai tuần",
        "f0.measure": "Ghi bổ sung nhật ký",
        "f0.deadline": "2026-03-20",
    }
    for item in questions.items():
        value = item.choices[0].value if item.choices else "na" if item.kind == "yes_no" else ""
        fields[f"a.{item.code}"] = value
    fields |= {"a.nhat-ky": "no", "a.dung-mau": "no", "a.san-luong": "1.250,5"}
    late = fields | {"a.san-luong": "nhiều"}
    assert desk.post(f"{path}/write", data=late).status_code == 422
    assert (
        desk.post(f"{path}/write", data=fields | {"f0.deadline": "2026-03-01"}).status_code == 422
    )
    act(desk, f"{path}/write", **fields)
    # Somebody who read it before this must look at what stands there now.
    stale = desk.post(f"{path}/write", data=fields | {"summary": "Khác"})
    assert stale.status_code == 422
    assert f'href="{path}"' in stale.text
    photo = {"photo": ("a.jpg", make.picture(), "image/jpeg")}
    assert status(desk, f"{path}/sign") == 422
    assert desk.post(f"{path}/photos", data={"item": "ve-sinh"}, files=photo).status_code == 303
    other = {"photo": ("a.txt", b"no picture", "image/jpeg")}
    assert desk.post(f"{path}/photos", data={"item": "ve-sinh"}, files=other).status_code == 422
    page = act(desk, f"{path}/sign")
    assert "Ghi bổ sung nhật ký" in page
    for again in ("write", "sign", "cancel", "arrange"):
        assert desk.post(
            f"{path}/{again}", data={**fields, "reason": "Một lý do dài"}
        ).status_code in {409, 422}
    minutes = desk.get(f"{path}/minutes").text
    for told in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Ghi bổ sung nhật ký",
        "20/03/2026",
        "Bà Chủ",
    ):
        assert told in minutes
    assert "1.250,5" in minutes
    act(desk, f"{path}/correct", text="Ngày đúng là 08/03/2026")
    assert (
        desk.post(
            f"{path}/hand-over", data={"agency": "QLTT", "document_no": "5", "day": "2026-03-01"}
        ).status_code
        == 422
    )
    page = act(
        desk, f"{path}/hand-over", agency="Đội QLTT số 1", document_no="5/CV", day="2026-03-10"
    )
    assert "Đội QLTT số 1" in page
    _followed(database, cast, visit, found.id)


def _followed(database: Database, cast: Cast, visit: Visit, inspection_id: int) -> None:
    """Go on from a signed inspection: the owner answers, a re-check confirms."""
    with database.begin(write=False) as db:
        assert [one.item for one in db.scalars(select(Finding).order_by(Finding.id))] == [
            "nhat-ky",
            "dung-mau",
        ]
        measure = db.scalars(select(Measure)).one()
    phone, path = visit(page=cast.owner), f"/app/inspections/{inspection_id}"
    assert "Ghi bổ sung nhật ký" in phone.get(path).text
    assert phone.get("/app/inspections").status_code == 200
    told = f"/app/inspections/measures/{measure.id}"
    assert phone.post(told, data={}).status_code == 422
    photo = {"photo": ("a.jpg", make.picture(), "image/jpeg")}
    assert phone.post(told, data={"text": "Đã ghi đủ"}, files=photo).status_code == 303
    for who in (cast.outsider,):
        assert visit(page=who).get(path).status_code == 404
        assert visit(page=who).post(told, data={"text": "Tôi"}).status_code == 404
    desk = visit(page=cast.inspector)
    assert "Đã ghi đủ" in desk.get(f"/office/measures/{measure.id}").text
    page = act(desk, f"{HOME}/{inspection_id}/recheck", planned_on="2026-03-25")
    with database.begin(write=False) as db:
        again = db.scalars(select(Inspection).where(Inspection.recheck_of == inspection_id)).one()
        assert db.get_one(Measure, measure.id).recheck_id == again.id
        questions = questions_of(make_inspections.latest(db, again.checklist_id))
        assert db.scalars(select(MeasureAnswer)).one().sha256
    assert visit(page=cast.officer).post(f"{HOME}/{again.id}/recheck", data={}).status_code == 422
    fields = {f"a.{one.code}": "na" for one in questions.items() if one.kind == "yes_no"}
    fields |= {f"m.{measure.id}": "yes", f"mn.{measure.id}": "Sổ đã đủ", "a.muc-do": "dat"}
    draft = {"version": "1", "held_on": "2026-03-10", "outcome": "in_order"}
    act(desk, f"{HOME}/{again.id}/write", **fields, **draft)
    page = act(desk, f"{HOME}/{again.id}/sign")
    assert "Sổ đã đủ" in page
    with database.begin(write=False) as db:
        done = db.get_one(Measure, measure.id)
        assert (done.result, str(done.done_on)) == ("Sổ đã đủ", "2026-03-10")
    assert phone.post(told, data={"text": "Nữa"}).status_code == 422


def test_a_checklist_comes_back_from_its_workbook_and_is_tried_before_it_is_published(
    database: Database, cast: Cast, visit: Visit
) -> None:
    desk = visit(page=cast.officer)
    act(desk, "/office/checklists/ready")
    with database.begin(write=False) as db:
        version = make_inspections.annual(db)
        checklist = version.checklist_id
    path = f"/office/checklists/{checklist}/versions/1/workbook"
    book = desk.get(path).content

    def send(raw: bytes, **more: str) -> tuple[int, str]:
        files = {"file": ("c.xlsx", raw, "application/octet-stream")}
        answer = desk.post("/office/checklists/import", data=more, files=files)
        return answer.status_code, answer.text

    # What was taken out says the same when it comes back, in either language.
    assert send(book)[0] == send(desk.get(f"{path}?lang=en").content)[0] == 422
    changed = load_workbook(BytesIO(book))
    sheet = changed.worksheets[0]
    assert sheet is not None
    sheet.append(
        [
            "Mục mới",
            "New",
            "",
            "Có biển hiệu đúng mẫu",
            "Sign board",
            "",
            "",
            "",
            "",
            "",
            "",
            "Không",
        ]
    )
    out = BytesIO()
    changed.save(out)
    assert send(out.getvalue())[0] == 200
    with database.begin(write=False) as db:
        assert make_inspections.latest(db, checklist).version == 1
    assert send(out.getvalue(), publish="on", note="Thêm biển hiệu")[0] == 303
    with database.begin(write=False) as db:
        last = make_inspections.latest(db, checklist)
        assert last.version == 2
        added = questions_of(last).by_code()["co-bien-hieu-dung-mau"]
        assert (added.bad, added.required) == (["no"], True)
    sheet.append(["Mục mới", "", "", "Thiếu loại", "", "MÃ HOA", "không rõ"])
    out = BytesIO()
    changed.save(out)
    assert send(out.getvalue(), publish="on")[0] == 422
    assert send(b"no workbook at all")[0] == 422
    assert desk.get(f"/office/checklists/{checklist}").status_code == 200
    act(desk, f"/office/checklists/{checklist}/retire")
    assert desk.get("/office/checklists?retired=1").status_code == 200


def test_what_is_inspected_is_found_by_its_name_and_chosen(
    database: Database,
    cast: Cast,
    visit: Visit,
    app: Any,  # noqa: ANN401 - the application
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring, handed=60)
        lot = make.complete_lot(db, of=product, number="RG-07")
        right = make.right(db, sign="Rạch Gốc")
    desk = visit(page=cast.officer)
    assert 'name="record_id"' not in desk.get(f"{HOME}/new").text
    page = desk.get(f"{HOME}/new?q=rach goc&occasion=Thư+báo").text
    wanted = {"product": product.id, "batch": batch.id, "lot": lot.id, "right": right.id}
    to = {name: f"subject={name}&amp;record_id={one}" for name, one in wanted.items()}
    assert {name for name, one in to.items() if one in page} == set(wanted)
    assert "occasion=Th" in page
    assert f"subject=lot&amp;record_id={lot.id}" in desk.get(f"{HOME}/new?q=RG-07").text
    assert f"subject=batch&amp;record_id={batch.id}" in desk.get(f"{HOME}/new?q={batch.id}").text
    chosen = desk.get(f"{HOME}/new?subject=batch&record_id={batch.id}").text
    assert (field(chosen, "subject"), field(chosen, "record_id")) == ("batch", str(batch.id))
    act(desk, HOME, subject="batch", record_id=str(batch.id), right_id=str(right.id))
    with database.begin(write=False) as db:
        found = db.scalars(select(Inspection)).one()
    assert (found.subject, found.batch_id, found.product_id) == ("batch", batch.id, product.id)
    for wrong in ({}, {"subject": "batch", "record_id": "999"}, {"subject": "lot", "code": "x"}):
        assert status(desk, HOME, **wrong) == 422
    answer = visit(api=cast.officer).post(
        "/api/v1/inspections", json={"subject": "batch", "record_id": batch.id}
    )
    assert (answer.status_code, answer.json()["batch_id"]) == (201, batch.id)


def test_a_measure_is_late_the_day_after_its_deadline_and_is_told_so(
    database: Database, cast: Cast, visit: Visit, clock: Clock
) -> None:
    with database.begin() as db:
        measure = make_inspections.signed_with_measure(db, cast.entity.id).id
    desk = visit(page=cast.officer)
    assert "Quá hạn" not in desk.get(f"/office/measures/{measure}").text
    path = f"/office/measures/{measure}"
    assert (
        desk.post(
            f"{path}/extend", data={"deadline": "2026-03-01", "reason": "Một lý do dài"}
        ).status_code
        == 422
    )
    act(desk, f"{path}/extend", deadline="2026-03-11", reason="Cơ sở xin thêm thời gian")
    clock.now = make.NOW + timedelta(days=2)
    assert "Quá hạn" in desk.get(path).text
    assert f"/office/measures/{measure}" in desk.get("/office/measures?state=overdue").text
    assert path in desk.get("/office/alerts").text
    act(desk, f"{path}/confirm", done_on="2026-03-11", result="Đã xem tại cơ sở")
    assert path not in desk.get("/office/alerts").text
    act(desk, f"{path}/reopen", reason="Ảnh là của nơi khác")
    assert visit(page=cast.owner).get(path).status_code == 403
