from datetime import datetime
from typing import ClassVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import clean_note
from app.oversight.closings import Ending
from app.oversight.finding_actions import INSPECTORS
from app.oversight.finding_queries import find_closing, find_measure, get_finding
from app.oversight.models import FindingClosing
from app.oversight.rules import MAX_TEXT, MIN_TEXT, FindingOutcome, TextTooShort


class NothingToClose(Conflict):
    """The finding was in order"""

    code: ClassVar[str] = "oversight.nothing_to_close"
    detail: ClassVar[str] = N_("Only a doubt or a violation waits for how it ends.")


class FollowedByMeasure(Conflict):
    """A measure follows this finding"""

    code: ClassVar[str] = "oversight.followed_by_measure"
    detail: ClassVar[str] = N_("Confirm the measure when it is done: the finding ends with it.")


class FindingClosed(Conflict):
    """The finding is closed"""

    code: ClassVar[str] = "oversight.finding_closed"
    detail: ClassVar[str] = N_("Look at how it ended. What is seen later is a finding of its own.")


def close_finding(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    finding_id: int,
    outcome: Ending,
    reason: str,
) -> FindingClosing:
    """Say for good how a finding ended; of two who do so at once one does."""
    actor.require_role(*INSPECTORS)
    finding = get_finding(db, finding_id, actor=actor)
    if finding.outcome == FindingOutcome.IN_ORDER:
        raise NothingToClose
    if find_measure(db, finding.id) is not None:
        raise FollowedByMeasure
    if find_closing(db, finding.id) is not None:
        raise FindingClosed
    told = clean_note(reason, limit=MAX_TEXT, field="reason")
    if len(told) < MIN_TEXT:
        raise TextTooShort(field="reason")
    made = FindingClosing(
        finding_id=finding.id,
        outcome=outcome,
        reason=told,
        closed_at=now,
        closed_by=actor.label,
        closed_by_id=actor.account_id,
    )
    try:
        with db.begin_nested():
            db.add(made)
    except IntegrityError as error:
        raise FindingClosed from error
    # Without the entity, as the finding itself: its people read its events.
    record(
        db,
        by=actor,
        now=now,
        action="finding.close",
        subject_id=finding.id,
        after={"outcome": outcome, "reason": told},
    )
    return made
