from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.partners.event_models import PublicEvent
from app.partners.models import Partner
from app.partners.webhook_models import WebhookDelivery, WebhookEndpoint
from app.partners.webhooks import DeliveryState, EndpointState

_SENDABLE: Final = (
    WebhookEndpoint.state == EndpointState.ACTIVE,
    WebhookEndpoint.partner_id.in_(select(Partner.id).where(Partner.retired_at.is_(None))),
)


class NoSuchWebhook(NotFound):
    """There is no such webhook"""

    code = "partners.no_webhook"
    detail = N_("It may be removed, or belong to somebody else.")


class NoSuchDelivery(NotFound):
    """There is no such delivery"""

    code = "partners.no_delivery"
    detail = N_("Deliveries are kept for 30 days.")


def get_endpoint(
    db: Session, endpoint_id: int, *, partner_id: int, lock: bool = False
) -> WebhookEndpoint:
    """Return a webhook of a partner that is not removed, or raise NoSuchWebhook."""
    found = db.get(WebhookEndpoint, endpoint_id, with_for_update=lock, populate_existing=lock)
    gone = found is None or found.state == EndpointState.RETIRED
    if found is None or gone or found.partner_id != partner_id:
        raise NoSuchWebhook
    return found


def list_endpoints(db: Session, *, partner_id: int) -> Sequence[WebhookEndpoint]:
    """Return a partner's webhooks that are not removed: they are few."""
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.partner_id == partner_id, WebhookEndpoint.state != EndpointState.RETIRED
    )
    return db.scalars(query.order_by(WebhookEndpoint.id)).all()


def get_delivery(db: Session, delivery_id: int, *, endpoint_id: int) -> WebhookDelivery:
    found = db.get(WebhookDelivery, delivery_id)
    if found is None or found.endpoint_id != endpoint_id:
        raise NoSuchDelivery
    return found


def list_deliveries(
    db: Session, *, endpoint_id: int, cut: Cut, state: str = ""
) -> Page[WebhookDelivery]:
    """Return what was sent to an endpoint or waits to be."""
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    if state:
        query = query.where(WebhookDelivery.state == state)
    return take(db, query, WebhookDelivery.id, cut)


def count_waiting(db: Session, *, partner_id: int) -> dict[int, int]:
    """Return how many deliveries wait for each webhook of a partner."""
    query = (
        select(WebhookDelivery.endpoint_id, func.count())
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookEndpoint.partner_id == partner_id,
            WebhookDelivery.state == DeliveryState.WAITING,
        )
        .group_by(WebhookDelivery.endpoint_id)
    )
    return {endpoint_id: count for endpoint_id, count in db.execute(query)}  # noqa: C416 - a Row is no plain pair to dict()


def list_behind(db: Session, *, top: int) -> Sequence[int]:
    """Return the webhooks into whose outbox not all events up to a number have been put."""
    query = select(WebhookEndpoint.id).where(WebhookEndpoint.after_seq < top, *_SENDABLE)
    return db.scalars(query.order_by(WebhookEndpoint.id)).all()


def list_due_endpoints(db: Session, *, now: datetime) -> Sequence[int]:
    """Return the webhooks something is to be sent to now, who has waited longest first."""
    query = _due(now).with_only_columns(WebhookEndpoint.id).group_by(WebhookEndpoint.id)
    return db.scalars(query.order_by(func.min(WebhookDelivery.next_at))).all()


def find_due(db: Session, *, endpoint_id: int, now: datetime) -> WebhookDelivery | None:
    """Return the earliest event that is to be sent to a webhook now."""
    query = _due(now).where(WebhookEndpoint.id == endpoint_id).order_by(WebhookDelivery.id)
    due: WebhookDelivery | None = db.scalars(query.limit(1)).one_or_none()
    return due


def _due(now: datetime) -> Select[Any]:
    rested = WebhookEndpoint.rest_until.is_(None) | (WebhookEndpoint.rest_until <= now)
    return (
        select(WebhookDelivery)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookDelivery.state == DeliveryState.WAITING, WebhookDelivery.next_at <= now, rested
        )
        .where(*_SENDABLE)
    )


def event_of(db: Session, delivery: WebhookDelivery) -> PublicEvent | None:
    """Return what is delivered; None for a test."""
    return None if delivery.seq is None else db.get_one(PublicEvent, delivery.seq)
