from typing import Any

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.keyring import Keyring
from tests import make, make_diaries

PUBLIC = "GET /api/v1/verify/lots/{lot_id}"
ALLOWED = {
    "fpair": """
        GET /office/diaries +/approvals /office/diaries/incomplete /office/diaries/harvests
            /office/diaries/{which}
    """,
    "fpa": "POST /office/diaries/approvals/{entry_id} /office/diaries/harvests/{lot_id}",
}


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the pages' forms are sent."""
    return {
        "/office/diaries/approvals/{entry_id}": {"decision": "accept"},
        "/office/diaries/harvests/{lot_id}": {"entry_id": str(ids.get("entry_id")), "reason": "x"},
    }


def hung(db: Session, ids: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Add a neglected diary of the product, whose stamps wait."""
    del keyring
    product = db.get_one(Product, ids["product_id"])
    make_diaries.neglected(db, of=product, now=make.NOW)
    make_diaries.waiting(db, of=product, now=make.NOW)
    return {"which": "silent"}
