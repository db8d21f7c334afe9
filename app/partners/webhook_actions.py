"""Webhooks set up and changed, by the partner's own key or by an officer."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.actions import Author, record
from app.identity.sealing import NONCE_BYTES, Sealer
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import clean_text
from app.partners.event_queries import last_happening
from app.partners.events import TEST, EventType
from app.partners.queries import lock_partner
from app.partners.webhook_models import WebhookDelivery, WebhookEndpoint
from app.partners.webhook_queries import get_delivery, get_endpoint, list_endpoints
from app.partners.webhooks import (
    MOST_ENDPOINTS,
    OVERLAP,
    SECRET_BYTES,
    DeliveryState,
    EndpointState,
    written,
)

_DESCRIPTION_CHARS = 200


class WebhookThere(Conflict):
    """The shop has a webhook at this address already"""

    code: ClassVar[str] = "partners.webhook_there"
    detail: ClassVar[str] = N_("Change that one, or remove it first.")
    field = "url"


class TooManyWebhooks(Conflict):
    """The shop has too many webhooks"""

    code: ClassVar[str] = "partners.too_many_webhooks"
    detail: ClassVar[str] = N_("At most {most}. Remove one first.")

    def __init__(self, *, most: int) -> None:
        self.most = most


class WebhookResting(Conflict):
    """The webhook is paused or disabled"""

    code: ClassVar[str] = "partners.webhook_resting"
    detail: ClassVar[str] = N_("Let it go on first.")


def add_endpoint(
    db: Session,
    *,
    by: Author,
    now: datetime,
    sealer: Sealer,
    partner_id: int,
    url: str,
    description: str = "",
    events: Collection[EventType] = (),
) -> tuple[WebhookEndpoint, str]:
    """Return a new webhook and its secret, which is shown this once; it is told from now on.

    `url` must be checked: that asks the network, and so stands before the transaction.
    """
    # Two at once must not both be the last that is allowed.
    lock_partner(db, partner_id)
    if len(list_endpoints(db, partner_id=partner_id)) >= MOST_ENDPOINTS:
        raise TooManyWebhooks(most=MOST_ENDPOINTS)
    _refuse_second(db, partner_id, url, None)
    secret, sealed = _new_secret(sealer, partner_id)
    endpoint = WebhookEndpoint(
        partner_id=partner_id,
        url=url,
        description=clean_text(description, limit=_DESCRIPTION_CHARS, field="description"),
        events=_sorted(events),
        after_seq=last_happening(db),
        secret=sealed,
        created_at=now,
        updated_at=now,
    )
    db.add(endpoint)
    db.flush()
    _note(db, by, now, "webhook.add", endpoint, None, _told(endpoint))
    return endpoint, secret


def change_endpoint(
    db: Session,
    *,
    by: Author,
    now: datetime,
    partner_id: int,
    endpoint_id: int,
    url: str | None = None,
    description: str | None = None,
    events: Collection[EventType] | None = None,
) -> WebhookEndpoint:
    """Change where a webhook leads or what it is told; what is None stays. `url` as above."""
    endpoint = get_endpoint(db, endpoint_id, partner_id=partner_id, lock=True)
    before = _told(endpoint)
    if url is not None:
        _refuse_second(db, partner_id, url, endpoint)
        endpoint.url = url
    if description is not None:
        endpoint.description = clean_text(
            description, limit=_DESCRIPTION_CHARS, field="description"
        )
    if events is not None:
        endpoint.events = _sorted(events)
    if before != _told(endpoint):
        endpoint.updated_at = now
        db.flush()
        _note(db, by, now, "webhook.change", endpoint, before, _told(endpoint))
    return endpoint


def pause_endpoint(
    db: Session, *, by: Author, now: datetime, partner_id: int, endpoint_id: int
) -> WebhookEndpoint:
    """Send a webhook nothing until it goes on; what happens meanwhile is kept for it."""
    endpoint = get_endpoint(db, endpoint_id, partner_id=partner_id, lock=True)
    if endpoint.state == EndpointState.ACTIVE:
        _turn(db, by, now, "webhook.pause", endpoint, EndpointState.PAUSED)
    return endpoint


def resume_endpoint(
    db: Session, *, by: Author, now: datetime, partner_id: int, endpoint_id: int
) -> WebhookEndpoint:
    """Let a paused or disabled webhook go on where it stopped."""
    endpoint = get_endpoint(db, endpoint_id, partner_id=partner_id, lock=True)
    if endpoint.state != EndpointState.ACTIVE:
        endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
        make_due(db, endpoint, now)
        _turn(db, by, now, "webhook.resume", endpoint, EndpointState.ACTIVE)
    return endpoint


def retire_endpoint(
    db: Session, *, by: Author, now: datetime, partner_id: int, endpoint_id: int
) -> None:
    """Remove a webhook for good: it is sent nothing more, its secrets are destroyed."""
    endpoint = get_endpoint(db, endpoint_id, partner_id=partner_id, lock=True)
    endpoint.secret, endpoint.old_secret = b"", None
    _turn(db, by, now, "webhook.remove", endpoint, EndpointState.RETIRED)


def rotate_secret(
    db: Session,
    *,
    by: Author,
    now: datetime,
    sealer: Sealer,
    partner_id: int,
    endpoint_id: int,
) -> tuple[WebhookEndpoint, str]:
    """Return a webhook with a new secret, shown this once; the old one signs a day longer."""
    endpoint = get_endpoint(db, endpoint_id, partner_id=partner_id, lock=True)
    secret, sealed = _new_secret(sealer, partner_id)
    endpoint.old_secret, endpoint.old_until = endpoint.secret, now + OVERLAP
    endpoint.secret, endpoint.updated_at = sealed, now
    db.flush()
    until = {"old_until": endpoint.old_until}
    _note(db, by, now, "webhook.rotate", endpoint, None, _told(endpoint) | until)
    return endpoint, secret


def send_again(
    db: Session, *, by: Author, now: datetime, partner_id: int, endpoint_id: int, delivery_id: int
) -> WebhookDelivery:
    """Have an event sent once more, delivered or given up, under its same id."""
    endpoint = _active(db, partner_id, endpoint_id)
    delivery = get_delivery(db, delivery_id, endpoint_id=endpoint.id)
    delivery.state, delivery.next_at, delivery.attempts = DeliveryState.WAITING, now, 0
    endpoint.rest_until = None
    db.flush()
    more = {"message": delivery.message_id}
    _note(db, by, now, "webhook.resend", endpoint, None, _told(endpoint) | more)
    return delivery


def send_test(
    db: Session, *, by: Author, now: datetime, partner_id: int, endpoint_id: int
) -> WebhookDelivery:
    """Have an event sent that says nothing, to try a webhook out."""
    endpoint = _active(db, partner_id, endpoint_id)
    delivery = WebhookDelivery(
        endpoint_id=endpoint.id,
        message_id=f"{TEST}_{secrets.token_hex(12)}",
        type=TEST,
        next_at=now,
        created_at=now,
    )
    endpoint.rest_until = None
    db.add(delivery)
    db.flush()
    more = {"message": delivery.message_id}
    _note(db, by, now, "webhook.test", endpoint, None, _told(endpoint) | more)
    return delivery


def _active(db: Session, partner_id: int, endpoint_id: int) -> WebhookEndpoint:
    endpoint = get_endpoint(db, endpoint_id, partner_id=partner_id, lock=True)
    if endpoint.state != EndpointState.ACTIVE:
        raise WebhookResting
    return endpoint


def _refuse_second(
    db: Session, partner_id: int, url: str, endpoint: WebhookEndpoint | None
) -> None:
    others = list_endpoints(db, partner_id=partner_id)
    if any(one.url == url and one is not endpoint for one in others):
        raise WebhookThere


def _new_secret(sealer: Sealer, partner_id: int) -> tuple[str, bytes]:
    secret = secrets.token_bytes(SECRET_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return written(secret), sealer.seal_about(secret, nonce=nonce, about=about(partner_id))


def about(partner_id: int) -> str:
    """Return what a webhook's secret is sealed as."""
    return f"webhook of partner {partner_id}"


def make_due(db: Session, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Have all that waits for an endpoint sent now."""
    query = update(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.state == DeliveryState.WAITING,
        WebhookDelivery.next_at > now,
    )
    db.execute(query.values(next_at=now), execution_options={"synchronize_session": False})


def _sorted(events: Collection[EventType]) -> list[str]:
    return sorted({str(one) for one in events})


def _turn(
    db: Session,
    by: Author,
    now: datetime,
    action: str,
    endpoint: WebhookEndpoint,
    state: EndpointState,
) -> None:
    before = _told(endpoint)
    endpoint.state, endpoint.reason, endpoint.updated_at = state, "", now
    db.flush()
    _note(db, by, now, action, endpoint, before, _told(endpoint))


def _told(endpoint: WebhookEndpoint) -> dict[str, Any]:
    names = ("partner_id", "url", "description", "events", "state")
    return {name: getattr(endpoint, name) for name in names}


def _note(
    db: Session,
    by: Author,
    now: datetime,
    action: str,
    endpoint: WebhookEndpoint,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    record(db, by=by, now=now, action=action, subject_id=endpoint.id, before=before, after=after)
