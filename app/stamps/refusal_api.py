from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import Out
from app.kit.paging import Listed, NewestFirst, listed
from app.kit.web import Db
from app.stamps.refusal_queries import list_refusals

router = APIRouter(prefix="/api/v1/refusals", tags=["stamps"], route_class=ApiRoute)

RecordId = Annotated[int | None, Query(ge=1, le=2**62)]


class RefusedOut(Out):
    """A change of stamps that was refused; `facts` are the figures where figures decided."""

    id: int
    at: datetime
    action: str
    code: str
    batch_id: int | None
    lot_id: int | None
    facts: dict[str, Any] | None


@router.get("")
def refusals(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: NewestFirst,
    batch_id: RecordId = None,
    lot_id: RecordId = None,
    code: Annotated[str, Query(max_length=60)] = "",
) -> Listed[RefusedOut]:
    """Return refused changes of the stamps the caller sees, the newest first."""
    page = list_refusals(db, actor=actor, cut=cut, batch_id=batch_id, lot_id=lot_id, code=code)
    return listed(request, page, RefusedOut.model_validate)
