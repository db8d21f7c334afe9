"""What failed tests keep stamps from being activated onto: the lot's own, and of its sources."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, or_, select, union
from sqlalchemy.orm import Session

from app.diary.completeness import Check
from app.diary.gate_queries import missing_of
from app.diary.items import Missing
from app.diary.models import Lot
from app.diary.remarks import Choice
from app.diary.trace_queries import ancestors_of, reach
from app.diary.tracing import Way
from app.kit.db import beyond_fence
from app.oversight.failing import CriterionFacts, Failure, Of, QualityFacts, failures
from app.oversight.quality_models import QualityTest
from app.oversight.quality_queries import against, facts_where
from app.oversight.testing import Verdict


@dataclass(frozen=True, slots=True)
class Blocked:
    """A failed test that stands against a lot; `source` names the lot that it came in by."""

    test: QualityFacts
    criteria: Sequence[CriterionFacts]
    source: str = ""


_failed = select(QualityTest.id).where(against())
_lots: BindParameter[int] = bindparam("lots", expanding=True)
_products: BindParameter[int] = bindparam("products", expanding=True)
_far = reach(select(Lot.id).where(Lot.id.in_(_lots)), Way.UP)
# Built once: in the usual case it is all that is asked.
_FAILED: Final = union(
    _failed.where(QualityTest.lot_id.in_(_lots)),
    _failed.where(QualityTest.lot_id.is_(None), QualityTest.product_id.in_(_products)),
    _failed.join(_far, _far.c.lot_id == QualityTest.lot_id),
    _failed.where(QualityTest.lot_id.is_(None))
    .join(Lot, Lot.product_id == QualityTest.product_id)
    .join(_far, _far.c.lot_id == Lot.id),
)


def blocking_tests(db: Session, lots: Collection[Lot]) -> dict[int, list[Blocked]]:
    """Return by lot the failed tests that keep stamps from being activated onto it, if any.

    One statement where nothing failed. The caller answers for who may see the lots.
    """
    if not lots:
        return {}
    asked = {"lots": [lot.id for lot in lots], "products": [lot.product_id for lot in lots]}
    # What failed of a source holds for who made something of it, though it is not theirs to read.
    with beyond_fence(db):
        failed = list(db.scalars(_FAILED, asked))
        if not failed:
            return {}
        tests = _bearing(db, failed, asked["lots"])
        above = ancestors_of(db, asked["lots"])
        far = _sources(db, above.values(), [one for one in tests if one.id in set(failed)])
    found = {}
    for lot in lots:
        also = {
            source_id: of
            for source_id, (of, _) in far.items()
            if source_id in above.get(lot.id, ())
        }
        left = failures(tests, of=(lot.product_id, lot.id), also=also.values())
        if left:
            numbers = {source_id: far[source_id][1] for source_id in also}
            found[lot.id] = [_blocked(one, lot, also, numbers) for one in left]
    return found


def failed_checks(db: Session, lots: Collection[Lot]) -> dict[int, tuple[Check, ...]]:
    """Return by lot what failed tests keep from it, as a lot's completeness tells what it lacks."""
    return {
        lot_id: tuple(_check(one) for one in found)
        for lot_id, found in blocking_tests(db, lots).items()
    }


def lacking_of(
    db: Session, lots: Collection[Lot], *, now: datetime
) -> dict[int, tuple[Check, ...]]:
    """Return by lot all that keeps stamps from being activated onto it, failed tests too."""
    failed = failed_checks(db, lots)
    return {
        lot_id: (*lacking, *failed.get(lot_id, ()))
        for lot_id, lacking in missing_of(db, lots, now=now).items()
    }


def _check(blocked: Blocked) -> Check:
    figures: dict[str, str | int | date | Choice] = {
        "test": str(blocked.test.id),
        "day": blocked.test.sampled_on,
        "criteria": ", ".join(one.name for one in blocked.criteria),
    }
    if blocked.source:
        return Check(item=Missing.SOURCE_FAILED_TEST, figures={**figures, "lot": blocked.source})
    return Check(item=Missing.FAILED_TEST, figures=figures)


def _bearing(db: Session, failed: Sequence[int], lots: Sequence[int]) -> tuple[QualityFacts, ...]:
    """Return failed tests, with those that passed and may have put an end to them."""
    wrong = facts_where(db, QualityTest.id.in_(failed))
    near = [one.lot_id for one in wrong if one.lot_id is not None]
    passed = facts_where(
        db,
        QualityTest.verdict == Verdict.PASSED,
        QualityTest.product_id.in_({one.product_id for one in wrong}),
        or_(QualityTest.lot_id.is_(None), QualityTest.lot_id.in_([*near, *lots])),
    )
    return (*wrong, *passed)


def _sources(
    db: Session, above: Iterable[Collection[int]], failed: Sequence[QualityFacts]
) -> dict[int, tuple[Of, str]]:
    """Return the lots that others are made of and that a failed test may be of."""
    ids = frozenset().union(*above)
    if not ids:
        return {}
    near = or_(
        Lot.id.in_([one.lot_id for one in failed if one.lot_id is not None]),
        Lot.product_id.in_([one.product_id for one in failed if one.lot_id is None]),
    )
    rows: Iterable[Any] = db.execute(select(Lot.id, Lot.product_id, Lot.number).where(near))
    return {row.id: ((row.product_id, row.id), row.number) for row in rows if row.id in ids}


def _blocked(one: Failure, lot: Lot, also: dict[int, Of], numbers: dict[int, str]) -> Blocked:
    test = one.test
    if test.lot_id == lot.id or (test.lot_id is None and test.product_id == lot.product_id):
        return Blocked(test, one.criteria)
    by = next(
        source_id
        for source_id, (product_id, _) in also.items()
        if test.lot_id in {None, source_id} and test.product_id == product_id
    )
    return Blocked(test, one.criteria, numbers[by])
