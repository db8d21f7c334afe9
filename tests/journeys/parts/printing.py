from typing import Any

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.keyring import Keyring
from app.stamps.models import Batch, Export
from app.stamps.print_models import PrintPreset
from tests import make

ALLOWED = {
    "fpa": """
        GET /office/presets /office/presets/new /office/presets/preview
            /office/presets/{preset_id} /api/v1/presets
            /office/allotments/{allotment_id}/exports +/{bundle_id}/file
            /api/v1/allotments/{allotment_id}/export /api/v1/allotments/{allotment_id}/exports
        POST /office/presets/new /office/presets/{preset_id} +/retire
            /api/v1/presets /api/v1/presets/{preset_id}/retire
            /office/allotments/{allotment_id}/exports +/{bundle_id}/confirm
            /api/v1/allotments/{allotment_id}/exports/{bundle_id}/confirm
            /office/batches/{batch_id}/exports/{export_id}/confirm
            /api/v1/batches/{batch_id}/exports/{export_id}/confirm
        PATCH /api/v1/presets/{preset_id}
    """
}
QUERIES = {"/api/v1/allotments/{allotment_id}/export": "?format=csv&reason=In"}
PRESET: dict[str, Any] = {
    "name": "Decal A5",
    "page_width": 148,
    "page_height": 210,
    "columns": 3,
    "rows": 4,
    "cell_width": 40,
    "cell_height": 35,
    "symbol": 24,
}


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "POST /api/v1/presets": PRESET,
        "PATCH /api/v1/presets/{preset_id}": PRESET | {"version": 1},
    }


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "/office/presets/new": PRESET,
        "/office/presets/{preset_id}": PRESET | {"version": 1},
        "/office/allotments/{allotment_id}/exports": {"format": "csv", "reason": "In"},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    db.get_one(Product, ids["product_id"]).gtin = "09520001000010"
    facts = PRESET | {"name": "Decal", "kind": "sheet", "margin_top": 7, "gap_x": 0, "gap_y": 0}
    preset = PrintPreset(
        **facts,
        code_at="below",
        crop_marks=False,
        per_roll=0,
        made_at=make.NOW,
        made_by="Cán bộ",
        changed_at=make.NOW,
        changed_by="Cán bộ",
    )
    batch = db.get_one(Batch, ids["batch_id"])
    if "allotment_id" in ids:
        batch.allotment_id = ids["allotment_id"]
    bundle = Export(
        allotment_id=batch.allotment_id,
        format="csv",
        form="gs1",
        preset="",
        first=1,
        count=100,
        reason="Cũ",
        facts={},
        state="asked",
        asked_at=make.NOW,
        asked_by="Cán bộ",
    )
    db.add_all([preset, bundle])
    db.flush()
    return {
        "preset_id": preset.id,
        "bundle_id": bundle.id,
        "allotment_id": batch.allotment_id,
        "gtin": "09520001000010",
    }
