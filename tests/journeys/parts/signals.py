from typing import Any

from sqlalchemy.orm import Session

from app.scans.models import DisplayPack
from app.scans.signal_actions import raise_signal
from app.scans.signals import Look, Since, Subject, signs_of
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from tests import make

ALLOWED = {
    # To an outsider the form comes back with the reason: a stranger's stamp is named as such.
    "owx": """
        GET /app/stamps/displays
        POST /app/stamps/displays /app/stamps/displays/photo /app/stamps/displays/remove
    """,
    "fpair": "GET /office/anomalies /office/anomalies/{signal_id}",
    "fpa": "POST /office/anomalies/{signal_id} /office/stamps/{code}/display",
}


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the pages' forms are sent."""
    return {
        "/office/anomalies/{signal_id}": {"choice": "watch", "reason": "Hỏi cửa hàng"},
        "/office/stamps/{code}/display": {"lift": "1"},
        "/app/stamps/displays": {"first_code": ids["code"], "place": "Hội chợ"},
        "/app/stamps/displays/remove": {"first_code": ids["code"]},
    }


def hung(db: Session, ids: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Add a signal on a stamp of the batch, and a pack on display."""
    del keyring
    batch = db.get_one(Batch, ids["batch_id"])
    subject = Subject(batch.first or 0, batch.id, batch.product_id, batch.entity_id, None)
    looks = [Look(bytes([number]), make.NOW) for number in range(20)]
    db.add(
        DisplayPack(
            line=subject.line + 7,
            batch_id=batch.id,
            place="Hội chợ",
            marked_at=make.NOW,
            marked_by="Chị Chủ",
        )
    )
    signs = signs_of(looks, threshold=13, now=make.NOW, since=Since())
    assert signs is not None
    return {"signal_id": raise_signal(db, now=make.NOW, of=subject, signs=signs).id}
