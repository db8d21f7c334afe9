"""What whoever was inspected reads: the signed result with minutes and papers, nothing else."""

from datetime import timedelta
from typing import Any

from app.kit.db import Database
from app.oversight.inspection_models import Inspection
from app.oversight.plan_actions import add_one, approve_plan, make_plan
from app.oversight.plans import PlanKind
from app.oversight.rules import Subject
from tests import make, make_documents, make_inspections
from tests.conftest import Cast, Clock, Visit

BY: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}


def planned(database: Database, cast: Cast) -> int:
    """Return the plan of an inspection of the cast's entity, approved by a decision."""
    with database.begin() as db:
        make_inspections.annual(db)
        plan = make_plan(db, year=2026, name="Kế hoạch 2026", kind=PlanKind.ANNUAL, **BY)
        of: dict[str, Any] = {"subject": Subject.ENTITY, "record_id": cast.entity.id}
        add_one(db, plan_id=plan.id, **of, **BY)
        approve_plan(db, plan_id=plan.id, decision_no="12/QĐ-SKHCN", decided_on=make.TODAY, **BY)
        return plan.id


def test_an_owner_reads_minutes_papers_and_deadlines_of_what_was_signed(
    database: Database,
    cast: Cast,
    visit: Visit,
    clock: Clock,
    app: Any,  # noqa: ANN401 - the application
) -> None:
    plan_id = planned(database, cast)
    with database.begin() as db:
        measure = make_inspections.signed_with_measure(
            db, cast.entity.id, deadline=make.TODAY + timedelta(days=5)
        )
        found = db.get_one(Inspection, measure.inspection_id)
        found.plan_id = plan_id
        draft = make_inspections.inspection(db, record_id=cast.entity.id)
        papers = {
            kind: make_documents.document(
                db, subject_kind="inspection", subject_id=one.id, kind=kind, title=f"Giấy {kind}"
            ).id
            for one, kind in ((found, "minutes"), (found, "other"), (draft, "decision"))
        }
    make_documents.keep(app.state.files)
    path = f"/app/inspections/{found.id}"
    owner, stranger = visit(page=cast.owner), visit(page=cast.outsider)
    page = owner.get(path).text
    assert f'{path}/documents/{papers["minutes"]}"' in page
    assert "Giấy other" not in page
    minutes = owner.get(f"{path}/minutes").text
    # Who led and by which decision stand there, though the plan itself is not the owner's to read.
    assert "12/QĐ-SKHCN" in minutes
    assert "Thiếu sổ ghi nhập vật tư" in minutes
    got = owner.get(f"{path}/documents/{papers['minutes']}")
    assert (got.status_code, got.content[:5]) == (200, b"%PDF-")
    unsigned = f"/app/inspections/{draft.id}"
    refused = (
        *(f"{path}/documents/{papers[kind]}" for kind in ("other", "decision")),
        *(unsigned, f"{unsigned}/minutes", f"{unsigned}/documents/{papers['decision']}"),
        f"/office/documents/{papers['minutes']}/file",
    )
    assert {one: owner.get(one).status_code for one in refused} == dict.fromkeys(refused, 404)
    closed = (path, f"{path}/minutes", f"{path}/documents/{papers['minutes']}")
    assert {one: stranger.get(one).status_code for one in closed} == dict.fromkeys(closed, 404)
    listed = owner.get("/app/inspections").text
    assert f"{path}#m{measure.id}" in listed
    assert "15/03/2026" in listed
    told = owner.get("/app/notices?lang=en").text
    assert "To be done after an inspection, by 15/03/2026" in told
    assert "The result of the inspection of 09/03/2026 is there" in told
    clock.now = make.NOW + timedelta(days=7)
    assert "Overdue since 15/03/2026" in owner.get("/app/notices?lang=en").text
    for page in ("/app/inspections", "/app/notices"):
        assert f"inspections/{found.id}" not in stranger.get(page).text
