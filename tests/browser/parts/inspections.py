"""Inspections in the office and the producer's own results, looked at by axe."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.oversight.checklist_queries import find_by_code
from app.oversight.inspection_models import Inspection
from app.oversight.plan_actions import add_one, make_plan
from app.oversight.plans import PlanKind
from app.oversight.rules import Subject
from app.stamps.keyring import Keyring
from tests import make, make_inspections
from tests.browser.stop import OFFICE, OWNER

PAGES = {
    OFFICE: {
        "oversight/inspections.html": ["/office/inspections?state="],
        "oversight/inspection_new.html": ["/office/inspections/new"],
        "oversight/inspection_one.html": [
            "/office/inspections/{signed_inspection}",
            "/office/inspections/{to_inspect}",
        ],
        "oversight/inspection_write.html": ["/office/inspections/{to_inspect}/write"],
        "oversight/minutes.html": ["/office/inspections/{signed_inspection}/minutes"],
        "oversight/plans.html": ["/office/plans"],
        "oversight/plan.html": ["/office/plans/{inspection_plan}"],
        "oversight/measures.html": ["/office/measures"],
        "oversight/measure.html": ["/office/measures/{measure}"],
        "oversight/checklists.html": ["/office/checklists"],
        "oversight/checklist.html": ["/office/checklists/{checklist}"],
    },
    OWNER: {
        "oversight/own_inspections.html": ["/app/inspections"],
        "oversight/minutes.html": ["/app/inspections/{signed_inspection}/minutes"],
        "oversight/own_inspection.html": ["/app/inspections/{signed_inspection}"],
    },
}


def facts(db: Session, _keyring: Keyring) -> dict[str, int]:
    measure = make_inspections.signed_with_measure(db, 1)
    plan = make_plan(
        db, actor=make.SYSTEM, now=make.NOW, year=2026, name="Kế hoạch", kind=PlanKind.ANNUAL
    )
    add_one(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        plan_id=plan.id,
        subject=Subject.ENTITY,
        record_id=1,
    )
    planned = db.scalars(select(Inspection.id).where(Inspection.plan_id == plan.id)).one()
    checklist = find_by_code(db, "hang-nam")
    return {
        "signed_inspection": measure.inspection_id,
        "to_inspect": planned,
        "inspection_plan": plan.id,
        "measure": measure.id,
        "checklist": checklist.id if checklist else 0,
    }
