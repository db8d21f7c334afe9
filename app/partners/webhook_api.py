"""A partner's webhooks, set up by its own programs."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from app.kit.forms import Out
from app.kit.paging import Listed, NewestFirst, listed
from app.kit.web import Db, Id, Now
from app.partners import webhook_actions, webhook_queries
from app.partners.events import EventType
from app.partners.key_access import Caller, PartnerRoute, WebhooksPartner
from app.partners.webhook_access import CheckedPatch, CheckedWebhook
from app.partners.webhook_models import WebhookDelivery, WebhookEndpoint
from app.partners.webhooks import DeliveryState, EndpointState

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], route_class=PartnerRoute)


class WebhookOut(Out):
    """A webhook. Without `events` it is told of all; `reason` says why it was disabled."""

    id: int
    url: str
    description: str
    events: list[EventType]
    state: EndpointState
    reason: str
    failing_since: datetime | None
    old_until: datetime | None
    created_at: datetime
    updated_at: datetime


class SecretOut(WebhookOut):
    """A webhook with its new secret, which is shown this once."""

    secret: str


class DeliveryOut(Out):
    """An event on its way to a webhook, or how it ended. `last_error` is a code."""

    id: int
    message_id: str
    type: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    last_status: int | None
    last_error: str
    milliseconds: int | None
    created_at: datetime
    tried_at: datetime | None
    done_at: datetime | None


@router.get("")
def list_webhooks(caller: WebhooksPartner, db: Db) -> list[WebhookOut]:
    found = webhook_queries.list_endpoints(db, partner_id=caller.partner_id)
    return [WebhookOut.model_validate(one) for one in found]


@router.post("", status_code=201)
def add_webhook(
    request: Request, caller: WebhooksPartner, given: CheckedWebhook, db: Db, now: Now
) -> SecretOut:
    """Add a webhook; it is told what happens from now on.

    Its address must be public https on port 443. Save the secret: it is shown this once.
    """
    added = webhook_actions.add_endpoint(
        db, sealer=request.app.state.sealer, **_by(caller, now), **given.model_dump()
    )
    return _with_secret(*added)


@router.get("/{webhook_id}")
def get_webhook(caller: WebhooksPartner, db: Db, webhook_id: Id) -> WebhookOut:
    found = webhook_queries.get_endpoint(db, webhook_id, partner_id=caller.partner_id)
    return WebhookOut.model_validate(found)


@router.patch("/{webhook_id}")
def change_webhook(
    caller: WebhooksPartner, given: CheckedPatch, db: Db, now: Now, webhook_id: Id
) -> WebhookOut:
    """Change where a webhook leads or what it is told of."""
    facts = given.model_dump(exclude_unset=True)
    return WebhookOut.model_validate(
        webhook_actions.change_endpoint(db, endpoint_id=webhook_id, **_by(caller, now), **facts)
    )


@router.delete("/{webhook_id}", status_code=204)
def remove_webhook(caller: WebhooksPartner, db: Db, now: Now, webhook_id: Id) -> None:
    """Remove a webhook for good; what waits for it is not sent."""
    webhook_actions.retire_endpoint(db, endpoint_id=webhook_id, **_by(caller, now))


@router.post("/{webhook_id}/pause")
def pause_webhook(caller: WebhooksPartner, db: Db, now: Now, webhook_id: Id) -> WebhookOut:
    """Send nothing until it is resumed; what happens meanwhile is kept for it."""
    return WebhookOut.model_validate(
        webhook_actions.pause_endpoint(db, endpoint_id=webhook_id, **_by(caller, now))
    )


@router.post("/{webhook_id}/resume")
def resume_webhook(caller: WebhooksPartner, db: Db, now: Now, webhook_id: Id) -> WebhookOut:
    """Let a paused or disabled webhook go on where it stopped."""
    return WebhookOut.model_validate(
        webhook_actions.resume_endpoint(db, endpoint_id=webhook_id, **_by(caller, now))
    )


@router.post("/{webhook_id}/rotate")
def rotate_webhook(
    request: Request, caller: WebhooksPartner, db: Db, now: Now, webhook_id: Id
) -> SecretOut:
    """Make a new secret, shown this once. Until `old_until` the old one signs beside it."""
    changed = webhook_actions.rotate_secret(
        db, sealer=request.app.state.sealer, endpoint_id=webhook_id, **_by(caller, now)
    )
    return _with_secret(*changed)


@router.post("/{webhook_id}/test", status_code=202)
def test_webhook(caller: WebhooksPartner, db: Db, now: Now, webhook_id: Id) -> DeliveryOut:
    """Send an event of the type `test`, which says nothing."""
    return _delivery(webhook_actions.send_test(db, endpoint_id=webhook_id, **_by(caller, now)))


@router.get("/{webhook_id}/deliveries")
def list_deliveries(
    request: Request,
    caller: WebhooksPartner,
    db: Db,
    cut: NewestFirst,
    webhook_id: Id,
    state: DeliveryState | None = None,
) -> Listed[DeliveryOut]:
    """Return what was sent and what waits, the newest first; it is kept for 30 days."""
    found = webhook_queries.get_endpoint(db, webhook_id, partner_id=caller.partner_id)
    page = webhook_queries.list_deliveries(db, endpoint_id=found.id, cut=cut, state=state or "")
    return listed(request, page, _delivery)


@router.post("/{webhook_id}/deliveries/{delivery_id}/resend", status_code=202)
def resend_delivery(
    caller: WebhooksPartner, db: Db, now: Now, webhook_id: Id, delivery_id: Id
) -> DeliveryOut:
    """Send an event once more, under its same id."""
    return _delivery(
        webhook_actions.send_again(
            db, endpoint_id=webhook_id, delivery_id=delivery_id, **_by(caller, now)
        )
    )


def _by(caller: Caller, now: Now) -> dict[str, Any]:
    return {"by": caller, "now": now, "partner_id": caller.partner_id}


def _with_secret(endpoint: WebhookEndpoint, secret: str) -> SecretOut:
    return SecretOut(**WebhookOut.model_validate(endpoint).model_dump(), secret=secret)


def _delivery(delivery: WebhookDelivery) -> DeliveryOut:
    """Tell a delivery; only what waits has a next time."""
    out = DeliveryOut.model_validate(delivery)
    waits = out.state is DeliveryState.WAITING
    return out if waits else out.model_copy(update={"next_at": None})
