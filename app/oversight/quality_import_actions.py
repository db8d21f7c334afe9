from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.imports import Planned
from app.oversight.quality_actions import change_sample, record_sample


def import_tests(db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]) -> None:
    """Record and change tests as planned, each by the row that carries it. Officers only."""
    actor.require_officer()
    carried = [one for one in planned if one.facts]
    for one in sorted(carried, key=lambda each: (each.record_id or 0, each.number)):
        sample, criteria = one.facts["sample"], one.facts["criteria"]
        if one.record_id is None:
            record_sample(db, actor=actor, now=now, sample=sample, criteria=criteria)
        else:
            change_sample(
                db,
                actor=actor,
                now=now,
                test_id=one.record_id,
                sample=sample,
                criteria=criteria,
            )
