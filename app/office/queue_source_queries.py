"""Where the things of the queue stand, kind by kind: what is told of each, and when it waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.kit.db import BigInt, UtcDateTime
from app.office.queue_items import Kind
from app.oversight.inspection_models import Measure
from app.oversight.models import Finding, FindingClosing, Report
from app.oversight.quality_models import Criterion, QualityLift, QualityTest
from app.oversight.quality_queries import is_lifted
from app.oversight.testing import Verdict
from app.rights.models import UseRight
from app.rights.use_models import UseObjection
from app.scans.models import CloneSignal
from app.scans.signals import SignalState


@dataclass(frozen=True, slots=True)
class Source:
    """Where things of one kind stand: their columns, and what makes one wait or be done."""

    columns: Mapping[str, Any]
    joins: Select[Any]
    waits: ColumnElement[bool]
    done: ColumnElement[bool]

    @property
    def id(self) -> Any:  # noqa: ANN401 - a column
        return self.columns["id"]


def _nothing(kind: Any) -> Any:  # noqa: ANN401 - a type of SQLAlchemy's
    return cast(null(), kind)


def _of(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - columns
    empty = {
        **dict.fromkeys(("entity_id", "product_id", "lot_id", "batch_id"), _nothing(BigInt)),
        "due_on": _nothing(Date),
        "closed_at": _nothing(UtcDateTime()),
        **dict.fromkeys(("closed_by", "why", "state"), cast(literal(""), Text)),
    }
    return empty | given


# Written out, not bound: SQLite uses an index of some rows only where it reads which.
_CLOSED: Final = literal_column("'closed'", Text)
_OPEN: Final = literal_column("'open'", Text)
_IN_ORDER: Final = literal_column("'in_order'", Text)
_FAILED: Final = literal_column("'failed'", Text)

_later = aliased(QualityTest)
_later_criterion = aliased(Criterion)
# One inside the other, so that it is read from the few tests of the same goods; each names what
# it takes from outside, which by itself is found one step out only.
_tests_it = exists(
    select(_later_criterion.test_id)
    .where(
        _later_criterion.test_id == _later.id,
        _later_criterion.version == _later.version,
        _later_criterion.name == Criterion.name,
    )
    .correlate(_later, Criterion)
)
_passed_since = exists(
    select(_later.id)
    .where(
        _later.product_id == QualityTest.product_id,
        _later.lot_id.is_not_distinct_from(QualityTest.lot_id),
        _later.verdict == Verdict.PASSED,
        _later.struck_at.is_(None),
        # Not earlier, rather than later: by its day no index would be sought, only by its goods.
        ~or_(
            _later.sampled_on < QualityTest.sampled_on,
            and_(_later.sampled_on == QualityTest.sampled_on, _later.id <= QualityTest.id),
        ),
        _tests_it,
    )
    .correlate(QualityTest, Criterion)
)
# As `failing.failures` reckons it, by the names as they are written.
_left = exists(
    select(Criterion.test_id).where(
        Criterion.test_id == QualityTest.id,
        Criterion.version == QualityTest.version,
        Criterion.verdict == Verdict.FAILED,
        ~_passed_since,
    )
)
_failed = and_(QualityTest.verdict == _FAILED, QualityTest.struck_at.is_(None))
_lift = aliased(QualityLift)

SOURCES: Final[Mapping[Kind, Source]] = {
    Kind.REPORT: Source(
        _of(
            id=Report.id,
            home_id=Report.id,
            at=Report.sent_at,
            text=Report.text,
            state=Report.state,
            entity_id=Report.entity_id,
            product_id=Report.product_id,
            lot_id=Report.lot_id,
            batch_id=Report.batch_id,
            closed_at=Report.closed_at,
            closed_by=Report.closed_by,
            why=Report.reason,
        ),
        select(Report.id),
        Report.state != _CLOSED,
        Report.state == "closed",
    ),
    Kind.SIGNAL: Source(
        _of(
            id=CloneSignal.id,
            home_id=CloneSignal.id,
            at=CloneSignal.raised_at,
            text=cast(literal(""), Text),
            state=CloneSignal.state,
            entity_id=CloneSignal.entity_id,
            product_id=CloneSignal.product_id,
            lot_id=CloneSignal.lot_id,
            batch_id=CloneSignal.batch_id,
            closed_at=case((CloneSignal.state != SignalState.OPEN, CloneSignal.changed_at)),
            closed_by=CloneSignal.decided_by,
            why=CloneSignal.decision,
        ),
        select(CloneSignal.id),
        CloneSignal.state == _OPEN,
        CloneSignal.state != SignalState.OPEN,
    ),
    # What a measure was set for is followed by the measure, and waits no second time.
    Kind.FINDING: Source(
        _of(
            id=Finding.id,
            home_id=Finding.id,
            at=Finding.at,
            text=Finding.text,
            state=Finding.outcome,
            entity_id=Finding.entity_id,
            product_id=Finding.product_id,
            lot_id=Finding.lot_id,
            batch_id=Finding.batch_id,
            closed_at=FindingClosing.closed_at,
            closed_by=func.coalesce(FindingClosing.closed_by, ""),
            why=func.coalesce(FindingClosing.reason, ""),
        ),
        select(Finding.id)
        .outerjoin(FindingClosing, FindingClosing.finding_id == Finding.id)
        .where(Finding.outcome != _IN_ORDER, ~exists().where(Measure.finding_id == Finding.id)),
        FindingClosing.finding_id.is_(None),
        FindingClosing.finding_id.is_not(None),
    ),
    Kind.MEASURE: Source(
        _of(
            id=Measure.id,
            home_id=Measure.id,
            at=Measure.recorded_at,
            text=Measure.text,
            entity_id=Measure.entity_id,
            due_on=Measure.deadline,
            closed_at=case((Measure.done_on.is_not(None), Measure.changed_at)),
            closed_by=Measure.done_by,
            why=Measure.result,
        ),
        select(Measure.id),
        Measure.done_on.is_(None),
        Measure.done_on.is_not(None),
    ),
    Kind.TEST: Source(
        _of(
            id=QualityTest.id,
            home_id=QualityTest.id,
            at=QualityTest.recorded_at,
            text=QualityTest.laboratory + literal(" ") + QualityTest.report_no,
            entity_id=QualityTest.entity_id,
            product_id=QualityTest.product_id,
            lot_id=QualityTest.lot_id,
            closed_at=_lift.lifted_at,
            closed_by=func.coalesce(_lift.lifted_by, ""),
            why=func.coalesce(_lift.reason, ""),
        ),
        select(QualityTest.id).outerjoin(
            _lift, and_(_lift.test_id == QualityTest.id, _lift.version == QualityTest.version)
        ),
        and_(_failed, ~is_lifted(), _left),
        and_(_failed, or_(is_lifted(), ~_left)),
    ),
    Kind.OBJECTION: Source(
        _of(
            id=UseObjection.id,
            home_id=UseObjection.use_right_id,
            at=UseObjection.raised_at,
            text=UseObjection.reason,
            state=UseObjection.outcome,
            entity_id=UseRight.entity_id,
            product_id=UseRight.product_id,
            closed_at=UseObjection.closed_at,
            closed_by=UseObjection.closed_by,
            why=UseObjection.conclusion,
        ),
        select(UseObjection.id).join(UseRight, UseRight.id == UseObjection.use_right_id),
        UseObjection.closed_at.is_(None),
        UseObjection.closed_at.is_not(None),
    ),
}
ORDER: Final = (
    *("id", "home_id", "at", "text", "state", "entity_id", "product_id", "lot_id", "batch_id"),
    *("due_on", "closed_at", "closed_by", "why"),
)
