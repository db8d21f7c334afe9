from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from app.stamps.ledger_models import Handover
from app.stamps.order_actions import ask_void
from app.stamps.quota_actions import add_quota
from app.stamps.rules import Move
from app.stamps.span_queries import Numbers
from tests import make

BATCH, API_BATCH = "/office/batches/{batch_id}", "/api/v1/batches/{batch_id}"
REASON = {"reason": "Kiểm tra"}
ALLOWED = {
    "owfpairmx": """
        GET /office/quotas /office/reconciliation /api/v1/quotas /api/v1/books /api/v1/refusals
            /api/v1/span-orders
    """,
    "owfpair": f"""
        GET {BATCH}/handovers/{{handover_id}}/minutes {API_BATCH}/handovers {API_BATCH}/books
            {API_BATCH}/reconciliations
    """,
    "fpa": f"""
        GET /office/policy /api/v1/stamp-policy /office/refusals /office/quotas/new
            /office/quotas/{{quota_id}} {BATCH}/reconcile {BATCH}/spoil {BATCH}/lose {BATCH}/return
            {BATCH}/undo {BATCH}/reissue
        POST /office/quotas/new /office/quotas/{{quota_id}} +/remove /api/v1/quotas
            {BATCH}/reconcile {BATCH}/spoil +/confirm {BATCH}/lose +/confirm
            {BATCH}/return +/confirm {BATCH}/undo +/confirm {BATCH}/reissue +/confirm
            {BATCH}/orders/{{order_id}}/confirm {BATCH}/orders/{{order_id}}/decline
            {API_BATCH}/reconciliations /api/v1/spans/spoil /api/v1/spans/return
            /api/v1/spans/reissue /api/v1/span-orders/{{order_id}}/confirm
            /api/v1/span-orders/{{order_id}}/decline
        PUT /api/v1/quotas/{{quota_id}}
        DELETE /api/v1/quotas/{{quota_id}}
    """,
    "a": """
        POST /office/policy
        PUT /api/v1/stamp-policy
    """,
    "ofpa": "POST /api/v1/spans/lose /api/v1/span-orders",
    "owfpa": "POST /api/v1/spans/undo",
    "ow": "POST /api/v1/spans/activate-next /api/v1/handovers/{handover_id}/confirm",
}
QUERIES = {
    "/api/v1/quotas": "?year=2026",
    "/office/quotas": "?year=2026&entity={entity_id}",
    "/office/quotas/new": "?entity={entity_id}",
}
POLICY = {"two_people_from": 5000, "undo_days": 3, "tolerance_percent": 2.5}
COUNTS = dict.fromkeys(("printed", "spoiled", "waiting", "handed_over", "on_hand", "returned"), 1)


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the API's routes are sent."""
    span = {"first_code": ids["code"], "last_code": ids["code"]}
    subject = {"year": 2026, "entity_id": ids["entity_id"], "product_id": ids["product_id"]}
    on = {"batch_id": ids["batch_id"], "quantity": 1, "lot_id": ids["lot_id"]}
    routes: dict[str, dict[str, Any]] = {
        "PUT stamp-policy": POLICY,
        "POST quotas": subject | {"quantity": 500},
        "PUT quotas/{quota_id}": {"quantity": 90},
        "POST batches/{batch_id}/reconciliations": {"movement_id": 1, "counts": COUNTS},
        "POST handovers/{handover_id}/confirm": {"quantity": 60},
        "POST spans/activate-next": on,
        "POST spans/lose": span | REASON,
        "POST spans/undo": span | REASON,
        "POST spans/spoil": span | REASON,
        "POST spans/return": span | {"document_no": "BB 2"},
        "POST spans/reissue": span | {"receiver": "Chị Chủ"},
        "POST span-orders": span | REASON,
        "POST span-orders/{order_id}/decline": REASON,
    }
    return {key.replace(" ", " /api/v1/", 1): body for key, body in routes.items()}


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the pages' forms are sent."""
    span = {"first_code": ids["code"], **REASON, "document_no": "BB 2", "receiver": "Chị Chủ"}
    changes = ("spoil", "lose", "return", "undo", "reissue")
    return {
        "/office/policy": POLICY,
        "/office/quotas/new": {"year": "2027", "quantity": "500"},
        "/office/quotas/{quota_id}": {"quantity": "90"},
        f"{BATCH}/reconcile": {"movement_id": "1"},
        f"{BATCH}/orders/{{order_id}}/decline": {"decline_reason": "Còn dùng được"},
        **{f"{BATCH}/{name}": span for name in changes},
        **{f"{BATCH}/{name}/confirm": span for name in changes},
    }


def hung(db: Session, ids: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Add a quota, and stamps that wait to be made void; the batch was handed over before."""
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    quota = add_quota(db, year=2026, entity_id=ids["entity_id"], quantity=900, **who)
    chosen = Numbers(ids["batch_id"], 50, 60)
    void: dict[str, Any] = {"move": Move.VOID, "chosen": chosen, "keyring": keyring}
    order = ask_void(db, reason="In hỏng", **void, **who)
    given = select(Handover.id).where(Handover.batch_id == ids["batch_id"])
    return {
        "quota_id": quota.id,
        "order_id": order.id,
        "handover_id": db.scalars(given).one(),
    }
