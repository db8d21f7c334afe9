from typing import Any

from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.identity.rules import Actor, Belonging
from app.products.models import Product
from app.stamps.change_actions import change_span
from app.stamps.handover_queries import list_handovers
from app.stamps.keyring import Keyring
from app.stamps.order_actions import ask_void
from app.stamps.quota_actions import add_quota
from app.stamps.rules import Move
from app.stamps.span_actions import activate_next
from app.stamps.span_queries import Numbers
from tests import make
from tests.browser.stop import OFFICE, SEND, Stop

BATCH = "/office/batches/{told}"
PAGES = {
    OFFICE: {
        "stamps/one.html": [BATCH, f"{BATCH}?limit=3"],
        "stamps/list.html": ["/office/batches?sort=entity&year=2026&decision=12"],
        "stamps/change.html": [f"{BATCH}/return", f"{BATCH}/undo"],
        "stamps/reconcile.html": [f"{BATCH}/reconcile"],
        "stamps/books.html": ["/office/reconciliation", "/office/reconciliation?year=2001"],
        "stamps/minutes.html": [f"{BATCH}/handovers/{{handover}}/minutes"],
        "stamps/refusals.html": ["/office/refusals", "/office/refusals?batch=999999"],
        "stamps/policy.html": ["/office/policy"],
        "stamps/quotas.html": ["/office/quotas?year=2025", "/office/quotas?year=2001"],
        "stamps/quota.html": ["/office/quotas/{quota}"],
        "stamps/quota_new.html": [
            "/office/quotas/new?q=zzz",
            "/office/quotas/new?q=t",
            "/office/quotas/new?entity=1",
        ],
    },
}
ACTS = (
    Stop("stamps/reconcile.html", OFFICE, f"{BATCH}/reconcile", (), "button[name=settle]"),
    Stop("stamps/one.html", OFFICE, BATCH, (), "[action$=decline] button"),
    Stop("stamps/change.html", OFFICE, f"{BATCH}/return", (("#first", "1"),), SEND),
    Stop("stamps/quota_new.html", OFFICE, "/office/quotas/new?entity=1", (), SEND),
    Stop("stamps/policy.html", OFFICE, "/office/policy", (("#undo_days", "x"),), SEND),
)


def facts(db: Session, keyring: Keyring) -> dict[str, Any]:
    """Add a batch that every kind of change befell, and a quota."""
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    product = db.get_one(Product, 1)
    batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
    lot = make.complete_lot(db, of=product)
    _use(db, batch.id, lot, keyring)
    void: dict[str, Any] = {"move": Move.VOID, "chosen": Numbers(batch.id, 31, 40)}
    ask_void(db, keyring=keyring, reason="Ẩm mốc", **void, **who)
    subject: dict[str, Any] = {"entity_id": product.entity_id, "product_id": product.id}
    quota = add_quota(db, year=2025, quantity=50, note="Theo QĐ 12", **subject, **who)
    handover, _again = list_handovers(db, actor=make.SYSTEM, batch_ids=[batch.id])
    return {"told": batch.id, "handover": handover.id, "quota": quota.id}


def _use(db: Session, batch_id: int, lot: Lot, keyring: Keyring) -> None:
    owner = Actor(None, "Chị Chủ", memberships={lot.entity_id: Belonging.OWNER})
    activate_next(db, actor=owner, now=make.NOW, batch_id=batch_id, quantity=20, lot_id=lot.id)
    changes: list[tuple[Move, int, int, dict[str, str]]] = [
        (Move.SPOIL, 91, 95, {"reason": "Lệch mực"}),
        (Move.UNDO, 11, 20, {"reason": "Nhầm lô"}),
        (Move.LOSE, 30, 30, {"reason": "Rơi dọc đường"}),
        (Move.RETURN, 41, 60, {"document_no": "BB 7"}),
        (Move.REISSUE, 41, 45, {"receiver": "Anh Thợ"}),
    ]
    for move, first, last, said in changes:
        chosen = Numbers(batch_id, first, last)
        facts: dict[str, Any] = {"move": move, "chosen": chosen, "keyring": keyring, **said}
        change_span(db, actor=make.SYSTEM, now=make.NOW, **facts)
