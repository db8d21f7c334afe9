"""The printable minutes of one hand-over."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.pages import show
from app.kit.web import Db, Edge, Id
from app.stamps.batch_queries import get_batch
from app.stamps.handover_queries import NoSuchHandover, get_handover
from app.stamps.ledger_models import Handover
from app.stamps.minutes_queries import MinutesSheet, sheets_of

router = APIRouter(prefix="/office/batches", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class MinutesView:
    """The minutes of a hand-over."""

    handover: Handover
    sheet: MinutesSheet


@router.get("/{batch_id}/handovers/{handover_id}/minutes")
def minutes(
    request: Request, db: Db, actor: CurrentActor, batch_id: Id, handover_id: Id
) -> Response:
    batch = get_batch(db, batch_id, actor=actor)
    found = get_handover(db, handover_id, actor=actor)
    if found.batch_id != batch.id:
        raise NoSuchHandover
    (sheet,) = sheets_of(db, [found])
    return show(request, "stamps/minutes.html", MinutesView(found, sheet))
