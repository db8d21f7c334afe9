from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.stamps.ledger_models import Quota
from app.stamps.models import Batch


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


def list_quotas(db: Session, *, actor: Actor, year: int) -> list[QuotaUse]:
    """Return the quotas of a year that the actor sees, each with what was granted against it."""
    query = select(Quota).where(Quota.year == year)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Quota.entity_id.in_(scope))
    order = (Quota.entity_id, Quota.product_id, Quota.facility_id)
    return uses_of(db, db.scalars(query.order_by(*order)).all())


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
