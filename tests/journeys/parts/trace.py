"""What lots are made of and where they went."""

from typing import Any

from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.products.models import Product
from app.stamps.keyring import Keyring
from tests import make, make_trace

API, APP = "/api/v1/lots/{lot_id}", "/app/lots/{lot_id}"
ALLOWED = {
    "owfpair": f"""
        GET {API}/inputs {API}/dispatches {API}/balance {API}/trace {APP}/goods {APP}/trace
            {APP}/distribution /office/lots/{{lot_id}}/trace
    """,
    "ow": f"""
        GET {APP}/inputs/lot {APP}/inputs/bought {APP}/dispatches/new {APP}/inputs/{{input_id}}
            {APP}/dispatches/{{dispatch_id}} {APP}/split
        POST {API}/inputs {API}/inputs/{{input_id}}/withdraw {API}/dispatches
            {API}/dispatches/{{dispatch_id}}/withdraw {API}/split /api/v1/lots/merge
            {APP}/inputs/lot {APP}/inputs/bought {APP}/inputs/{{input_id}}/fill
            {APP}/inputs/{{input_id}}/withdraw {APP}/dispatches/new
            {APP}/dispatches/{{dispatch_id}}/withdraw {APP}/split /app/lots/merge
    """,
    "o": f"POST {API}/distribute {API}/resume {APP}/release {APP}/distribution {APP}/resume",
    "owfpairmx": "GET /app/lots/merge",
}
WHY = {"reason": "Ghi nhầm"}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    merge = {"product_id": ids["product_id"], "sources": [{"lot_id": ids["raw_id"]}] * 2}
    return {
        f"POST {API}/inputs": {"inputs": [{"material": "Muối"}]},
        f"POST {API}/inputs/{{input_id}}/withdraw": WHY,
        f"POST {API}/dispatches": {"receiver": "Chợ"},
        f"POST {API}/dispatches/{{dispatch_id}}/withdraw": WHY,
        f"POST {API}/split": {"parts": [{"quantity": 1, "unit": "kg"}]},
        "POST /api/v1/lots/merge": merge,
        f"POST {API}/distribute": {"left": 0},
        f"POST {API}/resume": WHY,
    }


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{APP}/inputs/lot": {"source_lot_id": ids["raw_id"]},
        f"{APP}/inputs/bought": {"material": "Muối"},
        f"{APP}/inputs/{{input_id}}/fill": {"quantity": "3", "unit": "KGM"},
        f"{APP}/inputs/{{input_id}}/withdraw": WHY,
        f"{APP}/dispatches/new": {"receiver": "Chợ", "receiver_kind": "shop"},
        f"{APP}/dispatches/{{dispatch_id}}/withdraw": WHY,
        f"{APP}/split": {"quantity_1": "1", "unit": "KGM"},
        "/app/lots/merge": {"product_id": ids["product_id"], f"lot_{ids['raw_id']}": "on"},
        f"{APP}/distribution": {"left": "0"},
        f"{APP}/resume": WHY,
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Have a lot of raw goods go into the tenant's, and some of that be sent."""
    product = db.get_one(Product, ids["product_id"])
    raw = make.lot(db, of=product, number="RAW-01", material="Tôm sống")
    lot = db.get_one(Lot, ids["lot_id"])
    make_trace.link(db, raw, lot)
    return {
        "raw_id": raw.id,
        "input_id": make_trace.bought(db, lot, "Muối", supplier="Đại lý Tư").id,
        "dispatch_id": make_trace.sent(db, lot, receiver="Siêu thị A").id,
    }
