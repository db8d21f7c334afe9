"""Quality tests by JSON: officers record them, owners read their own."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Listed, NewestFirst, next_path
from app.kit.web import Db, Id, Now
from app.oversight import quality_actions
from app.oversight.quality_forms import SampleIn
from app.oversight.quality_models import QualityTest
from app.oversight.quality_queries import (
    SampleFilter,
    criteria_of,
    find_lift,
    get_test,
    list_tests,
)
from app.oversight.sampling import Sample
from app.oversight.testing import LimitKind, Verdict, Written

router = APIRouter(prefix="/api/v1/tests", tags=["tests"], route_class=ApiRoute)

Figure = Annotated[Decimal, Field(ge=-(10**12), le=10**12, decimal_places=8)]
Wanted = Annotated[int, Query(ge=0, le=2**62)]


class CriterionIn(In):
    """One thing a sample is tested for: `result` is what the laboratory wrote.

    A result is a figure (`0,05` or `0.05`), a bound (`<0,01`), or `KPH` for not detected; empty
    while it is awaited. `verdict` is set only where the limit is words.
    """

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    method: Annotated[Line, Field(max_length=120)] = ""
    limit_kind: LimitKind
    limit_low: Figure | None = None
    limit_high: Figure | None = None
    limit_text: Annotated[Line, Field(max_length=200)] = ""
    unit: Annotated[Line, Field(max_length=40)] = ""
    result: Annotated[Line, Field(max_length=200)] = ""
    verdict: Verdict | None = None


class RecordIn(SampleIn):
    """A sample with what it is tested for."""

    criteria: Annotated[list[CriterionIn], Field(min_length=1, max_length=25)]


class WhyIn(In):
    """Why a test is lifted or struck out."""

    reason: Annotated[Note, Field(min_length=1, max_length=2000)]


class CriterionOut(Out):
    """A criterion as it was judged."""

    name: str
    method: str
    limit_kind: LimitKind
    limit_low: float | None
    limit_high: float | None
    limit_text: str
    unit: str
    result_number: float | None
    result_text: str
    verdict: Verdict


class QualityTestOut(Out):
    """A quality test. `lifted` is an officer's word that a failed one blocks no more."""

    id: int
    entity_id: int
    product_id: int | None
    lot_id: int | None
    facility_id: int | None
    sample_no: str
    sampled_on: date
    sampled_by: str
    place: str
    laboratory: str
    report_no: str
    reported_on: date | None
    valid_until: date | None
    public: bool
    verdict: Verdict
    version: int
    recorded_at: datetime
    changed_at: datetime
    struck_at: datetime | None
    lifted: bool = False
    criteria: tuple[CriterionOut, ...] = ()


@router.get("")
def list_quality_tests(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: NewestFirst,
    q: Line = "",
    verdict: Verdict | None = None,
    entity_id: Wanted = 0,
    product_id: Wanted = 0,
    lot_id: Wanted = 0,
) -> Listed[QualityTestOut]:
    """Return the quality tests you may read, the last recorded first."""
    wanted = SampleFilter(
        text=q,
        verdict=verdict,
        entity_id=entity_id or None,
        product_id=product_id or None,
        lot_id=lot_id or None,
    )
    page = list_tests(db, actor=actor, cut=cut, wanted=wanted)
    return Listed(items=_shown(db, page.items), next=next_path(request, page))


@router.post("", status_code=201)
def record_quality_test(given: RecordIn, db: Db, actor: CurrentActor, now: Now) -> QualityTestOut:
    """Record a test. The verdict follows from limits and results."""
    sample, criteria = _told(given)
    made = quality_actions.record_sample(db, actor=actor, now=now, sample=sample, criteria=criteria)
    return _shown(db, [made])[0]


@router.get("/{test_id}")
def get_quality_test(test_id: Id, db: Db, actor: CurrentActor) -> QualityTestOut:
    return _shown(db, [get_test(db, test_id, actor=actor)])[0]


@router.put("/{test_id}")
def change_quality_test(
    test_id: Id, given: RecordIn, db: Db, actor: CurrentActor, now: Now
) -> QualityTestOut:
    """Replace what a test says, as when its results arrive; what it said before is kept."""
    sample, criteria = _told(given)
    made = quality_actions.change_sample(
        db, actor=actor, now=now, test_id=test_id, sample=sample, criteria=criteria
    )
    return _shown(db, [made])[0]


@router.post("/{test_id}/lift")
def lift_quality_test(
    test_id: Id, given: WhyIn, db: Db, actor: CurrentActor, now: Now
) -> QualityTestOut:
    """Say why a failed test blocks nothing any more."""
    quality_actions.lift_failure(db, actor=actor, now=now, test_id=test_id, reason=given.reason)
    return _shown(db, [get_test(db, test_id, actor=actor)])[0]


@router.post("/{test_id}/strike")
def strike_quality_test(
    test_id: Id, given: WhyIn, db: Db, actor: CurrentActor, now: Now
) -> QualityTestOut:
    """Strike out a test that was entered by mistake."""
    made = quality_actions.strike_sample(
        db, actor=actor, now=now, test_id=test_id, reason=given.reason
    )
    return _shown(db, [made])[0]


def _told(given: RecordIn) -> tuple[Sample, list[Written]]:
    criteria = [
        Written(**one.model_dump(exclude={"verdict"}), said=one.verdict) for one in given.criteria
    ]
    return Sample(**given.model_dump(exclude={"criteria"})), criteria


def _shown(db: Session, tests: Sequence[QualityTest]) -> list[QualityTestOut]:
    criteria = criteria_of(db, tests)
    return [
        QualityTestOut.model_validate(one).model_copy(
            update={
                "lifted": find_lift(db, one) is not None,
                "criteria": tuple(map(CriterionOut.model_validate, criteria[one.id])),
            }
        )
        for one in tests
    ]
