from typing import Any

from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from tests import make

PUBLIC = ""
ALLOWED = {
    "fpair": """
        GET /office/lots/{lot_id}/recall/lots /office/products/{product_id}/recall/lots
            /api/v1/lots/{lot_id}/touched /api/v1/products/{product_id}/touched
    """,
    "fpa": "POST /office/entities/{practice_id}/start-over",
}


def hung(db: Session, _ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Make a farm to practise with, which nobody belongs to."""
    return {"practice_id": make.entity(db, practice=True).id}
