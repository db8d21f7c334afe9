"""Inspections, their plans, checklists and measures; what their owner and a phone read of them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.files import Files
from app.oversight.checklist_queries import find_by_code
from app.oversight.inspection_models import Inspection, InspectionPhoto, MeasureAnswer
from app.oversight.plan_actions import add_one, make_plan
from app.oversight.plans import PlanKind
from app.oversight.rules import Subject
from app.products.pictures import PHOTO_PREVIEW, PHOTO_SIDE, file_name
from app.stamps.keyring import Keyring
from tests import make, make_documents, make_inspections

ONE, PLAN = "/office/inspections/{inspection_id}", "/office/plans/{inspection_plan_id}"
OWN = "/app/inspections/{inspection_id}"
LIST, MEASURE = "/office/checklists/{checklist_id}", "/office/measures/{measure_id}"
PHOTO = "/api/v1/inspections/photos/{uid}/{sha256}"
API = "/api/v1/inspections/{inspection_id}"
PLANS, DUE = "/api/v1/inspection-plans", "/api/v1/measures/{measure_id}"
PLAN_API, LISTS = f"{PLANS}/{{inspection_plan_id}}", "/api/v1/checklists"
LIST_API = f"{LISTS}/{{checklist_id}}"
ALLOWED = {
    "owfpairmx": "GET /app/inspections /api/v1/inspections /api/v1/measures",
    "owfpair": f"""
        GET {OWN} {OWN}/minutes {OWN}/documents/{{paper_document_id}}
            {ONE}/photos/{{item}}/{{sha256}}
            {MEASURE}/answers/{{answer_id}}/photo {API} {DUE}
    """,
    "ow": f"POST /app/inspections/measures/{{measure_id}} {DUE}/answers",
    "fpair": f"""
        GET /office/inspections {ONE} {ONE}/minutes /office/plans {PLAN} /office/plans/template.xlsx
            /office/measures {MEASURE} /office/checklists {LIST} {LIST}/versions/{{version}}
            {LIST}/versions/{{version}}/workbook
            {PLANS} {PLAN_API} {LISTS} {LIST_API} {LIST_API}/versions/{{version}}
    """,
    "fpai": f"""
        GET /office/inspections/new {ONE}/write /api/v1/inspections/state {PHOTO}
        PUT {PHOTO}
        POST /office/inspections {ONE}/write {ONE}/arrange {ONE}/sign {ONE}/cancel {ONE}/correct
            {ONE}/hand-over {ONE}/recheck {ONE}/photos {ONE}/documents
            {MEASURE}/confirm {MEASURE}/reopen {MEASURE}/extend /api/v1/inspections/sync
            /api/v1/inspections {API}/cancel {API}/sign
            {DUE}/confirm {DUE}/reopen {DUE}/extend
    """,
    "fpa": f"""
        POST /office/plans {PLAN}/change {PLAN}/add {PLAN}/add-users {PLAN}/add-commune
            {PLAN}/upload {PLAN}/remove {PLAN}/approve {PLAN}/close
            /office/checklists/ready /office/checklists/import {LIST}/retire {LIST}/restore
            {PLANS} {PLAN_API}/rows {PLAN_API}/rows/users {PLAN_API}/rows/commune
            {PLAN_API}/rows/{{planned_id}}/remove {PLAN_API}/approve {PLAN_API}/close
            {LISTS} {LISTS}/ready {LIST_API}/retire {LIST_API}/restore
        PUT {PLAN_API}
    """,
}
WHY = "Một lý do đủ dài"
DONE = {"done_on": "2026-03-10", "result": WHY}
LATER = {"deadline": "2026-04-10", "reason": WHY}
DECIDED = {"decision_no": "1", "decided_on": "2026-03-01"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "POST /api/v1/inspections/sync": {"format": 1, "inspections": []},
        "POST /api/v1/inspections": {"subject": "entity", "record_id": ids["entity_id"]},
        f"POST {API}/cancel": {"reason": WHY},
        f"POST {API}/sign": {"version": 1},
        f"POST {DUE}/answers": {"text": WHY},
        f"POST {DUE}/confirm": DONE,
        f"POST {DUE}/reopen": {"reason": WHY},
        f"POST {DUE}/extend": LATER,
        f"POST {PLANS}": {"name": "Kế hoạch", "year": 2026},
        f"PUT {PLAN_API}": {"name": "Kế hoạch khác"},
        f"POST {PLAN_API}/rows": {"subject": "product", "record_id": ids["product_id"]},
        f"POST {PLAN_API}/rows/users": {"right_id": ids["gi_id"]},
        f"POST {PLAN_API}/rows/commune": {"commune_code": make.DAT_MUI},
        f"POST {PLAN_API}/approve": DECIDED,
        f"POST {PLAN_API}/close": {},
        f"POST {LISTS}": {"code": "moi", "name": "Phiếu mới", "body": {}},
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "/office/inspections": {"subject": "entity", "record_id": ids["entity_id"]},
        f"{ONE}/cancel": {"reason": WHY},
        f"{ONE}/correct": {"text": WHY},
        f"{ONE}/hand-over": {"agency": "QLTT", "document_no": "1", "day": "2026-03-10"},
        f"{MEASURE}/confirm": DONE,
        f"{MEASURE}/reopen": {"reason": WHY},
        f"{MEASURE}/extend": LATER,
        "/app/inspections/measures/{measure_id}": {"text": WHY},
        "/office/plans": {"name": "Kế hoạch", "year": "2026"},
        f"{PLAN}/change": {"name": "Kế hoạch khác"},
        f"{PLAN}/add": {"subject": "product", "record_id": ids["product_id"]},
        f"{PLAN}/add-users": {"right_id": ids["gi_id"]},
        f"{PLAN}/add-commune": {"commune_code": make.DAT_MUI},
        f"{PLAN}/remove": {"inspection_id": ids["planned_id"]},
        f"{PLAN}/approve": DECIDED,
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Add a plan, and a signed inspection with a photo, a measure and its answer."""
    version = make_inspections.annual(db)
    name = "=HYPERLINK(0) Kế hoạch"
    plan = make_plan(
        db, actor=make.SYSTEM, now=make.NOW, year=2026, name=name, kind=PlanKind.ANNUAL
    )
    add_one(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        plan_id=plan.id,
        subject=Subject.ENTITY,
        record_id=ids["entity_id"],
    )
    planned = db.scalars(select(Inspection).where(Inspection.plan_id == plan.id)).one()
    measure = make_inspections.signed_with_measure(db, ids["entity_id"])
    inspection = db.get_one(Inspection, measure.inspection_id)
    sha256 = f"{5:064x}"
    photo = InspectionPhoto(
        inspection_id=inspection.id, item="nhat-ky", source_sha256=sha256, position=0, size=9
    )
    photo.sha256, photo.received_at = STORED, make.NOW
    answer = MeasureAnswer(measure_id=measure.id, sha256=STORED, at=make.NOW, actor_label="Chị")
    db.add_all([photo, answer])
    db.flush()
    checklist = find_by_code(db, "hang-nam")
    paper = {"subject_kind": "inspection", "subject_id": inspection.id, "kind": "minutes"}
    return {
        "inspection_plan_id": plan.id,
        "planned_id": planned.id,
        "inspection_id": inspection.id,
        "uid": inspection.uid,
        "item": "nhat-ky",
        "sha256": sha256,
        "measure_id": measure.id,
        "paper_document_id": make_documents.document(db, **paper).id,
        "answer_id": answer.id,
        "checklist_id": checklist.id if checklist else 0,
        "version": version.version,
    }


STORED = "e" * 64


def kept(files: Files) -> None:
    """Store the photo of an answer."""
    files.save(file_name(STORED, PHOTO_SIDE, "jpeg"), make.picture())
    files.save(file_name(STORED, PHOTO_PREVIEW, "webp"), make.picture())
