"""Reports from the public, the inspector's view and findings."""

from typing import Any

from sqlalchemy.orm import Session

from app.oversight.rules import Traced
from app.products.pictures import check_photo
from app.stamps.keyring import Keyring
from tests import make, make_oversight

REPORT, API_REPORT = "/office/reports/{report_id}", "/api/v1/reports/{report_id}"
PUBLIC = """
    GET /report /report/{reference}
    POST /report /api/v1/reports
"""
ALLOWED = {
    "fpair": f"""
        GET /office/reports {REPORT} {REPORT}/photo /api/v1/reports {API_REPORT}
            /office/findings /office/findings/{{finding_id}}
            /office/findings/{{finding_id}}/photos/{{position}}
            /api/v1/findings /api/v1/findings/{{finding_id}} /inspect /inspect/{{code}}
    """,
    "fpai": """
        POST /inspect/{code} /api/v1/findings /api/v1/findings/{finding_id}/close
            /office/findings/{finding_id}/close
    """,
    "fpa": f"""
        POST {REPORT}/take {REPORT}/link {REPORT}/close {REPORT}/reopen
            {API_REPORT}/take {API_REPORT}/close
    """,
}
TOLD = {"about": "other", "trouble": "other", "text": make_oversight.TEXT}
ENDED = {"outcome": "mended", "reason": "Đã thay tem khác cho lô hàng"}
CLOSE = {"outcome": "mended", "answer": "Đã thay tem khác cho lô hàng", "reason": "Đã gọi cơ sở"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    seen = {"subject": "stamp", "code": ids["code"], "outcome": "doubt", "text": CLOSE["answer"]}
    return {
        "POST /api/v1/reports": TOLD,
        f"POST {API_REPORT}/close": CLOSE,
        "POST /api/v1/findings": seen,
        "POST /api/v1/findings/{finding_id}/close": ENDED,
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "/report": TOLD,
        f"{REPORT}/link": {"entity_id": ids["entity_id"]},
        f"{REPORT}/close": CLOSE,
        f"{REPORT}/reopen": {"reason": CLOSE["reason"]},
        "/office/findings/{finding_id}/close": ENDED,
        "/inspect/{code}": {"outcome": "in_order", "text": CLOSE["answer"]},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Add a report and a finding on a stamp; their photo is the one the diary is sent."""
    names = ("batch_id", "entity_id", "product_id")
    traced = Traced(ids["code"], *(ids[name] for name in names))
    raw = make.picture(color="red")
    evil = "=HYPERLINK(0) tem chép lại"
    report = make_oversight.report(db, traced=traced, photo=check_photo(raw).sha256, text=evil)
    finding = make_oversight.finding(db, traced=traced, photo=raw, text=evil)
    return {
        "report_id": report.id,
        "reference": report.reference,
        "finding_id": finding.id,
        "position": 1,
    }
