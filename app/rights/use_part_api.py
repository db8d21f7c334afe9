"""Decisions on use rights, objections to them, and use that was seen in fact."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.identity.rules import NotAllowed
from app.kit.clock import day_of
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.web import Db, Id, Now
from app.rights import objection_actions, use_decision_actions, use_right_actions
from app.rights.api import Day, Key
from app.rights.deciding import DecisionKind
from app.rights.manager_queries import is_kept
from app.rights.objection_words import Outcome
from app.rights.queries import get_right, get_use_right
from app.rights.turn_checks import Paper
from app.rights.use_decision_queries import list_objections, observations_of, use_decisions
from app.rights.use_right_api import UseRightOut, shown

router = APIRouter(prefix="/api/v1/use-rights", tags=["rights"], route_class=ApiRoute)
seen_router = APIRouter(prefix="/api/v1/rights", tags=["rights"], route_class=ApiRoute)

Reason = Annotated[Note, Field(max_length=2000)]
Told = Annotated[Note, Field(min_length=1, max_length=2000)]


class PaperIn(In):
    """A decision as it is on paper. A day that is past is confirmed by `past_is_meant`."""

    decision_no: Annotated[Line, Field(max_length=60)] = ""
    decided_on: Day | None = None
    reason: Reason = ""
    past_is_meant: Flag = False
    seen: datetime | None = None


class DecisionIn(PaperIn):
    """What is decided, and the first day it holds; `until` is the last day of a suspension."""

    kind: Literal["suspended", "resumed", "revoked", "ended"]
    effective_on: Day
    until: Day | None = None


class DecisionOut(Out):
    """A decision as it was recorded; one that was annulled is named by another's `annuls_id`."""

    id: int
    kind: str
    decision_no: str
    decided_on: date | None
    effective_on: date
    until: date | None
    reason: str
    annuls_id: int | None
    recorded_at: datetime
    recorded_by: str


class ObjectionIn(In):
    """What the Department holds against a use right."""

    reason: Told


class AnswerIn(In):
    """What the mark's manager says to it."""

    answer: Told


class ClosingIn(In):
    """How an objection ended."""

    outcome: Outcome
    conclusion: Reason = ""


class ObjectionOut(Out):
    """An objection of the Department to a use right."""

    id: int
    reason: str
    raised_at: datetime
    raised_by: str
    answer: str
    answered_at: datetime | None
    answered_by: str
    outcome: str
    conclusion: str
    closed_at: datetime | None
    closed_by: str


class ObservationIn(In):
    """Whether an entity, or one product of it, was found to use the right on a day."""

    entity_id: Key
    product_id: Key | None = None
    seen_on: Day
    in_use: Flag
    note: Reason = ""


class ObservationOut(Out):
    """What was seen; `inspection_id` is there where an inspection saw it."""

    id: int
    right_id: int
    entity_id: int
    product_id: int | None
    seen_on: date
    in_use: bool
    inspection_id: int | None
    note: str
    recorded_at: datetime
    recorded_by: str


@router.get("/{use_right_id}/decisions")
def list_decisions(use_right_id: Id, db: Db, actor: CurrentActor) -> list[DecisionOut]:
    """Return the decisions on a use right in the order they were recorded."""
    found = get_use_right(db, use_right_id, actor=actor)
    return [DecisionOut.model_validate(one) for one in use_decisions(db, found.id)]


@router.post("/{use_right_id}/decisions", status_code=201)
def decide(
    use_right_id: Id, given: DecisionIn, db: Db, actor: CurrentActor, now: Now
) -> UseRightOut:
    """Suspend, resume, revoke or end a use right from a day; pages and badges follow at once."""
    use_decision_actions.decide_use_right(
        db,
        actor=actor,
        now=now,
        use_right_id=use_right_id,
        kind=DecisionKind(given.kind),
        paper=paper_of(given, given.effective_on),
        until=given.until,
        past_is_meant=given.past_is_meant,
        seen=given.seen,
    )
    return shown(db, get_use_right(db, use_right_id, actor=actor), day_of(now))


@router.post("/{use_right_id}/decisions/{use_decision_id}/annul")
def annul(
    use_right_id: Id, use_decision_id: Id, given: PaperIn, db: Db, actor: CurrentActor, now: Now
) -> UseRightOut:
    """Annul a decision: it counts as if it had never been, and stays on record."""
    use_decision_actions.annul_use_decision(
        db,
        actor=actor,
        now=now,
        use_right_id=use_right_id,
        decision_id=use_decision_id,
        paper=paper_of(given, day_of(now)),
        past_is_meant=given.past_is_meant,
        seen=given.seen,
    )
    return shown(db, get_use_right(db, use_right_id, actor=actor), day_of(now))


@router.get("/{use_right_id}/objections")
def objections(use_right_id: Id, db: Db, actor: CurrentActor) -> list[ObjectionOut]:
    """Return the Department's objections, which its own people and the mark's managers read."""
    found = get_use_right(db, use_right_id, actor=actor)
    if not actor.of_department and not is_kept(db, actor, found.right_id):
        raise NotAllowed
    return [ObjectionOut.model_validate(one) for one in list_objections(db, found.id)]


@router.post("/{use_right_id}/objections", status_code=201)
def object_to(
    use_right_id: Id, given: ObjectionIn, db: Db, actor: CurrentActor, now: Now
) -> ObjectionOut:
    """Object to a use right; the mark's manager answers."""
    made = objection_actions.raise_objection(
        db, actor=actor, now=now, use_right_id=use_right_id, reason=given.reason
    )
    return ObjectionOut.model_validate(made)


@router.post("/{use_right_id}/objections/{objection_id}/answer")
def answer(
    use_right_id: Id, objection_id: Id, given: AnswerIn, db: Db, actor: CurrentActor, now: Now
) -> ObjectionOut:
    made = objection_actions.answer_objection(
        db,
        actor=actor,
        now=now,
        use_right_id=use_right_id,
        objection_id=objection_id,
        answer=given.answer,
    )
    return ObjectionOut.model_validate(made)


@router.post("/{use_right_id}/objections/{objection_id}/close")
def close(
    use_right_id: Id, objection_id: Id, given: ClosingIn, db: Db, actor: CurrentActor, now: Now
) -> ObjectionOut:
    """Close an objection; what follows for the use right is a decision of its own."""
    made = objection_actions.close_objection(
        db,
        actor=actor,
        now=now,
        use_right_id=use_right_id,
        objection_id=objection_id,
        outcome=given.outcome,
        conclusion=given.conclusion,
    )
    return ObjectionOut.model_validate(made)


@seen_router.get("/{right_id}/observations")
def list_observations(right_id: Id, db: Db, actor: CurrentActor) -> list[ObservationOut]:
    """Return what was seen of a right's use, the latest day first."""
    found = get_right(db, right_id)
    if not actor.of_department and not is_kept(db, actor, found.id):
        raise NotAllowed
    return [ObservationOut.model_validate(one) for one in observations_of(db, [found.id])]


@seen_router.post("/{right_id}/observations", status_code=201)
def observe(
    right_id: Id, given: ObservationIn, db: Db, actor: CurrentActor, now: Now
) -> ObservationOut:
    """Record that an entity was found to use the right on a day, or not to."""
    made = use_right_actions.observe_use(
        db, actor=actor, now=now, right_id=right_id, **given.model_dump()
    )
    return ObservationOut.model_validate(made)


def paper_of(given: PaperIn, effective_on: date) -> Paper:
    """Return a decision as it came in."""
    return Paper(
        decision_no=given.decision_no,
        decided_on=given.decided_on,
        effective_on=effective_on,
        reason=given.reason,
    )
