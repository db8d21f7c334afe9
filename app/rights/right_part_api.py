"""What is recorded of a right over time: decisions, owners and managing bodies, its area."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import Flag, In, Line, Note
from app.kit.web import Db, Id, Now
from app.rights import area_actions, holder_actions, queries, right_decision_actions
from app.rights.api import Day, Key, PartialDate, RightDetail, detail
from app.rights.deciding import DecisionKind
from app.rights.holding import HolderRole

router = APIRouter(prefix="/api/v1/rights/{right_id}", tags=["rights"], route_class=ApiRoute)

Why = Annotated[Note, Field(min_length=1, max_length=2000)]
Document = Annotated[Line, Field(min_length=1, max_length=200)]
PlaceCode = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
# The `updated_at` of the right that was read: a change by somebody else since is a conflict.
Seen = datetime | None


class DecisionIn(In):
    """A decision; it takes effect on a day, past or to come. A renewal adds ten years."""

    kind: Literal[
        DecisionKind.RENEWED,
        DecisionKind.AMENDED,
        DecisionKind.SUSPENDED,
        DecisionKind.RESUMED,
        DecisionKind.ENDED,
    ]
    decision_no: Annotated[Line, Field(max_length=60)] = ""
    decided_on: PartialDate = ""
    effective_on: Day | None = None
    filed_on: Day | None = None
    reason: Annotated[Note, Field(max_length=2000)] = ""
    # That a day in the past is right, though pages said otherwise since.
    past_is_meant: Flag = False
    seen: Seen = None


class ReasonIn(In):
    """Why a line is struck."""

    reason: Why
    seen: Seen = None


class AnnulIn(ReasonIn):
    """Why a decision is annulled, and that pages may be told otherwise since its day."""

    past_is_meant: Flag = False


class HolderIn(In):
    """Who owns or manages the right, by which document; what `takes_over` ends the one before."""

    role: HolderRole
    name: Annotated[Line, Field(max_length=200)] = ""
    entity_id: Key | None = None
    from_day: Day | None = None
    to_day: Day | None = None
    document: Document
    takes_over: Flag = False
    seen: Seen = None


class EndIn(In):
    """The last day."""

    to_day: Day
    seen: Seen = None


class AreaIn(In):
    """A place as the document names it, and the communes of today it is a part of."""

    as_written: Annotated[Line, Field(min_length=1, max_length=120)]
    place_codes: Annotated[tuple[PlaceCode, ...], Field(max_length=80)] = ()
    from_day: Day | None = None
    to_day: Day | None = None
    document: Annotated[Line, Field(max_length=200)] = ""
    seen: Seen = None


@router.post("/decisions", status_code=201)
def decide_right(
    right_id: Id, given: DecisionIn, db: Db, actor: CurrentActor, now: Now
) -> RightDetail:
    right_decision_actions.decide_right(
        db, actor=actor, now=now, right_id=right_id, **given.model_dump()
    )
    return _shown(db, right_id, now)


@router.post("/decisions/{decision_id}/annul")
def annul_decision(
    right_id: Id, decision_id: Id, given: AnnulIn, db: Db, actor: CurrentActor, now: Now
) -> RightDetail:
    """Annul a decision that was mistaken: it stays in the list and counts no more."""
    right_decision_actions.annul_decision(
        db, actor=actor, now=now, right_id=right_id, decision_id=decision_id, **given.model_dump()
    )
    return _shown(db, right_id, now)


@router.post("/holders", status_code=201)
def add_holder(right_id: Id, given: HolderIn, db: Db, actor: CurrentActor, now: Now) -> RightDetail:
    holder_actions.add_holder(db, actor=actor, now=now, right_id=right_id, **given.model_dump())
    return _shown(db, right_id, now)


@router.post("/holders/{holder_id}/end")
def end_holder(
    right_id: Id, holder_id: Id, given: EndIn, db: Db, actor: CurrentActor, now: Now
) -> RightDetail:
    holder_actions.end_holder(
        db, actor=actor, now=now, right_id=right_id, holder_id=holder_id, **given.model_dump()
    )
    return _shown(db, right_id, now)


@router.post("/holders/{holder_id}/strike")
def strike_holder(
    right_id: Id, holder_id: Id, given: ReasonIn, db: Db, actor: CurrentActor, now: Now
) -> RightDetail:
    holder_actions.strike_holder(
        db, actor=actor, now=now, right_id=right_id, holder_id=holder_id, **given.model_dump()
    )
    return _shown(db, right_id, now)


@router.post("/areas", status_code=201)
def add_area(right_id: Id, given: AreaIn, db: Db, actor: CurrentActor, now: Now) -> RightDetail:
    area_actions.add_area(db, actor=actor, now=now, right_id=right_id, **given.model_dump())
    return _shown(db, right_id, now)


@router.post("/areas/{area_id}/end")
def end_area(
    right_id: Id, area_id: Id, given: EndIn, db: Db, actor: CurrentActor, now: Now
) -> RightDetail:
    area_actions.end_area(
        db, actor=actor, now=now, right_id=right_id, area_id=area_id, **given.model_dump()
    )
    return _shown(db, right_id, now)


@router.post("/areas/{area_id}/strike")
def strike_area(
    right_id: Id, area_id: Id, given: ReasonIn, db: Db, actor: CurrentActor, now: Now
) -> RightDetail:
    area_actions.strike_area(
        db, actor=actor, now=now, right_id=right_id, area_id=area_id, **given.model_dump()
    )
    return _shown(db, right_id, now)


def _shown(db: Db, right_id: int, now: datetime) -> RightDetail:
    return detail(db, queries.get_right(db, right_id), day_of(now))
