"""The Department's one queue: what waits, and to whom it is given."""

from typing import Any

from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from tests import make_oversight

ITEM, API = "/office/queue/{waiting}/{item_id}", "/api/v1/queue/{waiting}/{item_id}"
ALLOWED = {
    "fpair": f"GET /office/queue {ITEM} /api/v1/queue {API}",
    "fpa": f"POST {ITEM} {API}",
}


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"POST {API}": {"priority": "high"}}


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {ITEM: {"priority": "high"}}


def hung(db: Session, _ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Add a report that nobody looks into."""
    return {"waiting": "report", "item_id": make_oversight.report(db).id}
