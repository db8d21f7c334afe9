from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.diary import process_actions, process_queries
from app.diary.processes import MOST_STAGES, STAGE_CHARS
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.web import Db, Id, Now

router = APIRouter(
    prefix="/api/v1/products/{product_id}/processes", tags=["diary"], route_class=ApiRoute
)

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Stage = Annotated[Line, Field(min_length=1, max_length=STAGE_CHARS)]


class ProcessIn(In):
    """A new version of how the product is made: its stages in their order, or a template's."""

    stages: Annotated[list[Stage], Field(default_factory=list, max_length=MOST_STAGES)]
    template_version_id: Annotated[int | None, Field(ge=1, le=2**62)] = None
    note: Annotated[Note, Field(max_length=2000)] = ""


class ApprovalIn(In):
    """From which day on the version holds, today where it is not said."""

    valid_from: Day | None = None


class ProcessOut(Out):
    """A version of how a product is made; it holds once it is approved."""

    id: int
    version: int
    template_version_id: int | None
    stages: list[str]
    note: str
    made_at: datetime
    made_by: str
    valid_from: date | None
    approved_at: datetime | None
    approved_by: str


@router.get("")
def list_processes(product_id: Id, db: Db, actor: CurrentActor) -> list[ProcessOut]:
    """Return the versions of how the product is made, the latest first."""
    found = process_queries.list_processes(db, actor=actor, product_id=product_id)
    return [ProcessOut.model_validate(one) for one in found]


@router.post("", status_code=201)
def propose_process(
    product_id: Id, given: ProcessIn, db: Db, actor: CurrentActor, now: Now
) -> ProcessOut:
    facts = given.model_dump()
    made = process_actions.propose_process(db, actor=actor, now=now, product_id=product_id, **facts)
    return ProcessOut.model_validate(made)


@router.post("/{process_id}/approve")
def approve_process(
    product_id: Id, process_id: Id, given: ApprovalIn, db: Db, actor: CurrentActor, now: Now
) -> ProcessOut:
    found = process_actions.approve_process(
        db,
        actor=actor,
        now=now,
        product_id=product_id,
        process_id=process_id,
        valid_from=given.valid_from,
    )
    return ProcessOut.model_validate(found)
