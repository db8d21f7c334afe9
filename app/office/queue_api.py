"""The Department's one queue by JSON: what waits, and who looks after it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Listed, Sorting, listed
from app.kit.web import Db, Id, Now
from app.office.queue_actions import assign_item
from app.office.queue_items import Item, Kind, Priority, Whose
from app.office.queue_queries import (
    QueueFilter,
    QueueRow,
    get_item,
    list_assignments,
    list_queue,
    queue_rows,
    waits,
)
from app.oversight.told import RecordId

router = APIRouter(prefix="/api/v1/queue", tags=["queue"], route_class=ApiRoute)


class AssignIn(In):
    """Who is to look after something, how urgently and by when.

    `seen` is the latest of its assignments that was looked at, 0 where there was none.
    """

    assignee_id: RecordId | None = None
    priority: Priority = Priority.NORMAL
    due_on: date | None = None
    note: Annotated[Note, Field(max_length=2000)] = ""
    seen: Annotated[int, Field(ge=0, le=2**62)] | None = None


class AssignmentOut(Out):
    """To whom something was given."""

    id: int
    assignee_id: int | None
    assignee: str
    priority: Priority
    due_on: date | None
    note: str
    set_at: datetime
    set_by: str


class QueueItemOut(Out):
    """Something that waits, or did; `path` is the page it is worked on and closed."""

    kind: Kind
    id: int
    path: str
    at: datetime
    text: str
    entity_id: int | None
    entity: str
    product_id: int | None
    product: str
    lot_id: int | None
    batch_id: int | None
    assignee_id: int | None
    assignee: str
    priority: Priority
    due_on: date | None
    closed_at: datetime | None
    closed_by: str
    why: str


class WholeQueueItemOut(QueueItemOut):
    """The same with all who were to look after it, the latest first."""

    waits: bool
    assignments: Sequence[AssignmentOut]


@router.get("")
def list_what_waits(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Sorting,
    kind: Kind | None = None,
    whose: Whose | None = None,
    priority: Priority | None = None,
    q: Annotated[Line, Query(max_length=100)] = "",
    *,
    closed: Annotated[bool, Query(description="What is done instead of what waits.")] = False,
) -> Listed[QueueItemOut]:
    """Return what waits, the longest first, or what is done, the latest first.

    The Department only; `sort=newest` turns it round.
    """
    actor.require_department()
    wanted = QueueFilter.asked(
        whose,
        actor=actor,
        today=day_of(now),
        kind=kind,
        priority=priority,
        closed=closed,
        text=q,
    )
    page = list_queue(db, cut=cut, wanted=wanted)
    return listed(request, page.having(queue_rows(db, page.items)), _out)


@router.get("/{waiting}/{item_id}")
def get_what_waits(waiting: Kind, item_id: Id, db: Db, actor: CurrentActor) -> WholeQueueItemOut:
    actor.require_department()
    return _whole(db, get_item(db, waiting, item_id))


@router.post("/{waiting}/{item_id}")
def assign_what_waits(
    waiting: Kind, item_id: Id, given: AssignIn, db: Db, actor: CurrentActor, now: Now
) -> WholeQueueItemOut:
    """Give something that waits to an officer or an inspector, or back to nobody."""
    assign_item(db, actor=actor, now=now, kind=waiting, item_id=item_id, **given.model_dump())
    return _whole(db, get_item(db, waiting, item_id))


def _whole(db: Session, item: Item) -> WholeQueueItemOut:
    assignments = list_assignments(db, item.kind, item.id)
    return WholeQueueItemOut(
        **_out(queue_rows(db, [item])[0]).model_dump(),
        waits=waits(db, item),
        assignments=[AssignmentOut.model_validate(one) for one in assignments],
    )


def _out(row: QueueRow) -> QueueItemOut:
    told = {
        name: getattr(row.item, name)
        for name in QueueItemOut.model_fields
        if hasattr(row.item, name) and name != "due_on"
    }
    return QueueItemOut(
        **told,
        entity=row.entity,
        product=row.product,
        assignee_id=row.assigned.assignee_id if row.assigned else None,
        assignee=row.assigned.assignee if row.assigned else "",
        priority=row.priority,
        due_on=row.due_on,
    )
