from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.entities.part_models import Facility
from app.entities.queries import names_of as entity_names
from app.identity.rules import Actor
from app.kit.clock import day_of, start_of
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.products.queries import names_of as product_names
from app.stamps.ledger_models import Quota
from app.stamps.models import Batch


class NoSuchQuota(NotFound):
    """There is no such quota"""

    code: ClassVar[str] = "stamps.no_such_quota"
    detail: ClassVar[str] = N_("It may have been removed. Look at the list of its year.")


@dataclass(frozen=True)
class QuotaUse:
    """A quota and how many stamps of its year were granted against it."""

    quota: Quota
    used: int

    @property
    def left(self) -> int:
        """Return what may still be granted; below zero where the quota was lowered since."""
        return self.quota.quantity - self.used


class Granted(NamedTuple):
    """What was granted in a year to an entity for one product and facility."""

    year: int | None
    entity_id: int
    product_id: int
    facility_id: int | None
    total: int

    def counts(self, quota: Quota) -> bool:
        """Tell whether it counts against a quota."""
        return (
            (self.year, self.entity_id) == (quota.year, quota.entity_id)
            and quota.product_id in {None, self.product_id}
            and quota.facility_id in {None, self.facility_id}
        )


def list_quotas(
    db: Session, *, actor: Actor, year: int, cut: Cut, entity_id: int | None = None
) -> Page[QuotaUse]:
    """Return the quotas of a year that the actor sees, each with what was granted against it."""
    query = select(Quota).where(Quota.year == year)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Quota.entity_id.in_(scope))
    if entity_id is not None:
        query = query.where(Quota.entity_id == entity_id)
    page = take(db, query, Quota.id, cut)
    return page.having(uses_of(db, page.items))


def find_use(db: Session, quota_id: int) -> QuotaUse:
    """Return one quota with what was granted against it, or raise NoSuchQuota."""
    quota = db.get(Quota, quota_id)
    if quota is None:
        raise NoSuchQuota
    return uses_of(db, [quota])[0]


def list_years(db: Session) -> list[int]:
    """Return the years that have quotas, the newest first."""
    return list(db.scalars(select(Quota.year).distinct().order_by(Quota.year.desc())))


def quotas_for(
    db: Session, *, year: int, entity_id: int, product_id: int, facility_id: int | None
) -> list[Quota]:
    """Return the quotas that stamps of an entity, product and facility count against.

    Whoever asks within a write waits here, on PostgreSQL, until others that asked have ended:
    always in one order, so that none waits for another in a circle.
    """
    parts: list[ColumnElement[bool]] = [
        and_(Quota.product_id.is_(None), Quota.facility_id.is_(None)),
        Quota.product_id == product_id,
    ]
    if facility_id is not None:
        parts.append(Quota.facility_id == facility_id)
    query = (
        select(Quota)
        .where(Quota.year == year, Quota.entity_id == entity_id, or_(*parts))
        .order_by(Quota.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(db.scalars(query))


def uses_of(db: Session, quotas: Sequence[Quota]) -> list[QuotaUse]:
    """Return each quota with the sum of the batches granted against it, in one query."""
    if not quotas:
        return []
    query = (
        select(
            Batch.budget_year,
            Batch.entity_id,
            Batch.product_id,
            Batch.facility_id,
            func.coalesce(func.sum(Batch.granted), 0),
        )
        .where(
            Batch.budget_year.in_({quota.year for quota in quotas}),
            Batch.entity_id.in_({quota.entity_id for quota in quotas}),
            Batch.granted.is_not(None),
        )
        .group_by(Batch.budget_year, Batch.entity_id, Batch.product_id, Batch.facility_id)
    )
    found = [Granted(*row[:4], int(row[4] or 0)) for row in db.execute(query)]
    return [
        QuotaUse(quota, sum(one.total for one in found if one.counts(quota))) for quota in quotas
    ]


def granted_alone(
    db: Session, *, actor_id: int | None, product_ids: Collection[int], now: datetime
) -> int:
    """Return how many stamps of products a person both asked for and granted in this year."""
    query = select(func.sum(Batch.granted)).where(
        Batch.product_id.in_(product_ids),
        Batch.decided_at >= start_of(day_of(now).replace(month=1, day=1)),
        Batch.decided_by_id.is_not_distinct_from(actor_id),
        Batch.requested_by_id.is_not_distinct_from(actor_id),
    )
    return int(db.scalar(query) or 0)


def names_of(db: Session, quotas: Sequence[Quota]) -> dict[int, str]:
    """Return the name of what each quota is for: its product, its facility, else the entity."""
    products = product_names(db, [one.product_id for one in quotas if one.product_id])
    entities = entity_names(db, [one.entity_id for one in quotas])
    wanted = {one.facility_id for one in quotas if one.facility_id}
    rows = db.execute(select(Facility.id, Facility.name).where(Facility.id.in_(wanted)))
    facilities = {key: name for key, name in rows}  # noqa: C416 - a Row is no plain pair to dict()
    return {
        one.id: products.get(one.product_id or 0)
        or facilities.get(one.facility_id or 0)
        or entities[one.entity_id]
        for one in quotas
    }
