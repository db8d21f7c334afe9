"""The producer's phone: own products and stamps, proposals, look-ups, notices."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.part_models import Proposal
from app.stamps.keyring import Keyring
from app.stamps.ledger_models import Handover
from tests import make

PROPOSAL = "/office/proposals/{proposal_id}"
ALLOWED = {
    "owfpairmx": "GET /app/products /app/lookups /app/notices /office/proposals",
    "owfpair": f"GET /app/stamps/{{batch_id}} {PROPOSAL}",
    "fpa": f"POST {PROPOSAL}/accept {PROPOSAL}/refuse",
    "ow": """
        GET /app/products/{product_id} /app/entities/{entity_id}
        POST /app/activate/next /app/activate/next/confirm /app/stamps/{batch_id}/undo
            /app/stamps/{batch_id}/handovers/{handover_id}
    """,
    "o": """
        GET /app/products/{product_id}/propose /app/entities/{entity_id}/propose
        POST /app/products/{product_id}/propose /app/entities/{entity_id}/propose
            /app/proposals/{proposal_id}/withdraw /app/stamps/{batch_id}/withdraw
    """,
    # The form comes back with the reason: a stranger's stamp is named there as such.
    "owx": "POST /app/activate/photo",
    "ox": "GET /app/spoiled POST /app/spoiled /app/spoiled/confirm /app/spoiled/photo",
    # What it names is not stored here: who sees a proposed picture is asked of its own test.
    "": "GET /proposals/{proposal_id}/{shown}",
}


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    roll = {"lot_id": ids["lot_id"], "batch_id": ids["batch_id"], "quantity": 1}
    spoiled = {"kind": "lose", "first_code": ids["code"], "reason": "Rơi"}
    return {
        "/app/activate/next": roll,
        "/app/activate/next/confirm": roll,
        "/app/spoiled": spoiled,
        "/app/spoiled/confirm": spoiled,
        f"{PROPOSAL}/refuse": {"reason": "Ảnh mờ"},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    proposal = Proposal(
        entity_id=ids["entity_id"],
        subject_kind="product",
        subject_id=ids["product_id"],
        before={"brand": ""},
        after={"brand": "Rạch Gốc"},
        proposed_at=make.NOW,
        proposed_by="Chị Chủ",
    )
    db.add(proposal)
    db.flush()
    mine = select(Handover.id).where(Handover.batch_id == ids["batch_id"])
    return {
        "proposal_id": proposal.id,
        "handover_id": db.scalars(mine).one(),
        "shown": f"{'0' * 64}-160.webp",
    }
