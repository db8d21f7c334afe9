"""What a phone keeps of the server, so that a diary can be kept out of its reach."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from app.diary.entries import EntryRow
from app.diary.models import Lot, ProductionProcess
from app.diary.processes import in_force
from app.diary.queries import list_since
from app.diary.rules import LotState
from app.diary.standing_queries import NOTHING, Standing, standing_of
from app.diary.template_models import ProcessTemplate, ProcessTemplateVersion
from app.diary.trace_models import LotDispatch, LotInput
from app.diary.trace_queries import live
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.products.models import Product

HISTORY: Final = timedelta(days=90)
MOST_ENTRIES: Final = 2000
MOST_LOTS: Final = 300


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product in the market, and the version of a template that a new lot of it is kept by."""

    product: Product
    template_version_id: int | None


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A version of a template, with the template's own names."""

    template: ProcessTemplate
    version: ProcessTemplateVersion


@dataclass(frozen=True, slots=True)
class State:
    """All of it, in a fixed number of queries."""

    entities: Sequence[Entity]
    facilities: Mapping[int, Sequence[Facility]]
    products: Sequence[ProductRow]
    lots: Sequence[Lot]
    names: Mapping[int, str]
    standings: Mapping[int, Standing]
    templates: Mapping[int, TemplateRow]
    entries: Sequence[EntryRow]
    # What an entry says came in and went out, as it stands.
    inputs: Mapping[UUID, Sequence[LotInput]]
    dispatches: Mapping[UUID, LotDispatch]


def state_for(db: Session, *, actor: Actor, now: datetime) -> State:
    """Return the records of the actor's own entities that a phone needs.

    Lots that are still worked on come first where there are more than fit.
    """
    own = frozenset(actor.memberships)
    named = select(Entity).where(Entity.id.in_(own)).order_by(Entity.folded, Entity.id)
    products = _products(db, own, day_of(now))
    lots = _lots(db, own, since=now - HISTORY)
    standings = standing_of(db, [(lot.product_id, lot.id) for lot in lots])
    versions = {one.template_version_id for one in products}
    versions |= {lot.template_version_id for lot in lots}
    entries = list_since(db, actor=actor, since=now - HISTORY, limit=MOST_ENTRIES)
    return State(
        entities=db.scalars(named).all(),
        facilities=_facilities(db, own),
        products=products,
        lots=lots,
        names=_names(db, {lot.product_id for lot in lots}),
        standings={lot.id: standings.get((lot.product_id, lot.id), NOTHING) for lot in lots},
        templates=_templates(db, {one for one in versions if one is not None}),
        entries=entries,
        inputs=_inputs(db, [one.id for one in entries]),
        dispatches=_dispatches(db, [one.id for one in entries]),
    )


def _inputs(db: Session, entries: Sequence[UUID]) -> dict[UUID, list[LotInput]]:
    query = select(LotInput).where(LotInput.entry_id.in_(entries), live())
    found: dict[UUID, list[LotInput]] = {}
    for one in db.scalars(query.order_by(LotInput.id)):
        if one.entry_id is not None:
            found.setdefault(one.entry_id, []).append(one)
    return found


def _dispatches(db: Session, entries: Sequence[UUID]) -> dict[UUID, LotDispatch]:
    query = select(LotDispatch).where(
        LotDispatch.entry_id.in_(entries), LotDispatch.withdrawn_at.is_(None)
    )
    return {one.entry_id: one for one in db.scalars(query) if one.entry_id is not None}


def _facilities(db: Session, own: Collection[int]) -> dict[int, list[Facility]]:
    query = select(Facility).where(Facility.entity_id.in_(own), Facility.retired_on.is_(None))
    found: dict[int, list[Facility]] = {}
    for one in db.scalars(query.order_by(Facility.folded, Facility.id)):
        found.setdefault(one.entity_id, []).append(one)
    return found


def _products(db: Session, own: Collection[int], today: date) -> list[ProductRow]:
    query = select(Product).where(Product.entity_id.in_(own), Product.status == "active")
    products = db.scalars(query.order_by(Product.folded, Product.id)).all()
    versions: dict[int, list[ProductionProcess]] = {}
    for one in db.scalars(select(ProductionProcess).where(ProductionProcess.entity_id.in_(own))):
        versions.setdefault(one.product_id, []).append(one)
    held = {one.id: in_force(versions.get(one.id, ()), today) for one in products}
    return [
        ProductRow(one, made.template_version_id if (made := held[one.id]) else None)
        for one in products
    ]


def _names(db: Session, products: Collection[int]) -> dict[int, str]:
    query = select(Product.id, Product.name).where(Product.id.in_(products))
    return {one.id: one.name for one in db.execute(query)}


def _lots(db: Session, own: Collection[int], *, since: datetime) -> Sequence[Lot]:
    # Distributed, or opened long ago and released: history, which the phone need not hold.
    query = select(Lot).where(
        Lot.entity_id.in_(own),
        or_(Lot.state.in_([LotState.OPEN, LotState.CLOSED]), Lot.opened_at >= since),
    )
    at_work = case((Lot.state == LotState.OPEN, 0), (Lot.state == LotState.CLOSED, 1), else_=2)
    order = at_work, Lot.opened_at.desc(), Lot.id.desc()
    return db.scalars(query.order_by(*order).limit(MOST_LOTS)).all()


def _templates(db: Session, ids: Collection[int]) -> dict[int, TemplateRow]:
    if not ids:
        return {}
    query = (
        select(ProcessTemplateVersion, ProcessTemplate)
        .join(ProcessTemplate, ProcessTemplate.id == ProcessTemplateVersion.template_id)
        .where(ProcessTemplateVersion.id.in_(ids))
    )
    return {version.id: TemplateRow(template, version) for version, template in db.execute(query)}
