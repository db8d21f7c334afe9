from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_models import Inspection, Measure, MeasureAnswer
from app.oversight.inspections import FindingSaid, Followed
from app.oversight.measure_queries import NoSuchMeasure, get_measure
from app.oversight.rules import MAX_TEXT, MIN_TEXT, TextTooShort
from app.products.pictures import CheckedPicture

MOST_ANSWERS: Final = 20


class MeasureDone(Conflict):
    """The measure is done"""

    code: ClassVar[str] = "oversight.measure_done"
    detail: ClassVar[str] = N_("It was confirmed already. Open it again first if it was not done.")


class MeasureNotDone(Conflict):
    """The measure is not done"""

    code: ClassVar[str] = "oversight.measure_not_done"
    detail: ClassVar[str] = N_("There is nothing to open again.")


class DoneLater(Invalid):
    """The day it was done lies ahead, or before the measure"""

    code: ClassVar[str] = "oversight.measure_day"
    detail: ClassVar[str] = N_("Write the day on which it was seen to be done.")
    field = "done_on"


class DeadlinePast(Invalid):
    """The new deadline is past already"""

    code: ClassVar[str] = "oversight.measure_deadline"
    detail: ClassVar[str] = N_("Choose today or a later day.")
    field = "deadline"


class AnswerNeeded(Invalid):
    """The answer says nothing"""

    code: ClassVar[str] = "oversight.answer_needed"
    detail: ClassVar[str] = N_("Write what was done, or add a photo that shows it.")
    field = "text"


class TooManyAnswers(Conflict):
    """The measure has too many answers"""

    code: ClassVar[str] = "oversight.too_many_answers"
    detail: ClassVar[str] = N_("Wait for the Department to look at those that are there.")


def add_measure(
    db: Session,
    found: Inspection,
    finding_id: int,
    said: FindingSaid,
    *,
    actor: Actor,
    now: datetime,
) -> Measure:
    """Have a measure of a finding followed, until its deadline and beyond."""
    deadline = said.deadline or day_of(now)
    made = Measure(
        inspection_id=found.id,
        finding_id=finding_id,
        entity_id=found.entity_id,
        text=said.measure,
        deadline=deadline,
        recorded_at=now,
        recorded_by=actor.label,
        changed_at=now,
    )
    db.add(made)
    db.flush()
    _note(db, actor, now, "measure.add", made, None)
    return made


def follow_measures(
    db: Session, found: Inspection, followed: Sequence[Followed], *, actor: Actor, now: datetime
) -> None:
    """Confirm what a re-check saw done of the measures of the first inspection."""
    for one in followed:
        measure = get_measure(db, one.measure_id, actor=actor, lock=True)
        if found.recheck_of is None or measure.inspection_id != found.recheck_of:
            raise NoSuchMeasure
        before = _facts(measure)
        measure.recheck_id = found.id
        if one.done and measure.done_on is None:
            measure.done_on, measure.done_by = found.held_on, actor.label
            measure.result = one.note or N_("Seen at the re-check")
        _changed(db, actor, now, "measure.recheck", measure, before)


def confirm_measure(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    measure_id: int,
    done_on: date,
    result: str,
    seen: datetime | None = None,
) -> Measure:
    """Confirm that a measure was carried out."""
    measure = _held(db, measure_id, actor, seen)
    if measure.done_on is not None:
        raise MeasureDone
    first = db.scalar(select(Inspection.held_on).where(Inspection.id == measure.inspection_id))
    if done_on > day_of(now) or (first is not None and done_on < first):
        raise DoneLater
    before = _facts(measure)
    measure.done_on, measure.done_by = done_on, actor.label
    measure.result = _reason(result, "result")
    return _changed(db, actor, now, "measure.confirm", measure, before)


def reopen_measure(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    measure_id: int,
    reason: str,
    seen: datetime | None = None,
) -> Measure:
    """Open a measure again that was not carried out after all."""
    measure = _held(db, measure_id, actor, seen)
    if measure.done_on is None:
        raise MeasureNotDone
    before, told = _facts(measure), _reason(reason, "reason")
    measure.done_on, measure.done_by, measure.result = None, "", ""
    return _changed(db, actor, now, "measure.reopen", measure, before, {"reason": told})


def extend_measure(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    measure_id: int,
    deadline: date,
    reason: str,
    seen: datetime | None = None,
) -> Measure:
    """Give a measure another deadline; the earlier one stays in its history."""
    measure = _held(db, measure_id, actor, seen)
    if measure.done_on is not None:
        raise MeasureDone
    if deadline < day_of(now):
        raise DeadlinePast
    before, told = _facts(measure), _reason(reason, "reason")
    measure.deadline = deadline
    return _changed(db, actor, now, "measure.extend", measure, before, {"reason": told})


def answer_measure(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    measure_id: int,
    text: str,
    photo: CheckedPicture | None = None,
) -> MeasureAnswer:
    """Say that a measure is done, in words or with a stored photo; the Department confirms it."""
    measure = get_measure(db, measure_id, actor=actor, lock=True)
    if measure.entity_id is None:
        raise NoSuchMeasure
    actor.require_member(measure.entity_id)
    if measure.done_on is not None:
        raise MeasureDone
    told = clean_note(text, limit=MAX_TEXT, field="text")
    if not told and photo is None:
        raise AnswerNeeded
    there = select(MeasureAnswer).where(MeasureAnswer.measure_id == measure.id)
    answers = list(db.scalars(there.order_by(MeasureAnswer.id)))
    sha256 = photo.sha256 if photo else ""
    if answers and (answers[-1].text, answers[-1].sha256) == (told, sha256):
        # A second tap on the button.
        return answers[-1]
    if len(answers) >= MOST_ANSWERS:
        raise TooManyAnswers
    made = MeasureAnswer(
        measure_id=measure.id,
        text=told,
        sha256=sha256,
        at=now,
        actor_label=actor.label,
        actor_id=actor.account_id,
    )
    db.add(made)
    db.flush()
    _note(db, actor, now, "measure.answer", measure, None, {"answer": told, "photos": bool(sha256)})
    return made


def link_recheck(db: Session, *, first_id: int, recheck_id: int) -> None:
    """Have the open measures of an inspection point to the one that looks at them again."""
    waiting = Measure.inspection_id == first_id, Measure.done_on.is_(None)
    db.execute(update(Measure).where(*waiting).values(recheck_id=recheck_id))


def _held(db: Session, measure_id: int, actor: Actor, seen: datetime | None) -> Measure:
    actor.require_role(*INSPECTORS)
    measure = get_measure(db, measure_id, actor=actor, lock=True)
    check_seen(measure.changed_at, seen)
    return measure


def _reason(text: str, field: str) -> str:
    told = clean_note(text, limit=MAX_TEXT, field=field)
    if len(told) < MIN_TEXT:
        raise TextTooShort(field=field)
    return told


def _facts(measure: Measure) -> dict[str, Any]:
    names = ("inspection_id", "text", "deadline", "done_on", "result", "recheck_id")
    return {name: getattr(measure, name) for name in names}


def _changed(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    measure: Measure,
    before: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> Measure:
    measure.changed_at = touched(measure.changed_at, now)
    db.flush()
    _note(db, actor, now, action, measure, before, more)
    return measure


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    measure: Measure,
    before: Mapping[str, Any] | None,
    more: Mapping[str, Any] | None = None,
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=measure.id,
        entity_id=measure.entity_id,
        before=before,
        after=_facts(measure) | dict(more or {}),
    )
