from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.diary.notice_actions import Act, set_notice
from app.diary.notice_queries import subject_of
from app.diary.notices import RECALL
from app.products.models import Product
from app.stamps.keyring import Keyring
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
    """Recall what is made long after, and ask for a recall of what was made long ago."""
    product = db.get_one(Product, ids["product_id"])
    act = Act(actor=make.SYSTEM, now=make.NOW, reason="Dư lượng vượt mức")
    later = subject_of(db, actor=make.SYSTEM, product_id=product.id, made_from=date(2030, 1, 1))
    made = set_notice(db, act=act, of=later, kind=RECALL)
    order = RecallOrder(
        kind=RECALL,
        entity_id=product.entity_id,
        product_id=product.id,
        made_to=date(2020, 1, 1),
        reason="Nấm mốc",
        stamps=0,
        asked_at=make.NOW,
        asked_by="Cán bộ khác",
    )
    db.add(order)
    db.flush()
    return {"recall_id": order.id, "source": "products", "notice_id": made.id}
