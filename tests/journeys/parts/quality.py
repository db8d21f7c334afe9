"""Quality tests: the Department's list and form, the producer's own, and their JSON."""

from typing import Any

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.keyring import Keyring
from tests import make, make_quality

TEST, API = "/office/tests/{test_id}", "/api/v1/tests/{test_id}"
ALLOWED = {
    "owfpairmx": "GET /app/tests /api/v1/tests",
    "owfpair": f"GET /app/tests/{{test_id}} {API}",
    "fpair": f"GET /office/tests {TEST}",
    "fpa": f"""
        GET /office/tests/new {TEST}/edit
        POST /office/tests/new {TEST}/edit {TEST}/lift {TEST}/strike {TEST}/accept
            {TEST}/documents /api/v1/tests {API}/lift {API}/strike
        PUT {API}
    """,
}
HEAD = {"sampled_on": "2026-03-02", "sampled_by": "Cán bộ", "laboratory": "Trung tâm Kiểm nghiệm"}
WHY = {"reason": "Nhập nhầm mẫu của cơ sở khác"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    criteria = [{"name": "Chì", "limit_kind": "absent", "result": "KPH"}]
    body = {**HEAD, "product_id": ids["product_id"], "criteria": criteria}
    return {
        "POST /api/v1/tests": body,
        f"PUT {API}": {**body, "report_no": "2"},
        f"POST {API}/lift": WHY,
        f"POST {API}/strike": WHY,
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    row = {"name_1": "Chì", "limit_kind_1": "absent", "product_id": ids["product_id"]}
    return {
        "/office/tests/new": {**HEAD, **row},
        f"{TEST}/edit": {**HEAD, **row, "report_no": "3"},
        f"{TEST}/lift": WHY,
        f"{TEST}/strike": WHY,
        f"{TEST}/accept": {"stage": "thu"},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Add a test of the product that failed."""
    product = db.get_one(Product, ids["product_id"])
    evil = "=HYPERLINK(0) Phòng kiểm nghiệm"
    return {
        "test_id": make_quality.sample(
            db, of=product, histamine="150", laboratory=evil, sampled_on=make.TODAY
        ).id
    }
