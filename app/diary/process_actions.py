from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.diary.models import ProductionProcess
from app.diary.process_queries import get_process, list_processes
from app.diary.processes import (
    NotOffered,
    ProcessApproved,
    SameStages,
    StagesAndTemplate,
    checked_stages,
)
from app.diary.template import Template
from app.diary.template_queries import find_version, get_template
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
    stages: Sequence[str] = (),
    template_version_id: int | None = None,
    note: str = "",
) -> ProductionProcess:
    """Add a version of how a product is made: by an officer, or by the entity's owner.

    Its stages are written, or copied by name from a version of a template, by which the diary
    of lots opened later is kept. It holds once an officer has approved it; it is never changed.
    """
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    if stages and template_version_id:
        raise StagesAndTemplate
    lock_product(db, product_id)
    copied = _copied(db, template_version_id, actor) if template_version_id else stages
    wanted = checked_stages(copied)
    last = next(iter(list_processes(db, actor=actor, product_id=product_id)), None)
    same = last is not None and last.template_version_id == template_version_id
    if last is not None and same and last.stages == wanted:
        raise SameStages(version=last.version)
    made = ProductionProcess(
        product_id=product.id,
        entity_id=product.entity_id,
        version=last.version + 1 if last else 1,
        template_version_id=template_version_id,
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


def _copied(db: Session, version_id: int, actor: Actor) -> list[str]:
    """Return the names of the stages of a template's version, if products may take it."""
    version = find_version(db, version_id)
    if version is None or get_template(db, version.template_id, actor=actor).retired_at is not None:
        raise NotOffered
    return [stage.name for stage in Template.of(version.body).stages]


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
