from typing import Any

LOT, ENTRY = "/api/v1/lots/{lot_id}", "/api/v1/lots/{lot_id}/entries/{entry_id}"
ALLOWED = {
    "owfpairmx": "GET /app/approvals /api/v1/approvals",
    "owfpair": f"GET {LOT}/clearances",
    "ofpa": f"POST /app/approvals/{{entry_id}} {ENTRY}/decide",
    "fpa": f"POST {LOT}/clearances /office/lots/{{lot_id}}/clear GET /office/lots/{{lot_id}}/clear",
}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the API's routes are sent."""
    cleared = {"item": "harvested_early", "entry_id": ids.get("entry_id"), "reason": "x"}
    return {f"POST {ENTRY}/decide": {"accepted": True}, f"POST {LOT}/clearances": cleared}


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the pages' forms are sent."""
    cleared = {"item": "harvested_early", "entry_id": ids.get("entry_id"), "reason": "x"}
    return {
        "/app/approvals/{entry_id}": {"accepted": "yes"},
        "/office/lots/{lot_id}/clear": cleared,
    }
