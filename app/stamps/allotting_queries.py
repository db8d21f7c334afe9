"""What a draft of an allotment is made from and checked against."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Facility
from app.kit.clock import start_of
from app.products.models import Product
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.allotting import (
    AllotmentState,
    FacilityFacts,
    Given,
    Ground,
    Limit,
    ProductFacts,
    RequestFacts,
    Wanted,
)
from app.stamps.ledger_models import Quota
from app.stamps.models import Batch, Span
from app.stamps.quota_queries import uses_of
from app.stamps.rules import BatchState, State

# What is left of a batch: with the Department, or with the producer and not yet used.
_LEFT = (State.ISSUED, State.RECEIVED, State.RETURNED)
_GRANTED = (BatchState.APPROVED, BatchState.ISSUED, BatchState.HANDED_OVER)
# Quotas whose use is asked in one statement: each is a column of it.
_QUOTAS_AT_ONCE = 200

ProductPlace = tuple[int, int | None]


def of_year(year: int) -> ColumnElement[bool]:
    """Tell the batches granted in a budget year; where none was written, by the day of decision."""
    unsaid = and_(
        Batch.budget_year.is_(None),
        Batch.decided_at >= start_of(date(year, 1, 1)),
        Batch.decided_at < start_of(date(year + 1, 1, 1)),
    )
    return and_(Batch.state.in_(_GRANTED), or_(Batch.budget_year == year, unsaid))


def given_in(db: Session, year: int) -> dict[ProductPlace, Given]:
    """Return what each product, and each facility named, got in a year, in two queries."""
    place = Batch.product_id, Batch.facility_id
    granted = (
        select(
            *place,
            func.sum(Batch.granted),
            func.sum(Batch.granted).filter(Batch.state == BatchState.APPROVED),
        )
        .where(of_year(year))
        .group_by(*place)
    )
    found: defaultdict[ProductPlace, Given] = defaultdict(Given)
    for product, facility, total, unissued in db.execute(granted):
        found[product, facility] += Given(granted=int(total or 0), left=int(unissued or 0))
    stamps = (
        select(*place, Span.state, func.sum(Span.last - Span.first + 1))
        .join(Span, Span.batch_id == Batch.id)
        .where(of_year(year), Span.state.in_((State.ACTIVE, *_LEFT)))
        .group_by(*place, Span.state)
    )
    for product, facility, state, total in db.execute(stamps):
        active = state == State.ACTIVE
        found[product, facility] += (
            Given(activated=int(total)) if active else Given(left=int(total))
        )
    return dict(found)


def with_wholes(given: Mapping[ProductPlace, Given]) -> dict[ProductPlace, Given]:
    """Add what a product got as a whole, where stamps were given to its facilities only."""
    wholes: defaultdict[ProductPlace, Given] = defaultdict(Given)
    for (product_id, _), one in given.items():
        wholes[product_id, None] += one
    return wholes | dict(given)


def still_made(db: Session, places: Collection[ProductPlace]) -> dict[ProductPlace, int]:
    """Return the entities of those places whose product, producer and facility are active.

    They come by the names of entity and product.
    """
    wanted = {product_id for product_id, _ in places}
    facilities = {facility_id for _, facility_id in places if facility_id is not None}
    used = set(
        db.scalars(
            select(Facility.id).where(Facility.id.in_(facilities), Facility.retired_on.is_(None))
        )
    )
    made = (
        select(Product.id, Product.entity_id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Product.id.in_(wanted), Product.status == "active", Entity.status == "active")
        .where(Entity.practice.is_(False))
        .order_by(Entity.folded, Entity.id, Product.folded, Product.id)
    )
    at: defaultdict[int, list[int | None]] = defaultdict(list)
    for product_id, facility_id in sorted(places, key=lambda place: place[1] or 0):
        at[product_id].append(facility_id)
    return {
        (product_id, facility_id): entity_id
        for product_id, entity_id in db.execute(made)
        for facility_id in at[product_id]
        if facility_id is None or facility_id in used
    }


def list_waiting(db: Session) -> list[Batch]:
    """Return the requests that wait for a decision and stand in no plan, oldest first."""
    planned = select(AllotmentRow.batch_id).where(AllotmentRow.batch_id.is_not(None))
    query = select(Batch).where(Batch.state == BatchState.REQUESTED, Batch.id.not_in(planned))
    return list(db.scalars(query.order_by(Batch.id)))


def planned_in(db: Session, year: int) -> set[ProductPlace]:
    """Return the products, with their facilities, that other drafts of the year hold already."""
    query = (
        select(AllotmentRow.product_id, AllotmentRow.facility_id)
        .join(Allotment, Allotment.id == AllotmentRow.allotment_id)
        .where(Allotment.year == year, Allotment.state == AllotmentState.DRAFT)
    )
    return {(product_id, facility_id) for product_id, facility_id in db.execute(query)}


def ground_for(
    db: Session,
    rows: Sequence[Wanted],
    *,
    year: int,
    largest: int,
    allotment_id: int,
    lock: bool = False,
) -> Ground:
    """Return the facts that rows of an allotment are checked against.

    With `lock` the quotas stay as they are until this transaction ends.
    """
    products = _products(db, {row.product_id for row in rows})
    entities = {one.entity_id for one in products.values()}
    return Ground(
        products=products,
        facilities=_facilities(db, {row.facility_id for row in rows if row.facility_id}),
        requests=_requests(db, {row.request_id for row in rows if row.request_id}, allotment_id),
        limits=_limits(db, year, entities, lock=lock),
        largest=largest,
    )


def _products(db: Session, ids: Collection[int]) -> dict[int, ProductFacts]:
    query = (
        select(Product.id, Product.entity_id, Product.status, Entity.status)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Product.id.in_(ids), Entity.practice.is_(False))
    )
    return {
        product_id: ProductFacts(entity_id, active=(made, works) == ("active", "active"))
        for product_id, entity_id, made, works in db.execute(query)
    }


def _facilities(db: Session, ids: Collection[int]) -> dict[int, FacilityFacts]:
    query = select(Facility.id, Facility.entity_id, Facility.retired_on).where(Facility.id.in_(ids))
    return {
        facility_id: FacilityFacts(entity_id, retired=retired_on is not None)
        for facility_id, entity_id, retired_on in db.execute(query)
    }


def _requests(db: Session, ids: Collection[int], allotment_id: int) -> dict[int, RequestFacts]:
    query = (
        select(Batch, AllotmentRow.allotment_id)
        .outerjoin(AllotmentRow, AllotmentRow.batch_id == Batch.id)
        .where(Batch.id.in_(ids))
    )
    return {
        batch.id: RequestFacts(
            batch.product_id,
            batch.requested,
            free=batch.state == BatchState.REQUESTED and plan in {None, allotment_id},
            facility_id=batch.facility_id,
        )
        for batch, plan in db.execute(query)
    }


def _limits(db: Session, year: int, entities: Collection[int], *, lock: bool) -> list[Limit]:
    query = select(Quota).where(Quota.year == year, Quota.entity_id.in_(entities))
    query = query.order_by(Quota.id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    quotas = db.scalars(query).all()
    starts = range(0, len(quotas), _QUOTAS_AT_ONCE)
    uses = [use for at in starts for use in uses_of(db, quotas[at : at + _QUOTAS_AT_ONCE])]
    return [
        Limit(
            entity_id=use.quota.entity_id,
            left=use.left,
            product_id=use.quota.product_id,
            facility_id=use.quota.facility_id,
        )
        for use in uses
    ]
