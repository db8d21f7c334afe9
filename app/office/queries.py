from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.diary.models import Lot
from app.entities.models import Entity
from app.entities.part_models import Proposal
from app.entities.practice_queries import real
from app.kit.i18n import N_
from app.products.models import Product
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.models import Batch, Export, Span
from app.stamps.recall_models import RecallOrder

SHOWN = 20


@dataclass(frozen=True)
class BatchLine:
    """A batch that waits for somebody's next step."""

    id: int
    entity: str
    product: str
    quantity: int


@dataclass(frozen=True)
class PlanLine:
    """An allotment that waits: to be approved, or for its files."""

    id: int
    year: int
    programme: str
    rows: int
    quantity: int


@dataclass(frozen=True)
class ProposalLine:
    """A change a producer proposes."""

    id: int
    entity: str
    at: datetime


@dataclass(frozen=True)
class RecallLine:
    """A recall, or its lifting, that waits for a second officer."""

    id: int
    kind: str
    product: str
    entity: str
    at: datetime


@dataclass(frozen=True)
class Waiting:
    """What waits for an officer, oldest first, each list cut after twenty."""

    recalls: Sequence[RecallLine]
    to_decide: Sequence[BatchLine]
    to_issue: Sequence[BatchLine]
    to_print: Sequence[BatchLine]
    to_hand_over: Sequence[BatchLine]
    to_confirm: Sequence[BatchLine]
    plans_to_confirm: Sequence[PlanLine]
    drafts: Sequence[PlanLine]
    proposals: Sequence[ProposalLine]


def list_waiting(db: Session) -> Waiting:
    return Waiting(
        recalls=_recalls(db),
        to_decide=_batches(db, Batch.state == "requested"),
        to_issue=_batches(db, Batch.state == "approved"),
        to_print=_batches(db, Batch.state == "issued", Batch.id.not_in(_printed())),
        to_hand_over=_batches(db, Batch.state == "issued", Batch.id.in_(_printed())),
        to_confirm=_batches(db, Batch.id.in_(_asked(Export.batch_id))),
        plans_to_confirm=_plans(db, Allotment.id.in_(_asked(Export.allotment_id))),
        drafts=_plans(db, Allotment.state == "draft"),
        proposals=_proposals(db),
    )


def _printed() -> CompoundSelect[Any]:
    whole = select(Batch.id).join(Export, Export.allotment_id == Batch.allotment_id)
    return union(
        select(Export.batch_id).where(Export.state == "ready", Export.batch_id.is_not(None)),
        whole.where(Export.state == "ready"),
    )


def _asked(column: InstrumentedAttribute[int | None]) -> Select[Any]:
    """Return the batches or allotments whose files wait for a second person."""
    return select(column).where(Export.state == "asked", column.is_not(None))


def _batches(db: Session, *wanted: ColumnElement[bool]) -> list[BatchLine]:
    query = (
        select(Batch.id, Entity.name, Product.name, Batch.granted, Batch.requested)
        .join(Entity, Entity.id == Batch.entity_id)
        .join(Product, Product.id == Batch.product_id)
        .where(*wanted)
        .order_by(Batch.id)
        .limit(SHOWN)
    )
    return [
        BatchLine(batch_id, entity, product, granted or requested)
        for batch_id, entity, product, granted, requested in db.execute(query)
    ]


def _plans(db: Session, wanted: ColumnElement[bool]) -> list[PlanLine]:
    rows = func.count(AllotmentRow.id)
    total = func.coalesce(func.sum(AllotmentRow.quantity), 0)
    query = (
        select(Allotment.id, Allotment.year, Allotment.programme, rows, total)
        .outerjoin(AllotmentRow, AllotmentRow.allotment_id == Allotment.id)
        .where(wanted)
        .group_by(Allotment.id, Allotment.year, Allotment.programme)
        .order_by(Allotment.id)
        .limit(SHOWN)
    )
    return [PlanLine(*row[:4], int(row[4])) for row in db.execute(query)]


def _proposals(db: Session) -> list[ProposalLine]:
    query = (
        select(Proposal.id, Entity.name, Proposal.proposed_at)
        .join(Entity, Entity.id == Proposal.entity_id)
        .where(Proposal.state == "waiting")
        .order_by(Proposal.id)
        .limit(SHOWN)
    )
    return [ProposalLine(*row) for row in db.execute(query)]


def _recalls(db: Session) -> list[RecallLine]:
    query = (
        select(RecallOrder.id, RecallOrder.kind, Product.name, Entity.name, RecallOrder.asked_at)
        .join(Product, Product.id == RecallOrder.product_id)
        .join(Entity, Entity.id == RecallOrder.entity_id)
        .where(RecallOrder.state == "waiting")
        .order_by(RecallOrder.id)
        .limit(SHOWN)
    )
    return [RecallLine(*row) for row in db.execute(query)]


def count_all(db: Session) -> list[tuple[str, int, str]]:
    """Return the register's figures: label, number, and the page that lists them."""
    size = Span.last - Span.first + 1
    active = select(func.sum(size)).where(Span.state == "active")
    granted = select(func.sum(Batch.granted)).where(Batch.first.is_not(None))
    return [
        (N_("Entities"), _count(db, Entity.id), "/office/entities"),
        (N_("Products"), _count(db, Product.entity_id), "/office/products"),
        (N_("Stamps given out"), int(db.scalar(granted) or 0), "/office/batches"),
        (N_("Stamps active"), int(db.scalar(active) or 0), "/office/batches"),
        (N_("Lots"), _count(db, Lot.entity_id), "/office/lots"),
    ]


def _count(db: Session, entity_id: InstrumentedAttribute[int]) -> int:
    """Count the records of real entities."""
    return db.scalar(select(func.count()).where(real(entity_id))) or 0
