from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.diary.models import ProductionProcess
from app.diary.process_queries import get_process, list_processes
from app.diary.processes import ProcessApproved, SameStages, checked_stages
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.products.actions import note as note_product
from app.products.queries import get_product, lock_product


def propose_process(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    stages: Sequence[str],
    note: str = "",
) -> ProductionProcess:
    """Add a version of how a product is made: by an officer, or by the entity's owner.

    It holds once an officer has approved it; a version is never changed.
    """
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    lock_product(db, product_id)
    wanted = checked_stages(stages)
    last = next(iter(list_processes(db, actor=actor, product_id=product_id)), None)
    if last is not None and last.stages == wanted:
        raise SameStages(version=last.version)
    made = ProductionProcess(
        product_id=product.id,
        entity_id=product.entity_id,
        version=last.version + 1 if last else 1,
        stages=wanted,
        note=note,
        made_at=now,
        made_by=actor.label,
    )
    db.add(made)
    db.flush()
    before = {"version": last.version, "stages": last.stages} if last else None
    after = {"version": made.version, "stages": wanted, "note": note}
    note_product(db, actor, now, "product.process.propose", product, before, after)
    return made


def approve_process(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    process_id: int,
    valid_from: date | None = None,
) -> ProductionProcess:
    """Approve a version, to hold from a day on, today where none is given. Officers only."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    lock_product(db, product_id)
    found = get_process(db, process_id, product_id=product.id)
    db.refresh(found)
    if found.approved_at is not None:
        raise ProcessApproved(approved_by=found.approved_by)
    found.approved_at, found.approved_by = now, actor.label
    found.valid_from = valid_from or day_of(now)
    db.flush()
    after = {"version": found.version, "valid_from": found.valid_from}
    note_product(db, actor, now, "product.process.approve", product, None, after)
    return found
