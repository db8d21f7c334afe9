"""Measures after inspections by JSON: the Department's all, everybody else's own."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import In, Note, Out
from app.kit.i18n import Translator
from app.kit.paging import Listed, Sorting, next_path
from app.kit.web import Db, Id, Now, Words
from app.oversight import measure_actions
from app.oversight.inspection_models import Measure
from app.oversight.measure_queries import MeasureFilter, get_measure, list_measures
from app.oversight.measure_row_queries import measure_rows
from app.oversight.measures import MeasureState
from app.oversight.rules import MAX_TEXT

router = APIRouter(prefix="/api/v1/measures", tags=["inspections"], route_class=ApiRoute)

Text = Annotated[Note, Field(max_length=MAX_TEXT)]


class SeenIn(In):
    """`seen` is the `changed_at` of the measure that was looked at."""

    seen: datetime | None = None


class ConfirmIn(SeenIn):
    """When it was seen to be done, and what showed it."""

    done_on: date
    result: Text


class ReopenIn(SeenIn):
    reason: Text


class ExtendIn(ReopenIn):
    deadline: date


class AnswerIn(In):
    """What was done. Photos are sent by the page only."""

    text: Annotated[Note, Field(min_length=1, max_length=MAX_TEXT)]


class AnswerOut(Out):
    """What whom it is set for said about it."""

    id: int
    at: datetime
    actor_label: str
    text: str
    has_photo: bool


class FollowedMeasureOut(Out):
    """A measure, how it stands today, and what was answered to it."""

    id: int
    inspection_id: int
    entity_id: int | None
    text: str
    deadline: date
    state: MeasureState
    recheck_id: int | None
    done_on: date | None
    done_by: str
    result: str
    recorded_at: datetime
    changed_at: datetime
    answers: Sequence[AnswerOut]


@router.get("")
def list_all_measures(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Sorting,
    state: MeasureState | None = None,
    *,
    answered: Annotated[bool, Query(description="Only what waits to be confirmed.")] = False,
    entity_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Listed[FollowedMeasureOut]:
    """Return the measures you may read, those due first coming first."""
    wanted = MeasureFilter(state=state, answered=answered, entity_id=entity_id)
    today = day_of(now)
    page = list_measures(db, actor=actor, cut=cut, wanted=wanted, today=today)
    return Listed(items=_shown(db, page.items, now, words), next=next_path(request, page))


@router.get("/{measure_id}")
def get_one_measure(
    measure_id: Id, db: Db, actor: CurrentActor, now: Now, words: Words
) -> FollowedMeasureOut:
    return _shown(db, [get_measure(db, measure_id, actor=actor)], now, words)[0]


@router.post("/{measure_id}/answers")
def answer_measure(
    measure_id: Id, given: AnswerIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> FollowedMeasureOut:
    """Say that a measure of your own entity is done; the Department confirms it."""
    measure_actions.answer_measure(db, actor=actor, now=now, measure_id=measure_id, text=given.text)
    return get_one_measure(measure_id, db, actor, now, words)


@router.post("/{measure_id}/confirm")
def confirm_measure(
    measure_id: Id, given: ConfirmIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> FollowedMeasureOut:
    """Confirm that a measure was carried out."""
    made = measure_actions.confirm_measure(
        db, actor=actor, now=now, measure_id=measure_id, **given.model_dump()
    )
    return _shown(db, [made], now, words)[0]


@router.post("/{measure_id}/reopen")
def reopen_measure(
    measure_id: Id, given: ReopenIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> FollowedMeasureOut:
    """Open a measure again that was not carried out after all."""
    made = measure_actions.reopen_measure(
        db, actor=actor, now=now, measure_id=measure_id, **given.model_dump()
    )
    return _shown(db, [made], now, words)[0]


@router.post("/{measure_id}/extend")
def extend_measure(
    measure_id: Id, given: ExtendIn, db: Db, actor: CurrentActor, now: Now, words: Words
) -> FollowedMeasureOut:
    """Give a measure another deadline."""
    made = measure_actions.extend_measure(
        db, actor=actor, now=now, measure_id=measure_id, **given.model_dump()
    )
    return _shown(db, [made], now, words)[0]


def _shown(
    db: Session, found: Sequence[Measure], now: datetime, words: Translator
) -> list[FollowedMeasureOut]:
    plain = ("inspection_id", "entity_id", "text", "deadline", "recheck_id", "done_on", "done_by")
    return [
        FollowedMeasureOut(
            id=row.measure.id,
            **{name: getattr(row.measure, name) for name in (*plain, "recorded_at", "changed_at")},
            state=row.state,
            result=words.gettext(row.measure.result) if row.measure.result else "",
            answers=[
                AnswerOut(
                    id=one.id,
                    at=one.at,
                    actor_label=one.actor_label,
                    text=one.text,
                    has_photo=bool(one.sha256),
                )
                for one in row.said
            ],
        )
        for row in measure_rows(db, found, today=day_of(now))
    ]
