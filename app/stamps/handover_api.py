from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Note, Out
from app.kit.web import Db, Id, Now
from app.stamps.batch_queries import get_batch
from app.stamps.handover_actions import confirm_receipt
from app.stamps.handover_queries import list_handovers
from app.stamps.ledger_models import Handover

router = APIRouter(prefix="/api/v1", tags=["stamps"], route_class=ApiRoute)


class ReceiptIn(In):
    """How many stamps the receiver counted; a difference needs a note."""

    quantity: Annotated[int, Field(ge=0, le=2**62)]
    note: Annotated[Note, Field(max_length=2000)] = ""


class HandoverOut(Out):
    """A hand-over of a batch; runs are pairs of running numbers."""

    id: int
    batch_id: int
    at: datetime
    giver: str
    receiver: str
    quantity: int
    document_no: str
    runs: list[Annotated[list[int], Field(min_length=2, max_length=2)]]
    again: bool
    received_quantity: int | None
    received_at: datetime | None
    received_by: str
    received_note: str


def _out(one: Handover) -> HandoverOut:
    return HandoverOut.model_validate(one)


@router.get("/batches/{batch_id}/handovers")
def handovers(batch_id: Id, db: Db, actor: CurrentActor) -> list[HandoverOut]:
    """Return the hand-overs of a batch, oldest first."""
    batch = get_batch(db, batch_id, actor=actor)
    return [_out(one) for one in list_handovers(db, actor=actor, batch_ids=[batch.id])]


@router.post("/handovers/{handover_id}/confirm")
def confirm(
    handover_id: Id, given: ReceiptIn, db: Db, actor: CurrentActor, now: Now
) -> HandoverOut:
    """Keep how many stamps came, as the receiver counted them. By the entity's members, once."""
    facts = given.model_dump()
    return _out(confirm_receipt(db, actor=actor, now=now, handover_id=handover_id, **facts))
