from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, func, not_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Facility
from app.identity.models import Account, Membership
from app.identity.rules import Actor, Belonging
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.products.models import Product
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.allotting import Key, Wanted
from app.stamps.models import Batch, Span
from app.stamps.rules import State


class NoSuchAllotment(NotFound):
    """There is no such allotment"""

    code: ClassVar[str] = "stamps.no_such_allotment"
    detail: ClassVar[str] = N_("The address may be mistyped. Look at the list of allotments.")


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows of an allotment come to, and what became of them."""

    rows: int = 0
    entities: int = 0
    quantity: int = 0
    handed_over: int = 0
    active: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.rows + other.rows,
            self.entities + other.entities,
            self.quantity + other.quantity,
            self.handed_over + other.handed_over,
            self.active + other.active,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the names it is shown by; `batch` is what it became, or the request it answers."""

    row: AllotmentRow
    entity: str
    product: str
    gtin: str
    facility: str
    batch: Batch | None

    @property
    def key(self) -> Key:
        return self.row.product_id, self.row.facility_id, self.row.batch_id

    def wanted(self, number: int) -> Wanted:
        """Return the row as it stands, told by its number in the table."""
        return Wanted(
            place=str(number),
            product_id=self.row.product_id,
            facility_id=self.row.facility_id,
            request_id=self.row.batch_id,
            quantity=self.row.quantity,
            note=self.row.note,
        )


def get_allotment(db: Session, allotment_id: int, *, actor: Actor) -> Allotment:
    """Return an allotment to a reader of the Department, or raise NoSuchAllotment."""
    actor.require_department()
    found = db.get(Allotment, allotment_id)
    if found is None:
        raise NoSuchAllotment
    return found


def list_allotments(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    year: int | None = None,
    state: str = "",
    single: bool | None = None,
) -> Page[Allotment]:
    """Return allotments. `single` ones are decisions on one producer's request."""
    actor.require_department()
    conditions = _conditions(year=year, state=state, single=single)
    return take(db, select(Allotment).where(*conditions), Allotment.id, cut)


def sums_of(db: Session, *, actor: Actor, year: int | None, state: str, single: bool) -> Totals:
    """Return what all allotments of a list come to, in one figure each."""
    actor.require_department()
    conditions = _conditions(year=year, state=state, single=single)
    return sum(totals_of(db, select(Allotment.id).where(*conditions)).values(), Totals())


def totals_of(db: Session, ids: Collection[int] | Select[Any]) -> dict[int, Totals]:
    """Return the totals of allotments by id, in two queries."""
    active = (
        select(Batch.allotment_id, func.sum(Span.last - Span.first + 1))
        .join(Span, Span.batch_id == Batch.id)
        .where(Batch.allotment_id.in_(ids), Span.state == State.ACTIVE)
        .group_by(Batch.allotment_id)
    )
    used = {key: int(total) for key, total in db.execute(active)}
    rows = (
        select(
            AllotmentRow.allotment_id,
            func.count(AllotmentRow.id),
            func.count(func.distinct(AllotmentRow.entity_id)),
            func.sum(AllotmentRow.quantity),
            func.sum(func.coalesce(Batch.handed_over, 0)),
        )
        .outerjoin(Batch, Batch.id == AllotmentRow.batch_id)
        .where(AllotmentRow.allotment_id.in_(ids))
        .group_by(AllotmentRow.allotment_id)
    )
    return {
        key: Totals(count, entities, int(quantity), int(handed), used.get(key, 0))
        for key, count, entities, quantity, handed in db.execute(rows)
    }


def list_years(db: Session) -> list[int]:
    """Return the years that have allotments, the latest first."""
    return list(db.scalars(select(Allotment.year).distinct().order_by(Allotment.year.desc())))


def rows_of(db: Session, allotment_id: int) -> list[Row]:
    """Return the rows of an allotment by the names of entity and product, in one query."""
    query = (
        select(AllotmentRow, Entity.name, Product.name, Product.gtin, Facility.name, Batch)
        .join(Entity, Entity.id == AllotmentRow.entity_id)
        .join(Product, Product.id == AllotmentRow.product_id)
        .outerjoin(Facility, Facility.id == AllotmentRow.facility_id)
        .outerjoin(Batch, Batch.id == AllotmentRow.batch_id)
        .where(AllotmentRow.allotment_id == allotment_id)
        .order_by(Entity.folded, Entity.id, Product.folded, AllotmentRow.id)
    )
    return [
        Row(row, entity, product, gtin or "", facility or "", batch)
        for row, entity, product, gtin, facility, batch in db.execute(query)
    ]


def receivers_of(db: Session, entity_ids: Iterable[int]) -> dict[int, str]:
    """Return who most likely receives stamps for each entity: its representative, else an owner."""
    wanted = set(entity_ids)
    owners = (
        select(Membership.entity_id, Account.name)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.entity_id.in_(wanted), Membership.role == Belonging.OWNER)
        .where(Account.active)
        .order_by(Account.id.desc())
    )
    found = {entity_id: name for entity_id, name in db.execute(owners)}  # noqa: C416 - a Row is no plain pair to dict()
    named = select(Entity.id, Entity.representative).where(Entity.id.in_(wanted))
    return found | {key: name for key, name in db.execute(named) if name}


def _conditions(*, year: int | None, state: str, single: bool | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if year is not None:
        found.append(Allotment.year == year)
    if state:
        found.append(Allotment.state == state)
    if single is not None:
        rows = select(func.count()).where(AllotmentRow.allotment_id == Allotment.id)
        count = rows.correlate(Allotment).scalar_subquery()
        alone = and_(Allotment.approved_at.is_not(None), count == 1)
        found.append(alone if single else not_(alone))
    return found
