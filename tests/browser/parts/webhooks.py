"""Webhooks of shops in the office."""

from typing import Any

from sqlalchemy.orm import Session

from app.identity.sealing import Sealer
from app.partners.actions import add_partner
from app.partners.webhook_actions import add_endpoint
from app.partners.webhook_courier_actions import disable
from app.partners.webhook_models import WebhookDelivery
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, SEND, Stop

_SHOP = "/office/partners/{hooked_shop}/webhooks"
PAGES = {
    OFFICE: {
        "partners/webhooks.html": [_SHOP],
        "partners/webhook_new.html": [f"{_SHOP}/new"],
        "partners/webhook.html": [f"{_SHOP}/{{hook}}", f"{_SHOP}/{{dead_hook}}"],
    }
}
ACTS = (
    Stop("partners/webhook_new.html", OFFICE, f"{_SHOP}/new", (("#url", "10.0.0.1"),), SEND),
    Stop(
        "partners/webhook_secret.html", OFFICE, f"{_SHOP}/{{hook}}", (), "[action$=rotate] button"
    ),
)


def facts(db: Session, keyring: Keyring) -> dict[str, int | str]:
    """Add a shop with a webhook in use, all kinds of deliveries to it, and one disabled."""
    sealer = Sealer({epoch: root.key for epoch, root in keyring.roots.items()})
    who: dict[str, Any] = {"now": make.NOW}
    shop = add_partner(
        db, actor=make.SYSTEM, name="Sàn Có Webhook", kind="platform", hosts=["san.vn"], **who
    )
    more: dict[str, Any] = {"by": make.SYSTEM, "partner_id": shop.id, **who}
    hook, _ = add_endpoint(db, sealer=sealer, url="https://san.vn/ocop", **more)
    dead, _ = add_endpoint(db, sealer=sealer, url="https://san.vn/cu", **more)
    disable(db, dead, reason="failing", **who)
    for place, (state, status, error) in enumerate(
        (("done", 204, ""), ("waiting", 500, "refused"), ("failed", None, "kit.too_slow"))
    ):
        db.add(
            WebhookDelivery(
                endpoint_id=hook.id,
                message_id=f"test_{place}",
                type="hold.set",
                state=state,
                attempts=place,
                last_status=status,
                last_error=error,
                next_at=make.NOW,
                created_at=make.NOW,
                tried_at=make.NOW,
            )
        )
    return {"hooked_shop": shop.id, "hook": hook.id, "dead_hook": dead.id}
