from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.queries import get_account
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note
from app.office.queue_items import Kind, Priority
from app.office.queue_models import QueueAssignment
from app.office.queue_queries import get_item, list_assignments, waits
from app.oversight.inspection_lead_queries import is_lead


class NothingWaits(Conflict):
    """It waits for nobody any more"""

    code: ClassVar[str] = "office.nothing_waits"
    detail: ClassVar[str] = N_("It was closed meanwhile: look at how it ended.")


class NoAssignee(Invalid):
    """It can't be given to this account"""

    code: ClassVar[str] = "office.no_assignee"
    detail: ClassVar[str] = N_("Choose an officer or an inspector whose account is open.")
    field = "assignee_id"


class DueBefore(Invalid):
    """The day lies in the past"""

    code: ClassVar[str] = "office.due_before"
    detail: ClassVar[str] = N_("Give today or a later day.")
    field = "due_on"


class AssignedMeanwhile(Conflict):
    """Somebody else has just assigned it"""

    code: ClassVar[str] = "office.assigned_meanwhile"
    detail: ClassVar[str] = N_("Look at what they wrote, and save again to put yours in its place.")


def assign_item(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    kind: Kind,
    item_id: int,
    assignee_id: int | None,
    priority: Priority = Priority.NORMAL,
    due_on: date | None = None,
    note: str = "",
    seen: int | None = None,
) -> QueueAssignment:
    """Give something that waits to an officer or an inspector, or back to nobody.

    `seen` is the latest assignment its form was shown with, 0 where there was none.
    """
    actor.require_officer()
    if not waits(db, get_item(db, kind, item_id)):
        raise NothingWaits
    before = next(iter(list_assignments(db, kind, item_id)), None)
    if seen is not None and seen != (before.id if before else 0):
        raise AssignedMeanwhile
    if assignee_id is not None and not is_lead(db, assignee_id):
        raise NoAssignee
    if due_on is not None and due_on < day_of(now):
        raise DueBefore
    made = QueueAssignment(
        subject_kind=kind,
        subject_id=item_id,
        assignee_id=assignee_id,
        assignee=get_account(db, assignee_id).name if assignee_id else "",
        priority=priority,
        due_on=due_on,
        note=clean_note(note, field="note"),
        set_at=now,
        set_by=actor.label,
        set_by_id=actor.account_id,
    )
    db.add(made)
    db.flush()
    told = ("assignee", "priority", "due_on", "note")
    # Without the entity: its people read its events, and what the Department looks into is not
    # theirs to read.
    record(
        db,
        by=actor,
        now=now,
        action="queue.assign",
        subject_id=f"{kind}-{item_id}",
        before={name: getattr(before, name) for name in told} if before else None,
        after={name: getattr(made, name) for name in told},
    )
    return made
