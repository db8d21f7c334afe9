"""The outbox of webhooks: filled from the public events, emptied by a few threads.

Whatever happens in between, an event stands in an endpoint's outbox once and stays until it was
accepted or given up: it is delivered at least once, under one id.
"""

import json
import logging
import random
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.sealing import SealBroken, Sealer
from app.kit.db import Database
from app.kit.destinations import OutboundRefused
from app.kit.outbound import Outbound
from app.partners.event_actions import SYSTEM, publish
from app.partners.event_queries import last_event, list_public_events
from app.partners.events import envelope, message_id
from app.partners.webhook_actions import about, make_due
from app.partners.webhook_models import WebhookDelivery, WebhookEndpoint
from app.partners.webhook_queries import event_of, find_due, list_behind, list_due_endpoints
from app.partners.webhooks import (
    KEPT,
    LEASE,
    PATIENCE,
    DeliveryState,
    EndpointState,
    Outcome,
    next_try,
    rest,
    sign,
)

log = logging.getLogger("ocop.work")

_AT_ONCE: Final = 200
_THREADS: Final = 8
# So many failures in a row are no fault of one event.
_DOWN: Final = 3
# After so many seconds of one endpoint's events others have their turn.
_TURN: Final = 5.0


@dataclass(frozen=True)
class Parcel:
    """One event on its way: what is sent where, and the secrets it is signed by."""

    endpoint_id: int
    delivery_id: int
    url: str
    name: str
    body: bytes
    secrets: tuple[bytes, ...]


@dataclass
class Courier:
    """Follows the audit trail and delivers, one event at a time to each endpoint."""

    database: Database
    outbound: Outbound
    sealer: Sealer
    clock: Callable[[], datetime]
    base_url: str
    chance: Callable[[], float] = random.random
    # What runs the deliveries; threads of its own where none is given.
    threads: Executor | None = None
    _busy: dict[int, Future[None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def round(self) -> None:
        """Look once at what happened, and send what is due; does not wait for the answers."""
        publish(self.database, base_url=self.base_url)
        fill_outboxes(self.database, now=self.clock())
        with self.database.begin(write=False) as db:
            due = list_due_endpoints(db, now=self.clock())
        for endpoint_id in due:
            self._start(endpoint_id)

    def settle(self) -> None:
        """Wait until what is on its way has arrived or failed."""
        with self._lock:
            under_way = list(self._busy.values())
        wait(under_way)

    def close(self) -> None:
        if self.threads is not None:
            self.threads.shutdown(cancel_futures=True)

    def _start(self, endpoint_id: int) -> None:
        with self._lock:
            running = self._busy.get(endpoint_id)
            if running is not None and not running.done():
                return
            if self.threads is None:
                self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhooks")
            self._busy[endpoint_id] = self.threads.submit(self._serve, endpoint_id)

    def _serve(self, endpoint_id: int) -> None:
        """Send an endpoint its events in their order, until one fails or others have a turn."""
        until = monotonic() + _TURN
        try:
            while self._deliver(endpoint_id) and monotonic() < until:
                pass
        except Exception:
            # What was claimed is due again when its lease ends.
            log.exception("a webhook could not be served", extra={"task": f"webhook {endpoint_id}"})

    def _deliver(self, endpoint_id: int) -> bool:
        """Send the earliest event that is due; tell whether it was accepted."""
        with self.database.begin() as db:
            parcel = claim(db, endpoint_id=endpoint_id, sealer=self.sealer, now=self.clock())
        if parcel is None:
            return False
        outcome = self._send(parcel)
        with self.database.begin() as db:
            settle(db, parcel=parcel, outcome=outcome, now=self.clock(), chance=self.chance())
        return outcome.accepted

    def _send(self, parcel: Parcel) -> Outcome:
        if not parcel.secrets:
            return Outcome(None, SealBroken.code)
        signed = sign(parcel.secrets, name=parcel.name, at=self.clock(), body=parcel.body)
        headers = {"Content-Type": "application/json"} | signed
        began = monotonic()
        try:
            answer = self.outbound.post(parcel.url, content=parcel.body, headers=headers)
        except OutboundRefused as error:
            return Outcome(None, error.code, _since(began))
        return Outcome(answer.status, milliseconds=_since(began))


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)


def fill_outboxes(database: Database, *, now: datetime) -> None:
    """Put the events each active endpoint has not got yet into its outbox, each once."""
    while True:
        with database.begin(write=False) as db:
            top = last_event(db)
            behind = list_behind(db, top=top)
        if not behind:
            return
        for endpoint_id in behind:
            with database.begin() as db:
                _fill(db, endpoint_id, now, top)


def _fill(db: Session, endpoint_id: int, now: datetime, top: int) -> None:
    # Of two that fill the same outbox the second one sees how far the first one came.
    endpoint = _locked(db, endpoint_id)
    if endpoint.state != EndpointState.ACTIVE:
        return
    events = list_public_events(db, after=endpoint.after_seq, limit=_AT_ONCE)
    for event in events:
        if not endpoint.events or event.type in endpoint.events:
            db.add(
                WebhookDelivery(
                    endpoint_id=endpoint.id,
                    message_id=message_id(event.seq),
                    seq=event.seq,
                    type=event.type,
                    next_at=now,
                    created_at=now,
                )
            )
    endpoint.after_seq = events[-1].seq if events else max(top, endpoint.after_seq)
    db.flush()


def _locked(db: Session, endpoint_id: int) -> WebhookEndpoint:
    return db.get_one(WebhookEndpoint, endpoint_id, with_for_update=True, populate_existing=True)


def claim(db: Session, *, endpoint_id: int, sealer: Sealer, now: datetime) -> Parcel | None:
    """Take the next event that is due for an endpoint, for as long as sending it may take.

    Who is killed while sending it loses it to the next one: it may arrive twice, but never not.
    """
    due = find_due(db, endpoint_id=endpoint_id, now=now)
    if due is None:
        return None
    mine = (
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == due.id,
            WebhookDelivery.state == DeliveryState.WAITING,
            WebhookDelivery.next_at == due.next_at,
        )
        .values(next_at=now + LEASE, attempts=WebhookDelivery.attempts + 1, tried_at=now)
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(mine) is None:
        return None
    endpoint = db.get_one(WebhookEndpoint, endpoint_id)
    event = event_of(db, due)
    at, facts = (due.created_at, {}) if event is None else (event.at, event.facts)
    told = envelope(due.message_id, due.type, at, facts)
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Parcel(
        endpoint_id, due.id, endpoint.url, due.message_id, body, _secrets(endpoint, sealer, now)
    )


def _secrets(endpoint: WebhookEndpoint, sealer: Sealer, now: datetime) -> tuple[bytes, ...]:
    sealed = [endpoint.secret]
    if endpoint.old_secret is not None and endpoint.old_until and endpoint.old_until > now:
        sealed.append(endpoint.old_secret)
    try:
        return tuple(
            sealer.unseal_about(one, about=about(endpoint.partner_id)) for one in sealed if one
        )
    except SealBroken:
        return ()


def settle(db: Session, *, parcel: Parcel, outcome: Outcome, now: datetime, chance: float) -> None:
    """Write down how a try ended: done, to be tried again, or given up; and what it says of
    the endpoint, which 410 and five days without a success disable.
    """
    endpoint = _locked(db, parcel.endpoint_id)
    delivery = db.get_one(WebhookDelivery, parcel.delivery_id, populate_existing=True)
    delivery.last_status, delivery.last_error = outcome.status, outcome.code
    delivery.milliseconds = outcome.milliseconds
    if outcome.accepted:
        delivery.state, delivery.done_at = DeliveryState.DONE, now
        if endpoint.failures >= _DOWN:
            # It was away, and is back: what waited long need not wait longer.
            make_due(db, endpoint, now)
        endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
        db.flush()
        return
    again = next_try(delivery.attempts, now=now, chance=chance)
    if again is None:
        delivery.state = DeliveryState.FAILED
    else:
        delivery.next_at = again
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.rest_until = rest(endpoint.failures, now=now)
    if outcome.gone:
        disable(db, endpoint, now=now, reason="gone")
    elif now - endpoint.failing_since >= PATIENCE:
        disable(db, endpoint, now=now, reason="failing")
    db.flush()


def disable(db: Session, endpoint: WebhookEndpoint, *, now: datetime, reason: str) -> None:
    """Send an endpoint nothing more until somebody lets it go on; officers see it as off."""
    if endpoint.state != EndpointState.ACTIVE:
        return
    before = {"state": endpoint.state}
    endpoint.state, endpoint.reason, endpoint.updated_at = EndpointState.DISABLED, reason, now
    after = {"partner_id": endpoint.partner_id, "url": endpoint.url, "state": endpoint.state}
    record(
        db,
        by=SYSTEM,
        now=now,
        action="webhook.disable",
        subject_id=endpoint.id,
        before=before,
        after=after | {"reason": reason},
    )


def tidy_deliveries(db: Session, *, now: datetime) -> None:
    """Forget deliveries that are over and older than they are kept."""
    over = WebhookDelivery.state != DeliveryState.WAITING
    db.execute(delete(WebhookDelivery).where(over, WebhookDelivery.created_at < now - KEPT))
