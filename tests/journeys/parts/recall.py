from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.diary.notice_actions import HOLD, Act, set_notice
from app.diary.notice_queries import subject_of
from app.stamps.keyring import Keyring
from app.stamps.policy_queries import get_policy
from app.stamps.recall_actions import recall
from app.stamps.recall_models import RecallOrder
from tests import make

PUBLIC = "GET /recalls"
OFFICE_LOT, OFFICE_PRODUCT = "/office/lots/{lot_id}", "/office/products/{product_id}"
API_PRODUCT = "/api/v1/products/{product_id}"
ORDERS = "/office/recalls/orders/{recall_id}"
ALLOWED = {
    "fpa": f"""
        GET {OFFICE_LOT}/recall {OFFICE_PRODUCT}/recall
        POST {OFFICE_LOT}/hold +/lift {OFFICE_PRODUCT}/recall +/lift {OFFICE_PRODUCT}/hold +/lift
            {API_PRODUCT}/recall +/lift {ORDERS}/confirm {ORDERS}/decline
            /api/v1/recall-orders/{{recall_id}}/confirm /api/v1/recall-orders/{{recall_id}}/decline
    """,
    "fpair": f"""
        GET /office/recalls {ORDERS} /office/recalls/{{source}}/{{notice_id}} /api/v1/recall-orders
    """,
    "owfpa": "GET /app/lots/{lot_id}/hold /app/products/{product_id}/hold",
    "ofpa": f"""
        POST {API_PRODUCT}/hold +/lift /app/products/{{product_id}}/hold +/lift
    """,
}
REASON = {"reason": "Kiểm tra"}
LONG_AGO, FAR = date(2020, 1, 1), date(2030, 1, 1)


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the API's routes are sent."""
    acts = ("recall", "recall/lift", "hold", "hold/lift")
    sent = {f"POST {API_PRODUCT}/{act}": REASON for act in acts}
    return sent | {"POST /api/v1/recall-orders/{recall_id}/decline": REASON}


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the pages' forms are sent."""
    holds = ("/app/products/{product_id}", OFFICE_LOT, OFFICE_PRODUCT)
    sent = {f"{one}/{act}": REASON for one in holds for act in ("hold", "hold/lift")}
    sent |= {f"{OFFICE_PRODUCT}/{act}": REASON for act in ("recall", "recall/lift")}
    return sent | {f"{ORDERS}/decline": REASON}


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Ask for a recall of what was made long ago, and hold a lot of its own."""
    act = Act(actor=make.SYSTEM, now=make.NOW, reason="Dư lượng vượt mức")
    product: dict[str, Any] = {"product_id": ids["product_id"], "actor": make.SYSTEM}
    policy = get_policy(db)
    usual, policy.recall_two_from = policy.recall_two_from, 0
    db.add(policy)
    db.flush()
    order = recall(db, act=act, of=subject_of(db, made_to=LONG_AGO, **product))
    policy.recall_two_from = usual
    assert isinstance(order, RecallOrder)
    held = set_notice(db, act=act, of=subject_of(db, made_from=FAR, **product), kind=HOLD)
    return {"recall_id": order.id, "source": "products", "notice_id": held.id}
