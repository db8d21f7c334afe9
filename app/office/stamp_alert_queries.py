"""What is off with stamps: each kind says of whom, what, since when, and where to mend it."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, literal, select

from app.entities.models import Entity
from app.kit.clock import day_of
from app.products.models import Product
from app.stamps.ledger_models import Handover, Reconciliation
from app.stamps.models import Batch, Export, Refusal, Span
from app.stamps.rules import State

# Soon enough to act, and the notice the design asks for before stamps lapse.
AHEAD: Final = timedelta(days=60)
PATIENCE: Final = timedelta(days=7)
LOOKED_BACK: Final = timedelta(days=30)

Rows = Select[Any]


def _of_batch(what: Any, day: Any, *, to: str = "batch") -> Rows:  # noqa: ANN401 - columns
    return (
        select(Entity.name, what, day, literal(to), Batch.id)
        .select_from(Batch)
        .join(Entity, Entity.id == Batch.entity_id)
        .join(Product, Product.id == Batch.product_id)
    )


def unconfirmed(now: datetime) -> Rows:
    return (
        _of_batch(Product.name, Handover.at)
        .join(Handover, Handover.batch_id == Batch.id)
        .where(Handover.received_at.is_(None), Handover.at < now - PATIENCE)
        .order_by(Handover.at)
    )


def received_otherwise(_now: datetime) -> Rows:
    settled = select(Reconciliation.id).where(
        Reconciliation.batch_id == Batch.id,
        Reconciliation.settled,
        Reconciliation.at > Handover.received_at,
    )
    return (
        _of_batch(Product.name, Handover.received_at)
        .join(Handover, Handover.batch_id == Batch.id)
        .where(Handover.received_quantity != Handover.quantity, ~settled.exists())
        .order_by(Handover.received_at)
    )


def unsettled(_now: datetime) -> Rows:
    last = select(func.max(Reconciliation.id)).group_by(Reconciliation.batch_id)
    return (
        _of_batch(Product.name, Reconciliation.at)
        .join(Reconciliation, Reconciliation.batch_id == Batch.id)
        .where(Reconciliation.id.in_(last), ~Reconciliation.settled)
        .order_by(Reconciliation.at)
    )


def refused(now: datetime) -> Rows:
    return (
        _of_batch(Product.name, func.max(Refusal.at))
        .join(Refusal, Refusal.batch_id == Batch.id)
        .where(Refusal.at > now - LOOKED_BACK, Refusal.action == "activate")
        .group_by(Batch.id, Entity.name, Product.name)
        .order_by(func.max(Refusal.at).desc())
    )


def lapsing(now: datetime) -> Rows:
    idle = select(Span.id).where(
        Span.batch_id == Batch.id,
        Span.state.in_((State.ISSUED, State.RECEIVED, State.RETURNED)),
    )
    return (
        _of_batch(Product.name, Batch.lapses_on)
        .where(Batch.lapses_on <= day_of(now) + AHEAD, idle.exists())
        .order_by(Batch.lapses_on)
    )


def failed(_now: datetime) -> Rows:
    return (
        _of_batch(Product.name, Export.asked_at, to="exports")
        .join(Export, Export.batch_id == Batch.id)
        .where(Export.state == "failed")
        .order_by(Export.id)
    )
