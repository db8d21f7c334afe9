from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.allotment_actions import make_draft, set_rows
from app.stamps.allotment_issue_actions import Decision, issue_allotment
from app.stamps.allotting import Wanted
from app.stamps.keyring import Keyring
from tests import make

PUBLIC = "GET /holders /api/v1/holders"
ALLOWED = {
    "fpair": """
        GET /api/v1/allotments /api/v1/allotments/{allotment_id}
            /office/allotments /office/allotments/{allotment_id}
            /office/allotments/{allotment_id}/minutes
    """,
    "fpa": """
        GET /office/allotments/{allotment_id}/add
        POST /api/v1/allotments /api/v1/allotments/{allotment_id}/approve
            /api/v1/allotments/{allotment_id}/cancel /api/v1/allotments/{allotment_id}/handover
            /office/allotments/new /office/allotments/{allotment_id}/rows
            /office/allotments/{allotment_id}/refill /office/allotments/{allotment_id}/add
            /office/allotments/{allotment_id}/upload /office/allotments/{allotment_id}/approve
            /office/allotments/{allotment_id}/cancel /office/allotments/{allotment_id}/handover
        PUT /api/v1/allotments/{allotment_id}/rows
    """,
}
DECISION = {"decision_no": "7/QĐ", "decided_on": str(make.TODAY), "version": 2}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the API's routes are sent."""
    plan, row = (
        "/api/v1/allotments/{allotment_id}",
        {"product_id": ids["product_id"], "quantity": 1},
    )
    minutes = {"entity_id": ids["entity_id"], "receiver": "Chị Chủ"}
    return {
        "POST /api/v1/allotments": {"year": 2026, "basis": "same"},
        f"PUT {plan}/rows": {"version": 2, "rows": [row]},
        f"POST {plan}/approve": DECISION,
        f"POST {plan}/cancel": {"version": 2, "reason": "Thừa"},
        f"POST {plan}/handover": {"minutes": [minutes]},
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the pages' forms are sent."""
    plan = "/office/allotments/{allotment_id}"
    row = {"version": "2", "product_id": ids["product_id"], "quantity": "1"}
    return {
        "/office/allotments/new": {"year": "2026", "basis": "same"},
        f"{plan}/rows": {"version": "2"},
        f"{plan}/refill": {"version": "2", "basis": "use"},
        f"{plan}/add": row,
        f"{plan}/upload": {"version": "2"},
        f"{plan}/approve": DECISION,
        f"{plan}/cancel": {"version": "2", "reason": "Thừa"},
        f"{plan}/handover": {"prefix": "BB", "number": "1"},
    }


def hung(db: Session, ids: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Add a draft of the tenant's product, and one that was issued before it."""
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW - timedelta(days=1)}
    product = db.get_one(Product, ids["product_id"])
    plans = [make_draft(db, year=2026, **who) for _ in range(2)]
    for plan in plans:
        row = Wanted(place="1", product_id=product.id, quantity=5)
        facts: dict[str, Any] = {"allotment_id": plan.id, "version": 1, "largest": 100}
        set_rows(db, rows=[row], **facts, **who)
    decision = Decision(decision_no="6/QĐ", decided_on=make.TODAY - timedelta(days=9))
    facts = {"allotment_id": plans[1].id, "version": 2, "largest": 100}
    issue_allotment(db, decision=decision, keyring=keyring, **facts, **who)
    return {"allotment_id": plans[0].id}
