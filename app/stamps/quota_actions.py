from datetime import datetime
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.entities.practice_queries import require_real
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.products.models import Product
from app.stamps.ledger_models import Quota
from app.stamps.movement_actions import lost_races
from app.stamps.quota_queries import NoSuchQuota, names_of, quotas_for, uses_of


class QuotaExceeded(Conflict):
    """More stamps than the quota of the year leaves"""

    code: ClassVar[str] = "stamps.quota_exceeded"
    detail: ClassVar[str] = N_(
        "The quota for {year} of “{subject}” is {quota}; {used} are granted already, so {left} "
        "are left and {asked} were asked for."
    )
    field = "quantity"

    def __init__(self, *, year: str, subject: str, quota: int, used: int, asked: int) -> None:
        self.year = year
        self.subject = subject
        self.quota = quota
        self.used = used
        self.left = max(quota - used, 0)
        self.asked = asked


class QuotaSubject(Invalid):
    """The quota's subject does not fit together"""

    code: ClassVar[str] = "stamps.quota_subject"
    detail: ClassVar[str] = N_(
        "Choose an entity, and at most one product or one facility of that entity."
    )
    field = "entity_id"


class QuotaExists(Conflict):
    """There is a quota for this already"""

    code: ClassVar[str] = "stamps.quota_exists"
    detail: ClassVar[str] = N_("Change the one that stands: a subject has one quota in a year.")
    field = "entity_id"


def charge_quotas(
    db: Session,
    *,
    year: int,
    entity_id: int,
    product_id: int,
    facility_id: int | None,
    quantity: int,
) -> None:
    """Refuse with QuotaExceeded so many more stamps than any quota of theirs leaves.

    To be called before the stamps are granted, in the transaction that grants them. Approvals
    that race wait for each other here, so that together they can't pass what each could alone.
    """
    with lost_races():
        quotas = quotas_for(
            db, year=year, entity_id=entity_id, product_id=product_id, facility_id=facility_id
        )
    for use in uses_of(db, quotas):
        if quantity > use.left:
            raise QuotaExceeded(
                year=str(year),
                subject=names_of(db, [use.quota])[use.quota.id],
                quota=use.quota.quantity,
                used=use.used,
                asked=quantity,
            )
    raised = {"version": Quota.version + 1}
    for quota in quotas:
        db.execute(
            update(Quota)
            .where(Quota.id == quota.id)
            .values(raised)
            .execution_options(synchronize_session=False)
        )


def add_quota(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    year: int,
    entity_id: int,
    quantity: int,
    product_id: int | None = None,
    facility_id: int | None = None,
    note: str = "",
) -> Quota:
    """Set how many stamps a year may bring an entity, or one product or facility of it."""
    actor.require_officer()
    _check_subject(db, entity_id, product_id, facility_id)
    require_real(db, entity_id)
    quota = Quota(
        subject=f"{year}/{entity_id}/{product_id or ''}/{facility_id or ''}",
        year=year,
        entity_id=entity_id,
        product_id=product_id,
        facility_id=facility_id,
        quantity=quantity,
        note=note,
        set_at=now,
        set_by=actor.label,
    )
    if db.scalar(select(Quota.id).where(Quota.subject == quota.subject)) is not None:
        raise QuotaExists
    db.add(quota)
    with lost_races():
        db.flush()
    _noted(db, actor, now, "quota.add", quota, after=_facts(quota))
    return quota


def change_quota(
    db: Session, *, actor: Actor, now: datetime, quota_id: int, quantity: int, note: str = ""
) -> Quota:
    """Set a quota anew; it may fall below what was granted already, which then shows."""
    actor.require_officer()
    quota = get_quota(db, quota_id)
    before = _facts(quota)
    quota.quantity, quota.note = quantity, note
    quota.set_at, quota.set_by = now, actor.label
    db.flush()
    _noted(db, actor, now, "quota.change", quota, before=before, after=_facts(quota))
    return quota


def remove_quota(db: Session, *, actor: Actor, now: datetime, quota_id: int) -> None:
    """Take a quota away; what it was stays on the audit trail."""
    actor.require_officer()
    quota = get_quota(db, quota_id)
    db.delete(quota)
    db.flush()
    _noted(db, actor, now, "quota.remove", quota, before=_facts(quota))


def get_quota(db: Session, quota_id: int) -> Quota:
    """Return a quota as it stands now, kept from others until the transaction ends."""
    with lost_races():
        quota = db.get(Quota, quota_id, with_for_update=True)
    if quota is None:
        raise NoSuchQuota
    return quota


def _check_subject(
    db: Session, entity_id: int, product_id: int | None, facility_id: int | None
) -> None:
    product = db.get(Product, product_id) if product_id else None
    facility = db.get(Facility, facility_id) if facility_id else None
    chosen = [one for one in (product, facility) if one is not None]
    wanted = (product_id is not None) + (facility_id is not None)
    known = db.get(Entity, entity_id) is not None and len(chosen) == wanted <= 1
    if not known or any(one.entity_id != entity_id for one in chosen):
        raise QuotaSubject


def _facts(quota: Quota) -> dict[str, object]:
    names = ("year", "entity_id", "product_id", "facility_id", "quantity", "note")
    return {name: getattr(quota, name) for name in names}


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    quota: Quota,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=quota.id,
        entity_id=quota.entity_id,
        before=before,
        after=after,
    )
