"""A batch granted by itself is an allotment of one row, made when it is approved."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.models import Batch

ISSUED = "issued"


def allot_alone(db: Session, batch: Batch, *, by: Actor, now: datetime) -> Allotment:
    """Make the allotment of a batch that was approved by itself."""
    made = Allotment(
        year=batch.budget_year or day_of(now).year,
        programme=batch.programme,
        decision_no=batch.decision_no,
        decided_on=day_of(now),
        made_at=now,
        made_by=by.label,
        made_by_id=by.account_id,
        approved_at=now,
        approved_by=by.label,
    )
    db.add(made)
    db.flush()
    db.add(
        AllotmentRow(
            allotment_id=made.id,
            entity_id=batch.entity_id,
            product_id=batch.product_id,
            facility_id=batch.facility_id,
            quantity=batch.granted or 0,
            batch_id=batch.id,
        )
    )
    batch.allotment_id = made.id
    db.flush()
    return made


def mark_issued(db: Session, batch: Batch) -> None:
    """Let the allotment made for this batch alone stand as issued, like the batch."""
    made = db.get(Allotment, batch.allotment_id) if batch.allotment_id else None
    if made is not None and made.approved_at is not None:
        made.state = ISSUED
        db.flush()
