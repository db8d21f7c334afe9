from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.queries import get_lot
from app.entities.part_models import Facility
from app.entities.part_queries import get_part
from app.entities.parts import NotYet
from app.entities.practice_queries import require_real
from app.entities.queries import get_entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note, fold
from app.oversight.quality_models import Criterion, QualityLift, QualityTest
from app.oversight.quality_queries import find_lift, find_twin, get_test
from app.oversight.rules import MIN_TEXT, TextTooShort, folded_words
from app.oversight.sampling import (
    MOST_CRITERIA,
    CriteriaNeeded,
    CriterionTwice,
    DaysCrossed,
    NotGood,
    NothingBlocks,
    Sample,
    SampleStruck,
    SampleThere,
    SampleUnclear,
    TooManyCriteria,
)
from app.oversight.testing import Judged, Verdict, Written, judge, verdict_of
from app.products.queries import get_product

_HEAD: Final = tuple(one.name for one in fields(Sample))


def record_sample(
    db: Session, *, actor: Actor, now: datetime, sample: Sample, criteria: Sequence[Written]
) -> QualityTest:
    """Record a test of a sample with what it tests for, results or none yet: an officer's act."""
    actor.require_officer()
    judged = _judged(criteria)
    test = QualityTest(
        recorded_at=now,
        recorded_by=actor.label,
        recorded_by_id=actor.account_id,
        changed_at=now,
        version=1,
    )
    _fill(db, actor, now, test, sample)
    _settle(test, criteria, judged)
    _refuse_twin(db, test)
    db.add(test)
    db.flush()
    _keep(db, actor, now, test, criteria, judged)
    _note(db, actor, now, "test.record", test, None, _facts(test, criteria, judged))
    return test


def change_sample(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    test_id: int,
    sample: Sample,
    criteria: Sequence[Written],
    seen: datetime | None = None,
) -> QualityTest:
    """Change a test, or fill in its results; what its criteria said before stays beside them."""
    test = _open(db, actor, test_id, seen)
    judged = _judged(criteria)
    before = _head(test)
    _fill(db, actor, now, test, sample)
    test.version += 1
    test.changed_at = touched(test.changed_at, now)
    _settle(test, criteria, judged)
    _refuse_twin(db, test)
    db.flush()
    _keep(db, actor, now, test, criteria, judged)
    _note(db, actor, now, "test.change", test, before, _facts(test, criteria, judged))
    return test


def lift_failure(
    db: Session, *, actor: Actor, now: datetime, test_id: int, reason: str
) -> QualityLift:
    """Say why a failed test blocks nothing any more; it stays on record as failed."""
    test = _open(db, actor, test_id, None)
    if test.verdict != Verdict.FAILED or find_lift(db, test) is not None:
        raise NothingBlocks
    lift = QualityLift(
        test_id=test.id,
        version=test.version,
        reason=_reason(reason),
        lifted_at=now,
        lifted_by=actor.label,
        lifted_by_id=actor.account_id,
    )
    db.add(lift)
    db.flush()
    _note(db, actor, now, "test.lift", test, None, {"reason": lift.reason, "lifted": True})
    return lift


def check_accepted(test: QualityTest, *, day: date) -> None:
    """Refuse to have a test stand for one that a diary asks for, unless it is good. NotGood."""
    over = test.valid_until is not None and test.valid_until < day
    good = test.verdict == Verdict.PASSED and test.struck_at is None and not over
    if test.lot_id is None or not good:
        raise NotGood


def strike_sample(
    db: Session, *, actor: Actor, now: datetime, test_id: int, reason: str
) -> QualityTest:
    """Strike out a test that was entered by mistake; it stays in the history."""
    test = _open(db, actor, test_id, None)
    test.strike_reason = _reason(reason)
    test.struck_at, test.struck_by = now, actor.label
    test.changed_at = touched(test.changed_at, now)
    db.flush()
    facts = {"verdict": test.verdict, "public": test.public}
    _note(db, actor, now, "test.strike", test, facts, {"reason": test.strike_reason})
    return test


def _open(db: Session, actor: Actor, test_id: int, seen: datetime | None) -> QualityTest:
    test = get_test(db, test_id, actor=actor, lock=True)
    actor.require_officer()
    check_seen(test.changed_at, seen)
    if test.struck_at is not None:
        raise SampleStruck
    return test


def _judged(criteria: Sequence[Written]) -> list[Judged]:
    if not criteria:
        raise CriteriaNeeded
    if len(criteria) > MOST_CRITERIA:
        raise TooManyCriteria
    names: set[str] = set()
    for place, one in enumerate(criteria, start=1):
        if fold(one.name) in names:
            raise CriterionTwice(field=f"name_{place}")
        names.add(fold(one.name))
    return [judge(one, at=f"_{place}") for place, one in enumerate(criteria, start=1)]


def _fill(db: Session, actor: Actor, now: datetime, test: QualityTest, sample: Sample) -> None:
    for name, value in asdict(_placed(db, actor, sample)).items():
        setattr(test, name, value)
    if test.sampled_on > day_of(now):
        raise NotYet(field="sampled_on")
    if test.reported_on is not None and test.reported_on > day_of(now):
        raise NotYet(field="reported_on")
    for name in ("reported_on", "valid_until"):
        day = getattr(test, name)
        if day is not None and day < test.sampled_on:
            raise DaysCrossed(sampled_on=test.sampled_on, field=name)


def _placed(db: Session, actor: Actor, sample: Sample) -> Sample:
    """Return the sample with all that its lot or its product belongs to."""
    facts: dict[str, Any] = asdict(sample)
    if sample.lot_id is not None:
        lot = get_lot(db, sample.lot_id, actor=actor)
        _agree(facts, "product_id", lot.product_id, field="lot_id")
        _agree(facts, "entity_id", lot.entity_id, field="lot_id")
    elif sample.product_id is not None:
        product = get_product(db, sample.product_id, actor=actor)
        _agree(facts, "entity_id", product.entity_id, field="product_id")
    entity = get_entity(db, facts["entity_id"] or 0, actor=actor)
    require_real(db, entity.id)
    if sample.facility_id is not None:
        get_part(db, Facility, sample.facility_id, entity_id=entity.id)
    return Sample(**facts)


def _agree(facts: dict[str, Any], name: str, found: int, *, field: str) -> None:
    if facts[name] not in {None, found}:
        raise SampleUnclear(field=field)
    facts[name] = found


def _settle(test: QualityTest, criteria: Sequence[Written], judged: Sequence[Judged]) -> None:
    test.verdict = verdict_of(one.verdict for one in judged)
    told = (test.laboratory, test.report_no, test.sample_no, test.sampled_by, test.place)
    test.folded = folded_words(*told, *(one.name for one in criteria))


def _refuse_twin(db: Session, test: QualityTest) -> None:
    twin = find_twin(db, test)
    if twin is not None:
        raise SampleThere(number=twin.id)


def _keep(
    db: Session,
    actor: Actor,
    now: datetime,
    test: QualityTest,
    criteria: Sequence[Written],
    judged: Sequence[Judged],
) -> None:
    for place, (one, found) in enumerate(zip(criteria, judged, strict=True), start=1):
        db.add(
            Criterion(
                test_id=test.id,
                version=test.version,
                position=place,
                name=one.name,
                method=one.method,
                limit_kind=one.limit_kind,
                limit_low=_float(one.limit_low),
                limit_high=_float(one.limit_high),
                limit_text=one.limit_text,
                unit=one.unit,
                result_number=_float(found.number),
                result_text=one.result,
                verdict=found.verdict,
                recorded_at=now,
                recorded_by=actor.label,
            )
        )
    db.flush()


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _reason(text: str) -> str:
    reason = clean_note(text, field="reason")
    if len(reason) < MIN_TEXT:
        raise TextTooShort(field="reason")
    return reason


def _facts(
    test: QualityTest, criteria: Sequence[Written], judged: Sequence[Judged]
) -> dict[str, Any]:
    told = [
        f"{one.name}: {one.result or '?'} ({found.verdict})"
        for one, found in zip(criteria, judged, strict=True)
    ]
    return {**_head(test), "criteria": told}


def _head(test: QualityTest) -> dict[str, Any]:
    return {name: getattr(test, name) for name in (*_HEAD, "version", "verdict")}


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    test: QualityTest,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=test.id,
        entity_id=test.entity_id,
        before=before,
        after=after,
    )
