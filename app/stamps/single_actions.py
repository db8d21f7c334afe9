"""A batch granted by itself is an allotment of one row, made when it is issued."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.kit.clock import day_of
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.models import Batch

ISSUED = "issued"


def allot_alone(db: Session, batch: Batch) -> Allotment:
    """Make the allotment of a batch that was approved and issued by itself.

    A draft of a plan that held its request holds it no more.
    """
    _leave_plan(db, batch)
    decided = batch.decided_at or batch.requested_at
    made = Allotment(
        year=batch.budget_year or day_of(decided).year,
        programme=batch.programme,
        decision_no=batch.decision_no,
        decided_on=day_of(decided),
        state=ISSUED,
        made_at=decided,
        made_by=batch.decided_by,
        made_by_id=batch.decided_by_id,
        approved_at=decided,
        approved_by=batch.decided_by,
    )
    db.add(made)
    db.flush()
    row = AllotmentRow(
        allotment_id=made.id,
        entity_id=batch.entity_id,
        product_id=batch.product_id,
        facility_id=batch.facility_id,
        quantity=batch.granted or 0,
        batch_id=batch.id,
    )
    db.add(row)
    batch.allotment_id = made.id
    db.flush()
    return made


def _leave_plan(db: Session, batch: Batch) -> None:
    planned = select(AllotmentRow.allotment_id).where(AllotmentRow.batch_id == batch.id)
    changed = update(Allotment).where(Allotment.id.in_(planned))
    db.execute(changed.values(version=Allotment.version + 1))
    db.execute(delete(AllotmentRow).where(AllotmentRow.batch_id == batch.id))
