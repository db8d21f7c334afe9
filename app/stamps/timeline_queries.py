from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.i18n import N_
from app.kit.paging import Cut, Page
from app.stamps.batch_queries import list_movements
from app.stamps.models import Batch, Export, Movement
from app.stamps.rules import BatchState, Move


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a batch; `label` is a msgid, `first` and `last` as printed."""

    at: datetime
    label: str
    by: str
    quantity: int | None = None
    first: int | None = None
    last: int | None = None
    receiver: str = ""
    document_no: str = ""
    reason: str = ""
    lot_id: int | None = None


@dataclass(frozen=True)
class Timeline:
    """Events in their order, and the page of movements they were taken from."""

    events: list[Event]
    page: Page[Movement]


def timeline(db: Session, *, actor: Actor, batch: Batch, cut: Cut) -> Timeline:
    """Return what happened to a batch, oldest first; printing is told to officers only."""
    page = list_movements(db, actor=actor, batch_id=batch.id, cut=cut)
    first = cut.after == 0
    events = [
        *(_decided(batch) if first else ()),
        *(_moved(batch, movement) for movement in page.items),
        *(_printed(db, batch) if first and actor.officer else ()),
    ]
    # Of events at the same instant the request stays before the decision and the issue.
    return Timeline(sorted(events, key=lambda event: event.at), page)


def _decided(batch: Batch) -> list[Event]:
    asked = Event(
        at=batch.requested_at,
        label=N_("Requested"),
        by=batch.requested_by,
        quantity=batch.requested,
        reason=batch.reason,
    )
    if batch.decided_at is None:
        return [asked]
    refused = batch.state == BatchState.REFUSED
    decided = Event(
        at=batch.decided_at,
        label=N_("Refused") if refused else N_("Approved"),
        by=batch.decided_by,
        quantity=batch.granted,
        document_no=batch.decision_no,
        reason=batch.refusal,
    )
    return [asked, decided]


def _printed(db: Session, batch: Batch) -> list[Event]:
    query = select(Export).where(Export.batch_id == batch.id, Export.ready_at.is_not(None))
    return [
        Event(
            at=export.ready_at or export.asked_at,
            label=N_("Sheets printed") if export.format == "pdf" else N_("Codes listed"),
            by=export.asked_by,
            quantity=export.count,
            first=export.first,
            last=export.first + export.count - 1,
            reason=export.reason,
        )
        for export in db.scalars(query.order_by(Export.id))
    ]


def _moved(batch: Batch, movement: Movement) -> Event:
    base = batch.first or 0
    return Event(
        at=movement.at,
        label=Move(movement.kind).label,
        by=movement.actor_label,
        quantity=movement.last - movement.first + 1,
        first=movement.first - base + 1,
        last=movement.last - base + 1,
        receiver=movement.receiver,
        document_no=movement.document_no,
        reason=movement.reason,
        lot_id=movement.lot_id if movement.kind == Move.ACTIVATE else None,
    )
