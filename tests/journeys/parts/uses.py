"""Decisions on use rights, objections, use that was seen, mark managers, what expires."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.identity.rules import Role
from app.rights.use_models import RightManager, UseObjection, UseRightDecision
from app.stamps.keyring import Keyring
from tests import make

ALLOWED = {
    "owfpair": "GET /api/v1/use-rights/{use_right_id}/decisions",
    "fpair": """
        GET /api/v1/use-rights/{use_right_id}/objections
        GET /api/v1/rights/{right_id}/observations /api/v1/rights/{right_id}/managers
            /office/rights/{right_id}/managers
    """,
    "fpairm": "GET /office/objections /office/expiries /api/v1/expiries",
    "fpai": """
        POST /api/v1/rights/{right_id}/observations
             /office/use-rights/{use_right_id}/observations
    """,
    "fpa": """
        GET /office/use-rights/{use_right_id}/decisions/{use_decision_id}/annul
        POST /api/v1/use-rights/{use_right_id}/decisions
             /api/v1/use-rights/{use_right_id}/decisions/{use_decision_id}/annul
             /api/v1/use-rights/{use_right_id}/objections
             /api/v1/use-rights/{use_right_id}/objections/{objection_id}/close
             /api/v1/rights/{right_id}/managers
             /api/v1/rights/{right_id}/managers/{keeper_id}/end
             /office/use-rights/{use_right_id}/decisions/{use_decision_id}/annul
             /office/use-rights/{use_right_id}/objections
             /office/use-rights/{use_right_id}/objections/{objection_id}/close
             /office/rights/{right_id}/managers
             /office/rights/{right_id}/managers/{keeper_id}/end
    """,
    # For who manages this right alone: the one of the table manages none.
    "": """
        POST /api/v1/use-rights/{use_right_id}/objections/{objection_id}/answer
             /office/use-rights/{use_right_id}/objections/{objection_id}/answer
    """,
    "m": "GET /office/managed",
}

PAPER = {"decision_no": "2/QĐ", "decided_on": "2026-03-01", "reason": "Kiểm tra"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    use, right = "POST /api/v1/use-rights/{use_right_id}", "POST /api/v1/rights/{right_id}"
    seen = {"entity_id": ids["entity_id"], "seen_on": "2026-03-01", "in_use": True}
    decision = PAPER | {"kind": "revoked", "effective_on": "2026-03-10"}
    return {
        f"{use}/decisions": decision,
        f"{use}/decisions/{{use_decision_id}}/annul": PAPER,
        f"{use}/objections": {"reason": "Chưa rõ"},
        f"{use}/objections/{{objection_id}}/answer": {"answer": "Đã rõ"},
        f"{use}/objections/{{objection_id}}/close": {"outcome": "settled"},
        f"{right}/observations": seen,
        f"{right}/managers": {"account_id": ids["mark_manager_id"]},
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    use = "/office/use-rights/{use_right_id}"
    return {
        f"{use}/decisions/{{use_decision_id}}/annul": PAPER,
        f"{use}/objections": {"reason": "Chưa rõ"},
        f"{use}/objections/{{objection_id}}/answer": {"answer": "Đã rõ"},
        f"{use}/objections/{{objection_id}}/close": {"outcome": "settled"},
        f"{use}/observations": {"seen_on": "2026-03-01", "in_use": "true"},
        f"{use}/standing": PAPER | {"kind": "revoked", "effective_on": "2026-03-10"},
        "/office/rights/{right_id}/managers": {"account_id": str(ids["mark_manager_id"])},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    make.right(db, type="collective_mark", sign="Sắp hết hạn", expires_on=date(2026, 4, 30))
    if "use_right_id" not in ids:
        return {}
    who = {"recorded_at": make.NOW, "recorded_by": "Cán bộ", "use_right_id": ids["use_right_id"]}
    suspended = UseRightDecision(kind="suspended", effective_on=date(2026, 3, 10), **who)
    objection = UseObjection(
        use_right_id=ids["use_right_id"], reason="Kín", raised_at=make.NOW, raised_by="Cán bộ"
    )
    db.add_all([suspended, objection])
    db.flush()
    manager, keeper = (make.person(db, name, Role.MARK_MANAGER) for name in ("Bà B", "Ông A"))
    db.add(
        RightManager(
            right_id=ids["right_id"],
            account_id=keeper.account_id,
            appointed_at=make.NOW,
            appointed_by="Cán bộ",
        )
    )
    db.flush()
    return {
        "keeper_id": keeper.account_id,
        "use_decision_id": suspended.id,
        "objection_id": objection.id,
        "mark_manager_id": manager.account_id,
    }
