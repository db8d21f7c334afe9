"""What phones send and download: who is no member of anything gets an empty answer."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import DiaryEntry
from app.diary.upload_models import PhotoPromise
from app.stamps.keyring import Keyring
from tests import make_sync as phone

PHOTO = "/api/v1/sync/photos/{entry_id}/{sha256}"
ALLOWED = {
    # A batch is answered to everybody, item by item: what is not theirs is refused there.
    "owfpairmx": "GET /api/v1/sync/state POST /api/v1/sync",
    "ow": f"GET {PHOTO} PUT {PHOTO}",
}


def bodies(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    foreign = {"lot_id": ids["lot_id"]}
    entry, lot = phone.entry(None, **foreign), phone.lot(ids["product_id"], like=ids["lot_id"])
    return {"POST /api/v1/sync": phone.batch(entry, lots=(lot,))}


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    entry = select(DiaryEntry).where(DiaryEntry.lot_id == ids["lot_id"])
    first = db.scalars(entry.order_by(DiaryEntry.sequence)).first()
    assert first is not None
    sha256 = f"{5:064x}"
    db.add(PhotoPromise(entry_id=first.id, source_sha256=sha256, size=9, position=1))
    db.flush()
    return {"sha256": sha256}
