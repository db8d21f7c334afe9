from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.stamps.allotment_queries import get_allotment
from app.stamps.export_queries import NoSuchExport
from app.stamps.models import Batch, Export


def list_allotment_exports(db: Session, *, actor: Actor, allotment_id: int) -> list[Export]:
    """Return the records of an allotment's files, newest first, to officers only."""
    get_allotment(db, allotment_id, actor=actor)
    actor.require_officer()
    query = select(Export).where(Export.allotment_id == allotment_id).order_by(Export.id.desc())
    return list(db.scalars(query))


def get_allotment_export(db: Session, export_id: int, *, actor: Actor, allotment_id: int) -> Export:
    get_allotment(db, allotment_id, actor=actor)
    actor.require_officer()
    export = db.get(Export, export_id)
    if export is None or export.allotment_id != allotment_id:
        raise NoSuchExport
    return export


def issued_batches(db: Session, allotment_id: int) -> list[tuple[Batch, Entity]]:
    """Return the batches of an allotment that have codes, by entity."""
    query = (
        select(Batch, Entity)
        .join(Entity, Entity.id == Batch.entity_id)
        .where(Batch.allotment_id == allotment_id, Batch.first.is_not(None))
        .order_by(Entity.folded, Entity.id, Batch.id)
    )
    return [(batch, entity) for batch, entity in db.execute(query)]
