from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.diary.notice_actions import Act, set_notice
from app.diary.notices import HOLD, RECALL, Subject
from app.products.models import Product
from app.stamps.keyring import Keyring
from app.stamps.recall_models import RecallOrder
from tests import make
from tests.browser.stop import OFFICE, OWNER, PUBLIC, Stop

DESK, ORDER = "/office/products/{called}/recall", "/office/recalls/orders/{called_order}"
HELD, YEAR = "/app/products/1/hold", "made_from=2020-01-01&made_to=2020-12-31"
PAGES = {
    PUBLIC: {"lookup/recalls.html": ["/recalls", "/recalls?after=1"]},
    OFFICE: {
        "stamps/recall.html": [
            DESK,
            f"{DESK}?made_from=2026-01-01",
            f"{DESK}?{YEAR}",
            "/office/lots/{called_lot}/recall",
        ],
        "stamps/recall_order.html": [ORDER],
        "stamps/recalls.html": ["/office/recalls", "/office/recalls?q=zzz"],
        "stamps/recall_notice.html": ["/office/recalls/products/{called_off}"],
    },
    OWNER: {"stamps/hold.html": [HELD, f"{HELD}?{YEAR}", "/app/lots/1/hold"]},
}
ACTS = (
    Stop(
        "stamps/recall.html",
        OFFICE,
        f"{DESK}?made_from=2020-01-01",
        (("#made_to", "2019-01-01"),),
        "form.filter button",
    ),
    Stop("stamps/recall_order.html", OFFICE, ORDER, (), "main summary"),
    Stop("stamps/hold.html", OWNER, HELD, (), "[action$=hold] button"),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    """Add a product that is recalled, held in part, and asked to be recalled in another."""
    act = Act(actor=make.SYSTEM, now=make.NOW, reason="Dư lượng vượt mức", advice="Trả lại")
    held = db.get_one(Product, 1)
    own: dict[str, Any] = {"entity_id": held.entity_id, "product_id": held.id}
    # Of one year long past: other pages activate stamps of the sample's lots.
    year: dict[str, Any] = {"made_from": date(2020, 1, 1), "made_to": date(2020, 12, 31)}
    set_notice(db, act=act, of=Subject(**own, **year), kind=HOLD)
    product = make.product(db, of=make.entity(db), picture=False)
    lot = make.complete_lot(db, of=product)
    called: dict[str, Any] = {"entity_id": product.entity_id, "product_id": product.id}
    since = Subject(**called, made_from=date(2026, 1, 1))
    recalled = set_notice(db, act=act, of=since, kind=RECALL)
    set_notice(db, act=act, of=Subject(**called, **year), kind=HOLD)
    order = RecallOrder(
        **called,
        **year,
        kind=RECALL,
        reason="Nấm mốc",
        stamps=0,
        asked_at=make.NOW,
        asked_by="Cán bộ khác",
    )
    db.add(order)
    db.flush()
    return {
        "called": product.id,
        "called_lot": lot.id,
        "called_off": recalled.id,
        "called_order": order.id,
    }
