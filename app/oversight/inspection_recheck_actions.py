from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.oversight.checklist_queries import find_by_code
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_actions import Arranged, open_inspection
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_queries import Target, get_inspection
from app.oversight.inspections import Cause, InspectionState
from app.oversight.measure_actions import link_recheck
from app.oversight.rules import Subject

# The ready checklist of a re-check, where nobody chose another.
RECHECK: Final = "tai-kiem-tra"


class NotARecheck(Invalid):
    """Only a signed inspection is checked again"""

    code: ClassVar[str] = "oversight.recheck_unsigned"
    detail: ClassVar[str] = N_("Sign the first one, or cancel it and open another.")
    field = "recheck_of"


def open_recheck(
    db: Session, *, actor: Actor, now: datetime, uid: UUID, first_id: int, arranged: Arranged
) -> Inspection:
    """Open an inspection that looks again at what a signed one demanded.

    The open measures of the first point to it from then on.
    """
    actor.require_role(*INSPECTORS)
    first = get_inspection(db, first_id, actor=actor, lock=True)
    if first.state != InspectionState.SIGNED:
        raise NotARecheck
    ready = find_by_code(db, RECHECK)
    offered = ready.id if ready is not None and ready.retired_on is None else None
    made = open_inspection(
        db,
        actor=actor,
        now=now,
        uid=uid,
        target=Target(
            subject=Subject(first.subject),
            right_id=first.right_id,
            entity_id=first.entity_id,
            product_id=first.product_id,
            lot_id=first.lot_id,
            batch_id=first.batch_id,
            code=first.code,
        ),
        arranged=Arranged(
            cause=Cause.RECHECK,
            recheck_of=first.id,
            planned_on=arranged.planned_on,
            month_only=arranged.month_only,
            team=arranged.team,
            lead_id=arranged.lead_id,
            checklist_id=arranged.checklist_id or offered or first.checklist_id,
        ),
    )
    link_recheck(db, first_id=first.id, recheck_id=made.id)
    return made
