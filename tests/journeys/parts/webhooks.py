"""Webhooks of shops and what they are told: by a shop's own key, and in the office."""

from typing import Any

from sqlalchemy.orm import Session

from app.identity.sealing import Sealer
from app.partners.event_queries import last_happening
from app.partners.models import PartnerKey
from app.partners.webhook_actions import add_endpoint
from app.partners.webhook_models import WebhookDelivery
from app.stamps.keyring import Keyring
from tests import make

_HOOK = "/api/v1/webhooks/{webhook_id}"
_PAGE = "/office/partners/{partner_id}/webhooks"
_DELIVERY = "deliveries/{delivery_id}/resend"
ALLOWED = {
    # Only a shop's own key opens these, and no person has one.
    "": f"""
        GET /api/v1/events /api/v1/webhooks {_HOOK} {_HOOK}/deliveries
        POST /api/v1/webhooks {_HOOK}/pause {_HOOK}/resume {_HOOK}/rotate {_HOOK}/test
            {_HOOK}/{_DELIVERY}
        PATCH {_HOOK}
        DELETE {_HOOK}
    """,
    "fpa": f"""
        GET {_PAGE} {_PAGE}/new {_PAGE}/{{webhook_id}}
        POST {_PAGE}/new {_PAGE}/{{webhook_id}}/pause {_PAGE}/{{webhook_id}}/resume
            {_PAGE}/{{webhook_id}}/rotate {_PAGE}/{{webhook_id}}/test
            {_PAGE}/{{webhook_id}}/remove {_PAGE}/{{webhook_id}}/{_DELIVERY}
    """,
}
# A public address by its number, which needs no resolver.
URL = "https://93.184.216.34/ocop"


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"POST /api/v1/webhooks": {"url": URL}, f"PATCH {_HOOK}": {"description": "Kho"}}


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{_PAGE}/new": {"url": URL}}


def hung(db: Session, ids: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Add a webhook with a delivery that is over to the shop of the other part."""
    # The shop is made by the part of its name, which comes before this one.
    partner_id = db.get_one(PartnerKey, ids["shop_key_id"]).partner_id
    sealer = Sealer({epoch: root.key for epoch, root in keyring.roots.items()})
    who: dict[str, Any] = {"by": make.SYSTEM, "now": make.NOW, "sealer": sealer}
    endpoint, _secret = add_endpoint(
        db, **who, partner_id=partner_id, url="https://93.184.216.34/hook"
    )
    delivery = WebhookDelivery(
        endpoint_id=endpoint.id,
        message_id=f"test_{last_happening(db)}",
        type="test",
        state="done",
        next_at=make.NOW,
        created_at=make.NOW,
    )
    db.add(delivery)
    db.flush()
    return {"webhook_id": endpoint.id, "delivery_id": delivery.id}
