"""The Department's one queue: what waits, who looks after it and by when, and how it ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import NotFound
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.forms import Filled, Form, Line
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.office.queue_actions import assign_item
from app.office.queue_api import AssignIn
from app.office.queue_items import Item, Kind, Priority, Whose
from app.office.queue_models import QueueAssignment
from app.office.queue_queries import (
    QueueFilter,
    QueueRow,
    get_item,
    list_assignments,
    list_queue,
    queue_rows,
    waits,
)
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_lead_queries import list_leads

router = APIRouter(prefix="/office/queue", route_class=Edge, include_in_schema=False)

ASSIGNED = sayable(N_("It was assigned."))
SHOWN_TEXT: Final = 160
WHOSE: Final = [(one.value, one.label) for one in Whose]
HEADS: Final = (
    ("kind", N_("What waits")),
    ("id", N_("No.")),
    ("since", N_("Since")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("text", N_("What was told")),
    ("assignee", N_("Assigned to")),
    ("priority", N_("Priority")),
    ("due_on", N_("Due on")),
    ("closed_at", N_("Closed")),
    ("closed_by", N_("Closed by")),
    ("why", N_("Reason")),
)


@dataclass(frozen=True)
class QueueView:
    """A page of the queue, with how much of it waits in all."""

    rows: Sequence[QueueRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    kinds: list[tuple[str, str]]
    whose: list[tuple[str, str]]
    priorities: list[tuple[str, str]]
    today: date


@dataclass(frozen=True)
class QueueItemView:
    """One thing of the queue: what it is, who looked after it so far, and the form to assign it."""

    row: QueueRow
    waits: bool
    assignments: list[QueueAssignment]
    people: list[tuple[int, str]]
    priorities: list[tuple[str, str]]
    form: Filled
    inspect: str
    may_assign: bool
    today: date


@router.get("")
def queue(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    kind: Annotated[str, Query(max_length=10)] = "",
    whose: Annotated[str, Query(max_length=10)] = "",
    priority: Annotated[str, Query(max_length=10)] = "",
    state: Annotated[str, Query(max_length=10)] = "",
    q: Line = "",
) -> Response:
    actor.require_department()
    wanted = QueueFilter.asked(
        Whose(whose) if whose in set(Whose) else None,
        actor=actor,
        today=day_of(now),
        kind=Kind(kind) if kind in set(Kind) else None,
        closed=state == "closed",
        priority=Priority(priority) if priority in set(Priority) else None,
        text=q[:100],
    )

    def read(part: Cut) -> Page[QueueRow]:
        page = list_queue(db, cut=part, wanted=wanted)
        return page.having(queue_rows(db, page.items))

    if file:
        return _file(file, every(read, cut), words)
    page = read(cut)
    view = QueueView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted={"kind": kind, "whose": whose, "priority": priority, "state": state, "q": q}
        | {"sort": cut.sort},
        kinds=[(one.value, one.label) for one in Kind],
        whose=WHOSE,
        priorities=[(one.value, one.label) for one in Priority],
        today=day_of(now),
    )
    return show(request, "office/queue.html", view)


@router.get("/{waiting}/{item_id}")
def item(
    request: Request, db: Db, actor: CurrentActor, now: Now, waiting: str, item_id: Id
) -> Response:
    actor.require_department()
    found = _item(db, waiting, item_id)
    latest = next(iter(list_assignments(db, found.kind, found.id)), None)
    return _show(request, db, actor, day_of(now), found, _filled(latest))


@router.post("/{waiting}/{item_id}")
def assign(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    waiting: str,
    item_id: Id,
) -> Response:
    actor.require_officer()
    found = _item(db, waiting, item_id)

    def save(given: AssignIn) -> None:
        assign_item(
            db, actor=actor, now=now, kind=found.kind, item_id=found.id, **given.model_dump()
        )

    wrong = submit(db, AssignIn, sent, words, save)
    if wrong is not None:
        latest = next(iter(list_assignments(db, found.kind, found.id)), None)
        # Sent once more it takes the place of what somebody else wrote meanwhile.
        seen = {"seen": _filled(latest).value("seen")}
        form = Filled({**wrong.values, **seen}, wrong.errors, wrong.problem)
        return _show(request, db, actor, day_of(now), found, form)
    return go(f"/office/queue/{found.kind}/{found.id}", say=ASSIGNED)


def _item(db: Session, kind: str, item_id: int) -> Item:
    if kind not in set(Kind):
        raise NotFound
    return get_item(db, Kind(kind), item_id)


def _filled(latest: QueueAssignment | None) -> Filled:
    if latest is None:
        return Filled({"seen": "0", "priority": Priority.NORMAL})
    return Filled(
        {
            "assignee_id": str(latest.assignee_id or ""),
            "priority": latest.priority,
            "due_on": latest.due_on.isoformat() if latest.due_on else "",
            "seen": str(latest.id),
        }
    )


def _show(
    request: Request, db: Session, actor: Actor, today: date, found: Item, form: Filled
) -> Response:
    waiting = waits(db, found)
    view = QueueItemView(
        row=queue_rows(db, [found])[0],
        waits=waiting,
        assignments=list_assignments(db, found.kind, found.id),
        people=[(one.id, one.name) for one in list_leads(db)],
        priorities=[(one.value, one.label) for one in Priority],
        form=form,
        inspect=_inspect(found) if waiting and actor.roles & set(INSPECTORS) else "",
        may_assign=waiting and actor.officer,
        today=today,
    )
    return show(request, "office/queue_item.html", view, status=422 if form.wrong else 200)


def _inspect(found: Item) -> str:
    """Return where an inspection of what this is about is begun, the form filled in as far."""
    about = (
        ("lot", found.lot_id),
        ("product", found.product_id),
        ("entity", found.entity_id),
        ("batch", found.batch_id),
    )
    subject, record_id = next(((name, one) for name, one in about if one), ("entity", None))
    named = {
        "subject": subject,
        "record_id": record_id,
        "report_id": found.id if found.kind is Kind.REPORT else None,
        "finding_id": found.id if found.kind is Kind.FINDING else None,
        "occasion": "" if found.kind is Kind.REPORT else found.text[:SHOWN_TEXT],
    }
    return f"/office/inspections/new?{urlencode({name: one for name, one in named.items() if one})}"


def _file(kind: FileKind, rows: Iterable[QueueRow], words: Translator) -> Response:
    lines = (_cells(row, words) for row in rows)
    title = N_("Queue")
    return file_of(kind, name="queue", title=title, heads=HEADS, rows=lines, words=words)


def _cells(row: QueueRow, words: Translator) -> list[Cell]:
    one = row.item
    return [
        words.gettext(one.kind.label),
        one.id,
        one.at,
        row.entity,
        row.product,
        one.text,
        row.assigned.assignee if row.assigned else "",
        words.gettext(row.priority.label),
        row.due_on,
        one.closed_at,
        one.closed_by,
        one.why,
    ]
