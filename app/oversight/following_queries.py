"""What follows from a test: whether it still stands against something, and what it could serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.gate_queries import checks_for
from app.diary.items import Missing
from app.diary.models import Lot
from app.oversight.failing import CriterionFacts, failures
from app.oversight.quality_models import QualityTest
from app.oversight.quality_queries import facts_where, tests_for
from app.oversight.testing import Verdict


@dataclass(frozen=True, slots=True)
class Following:
    """What a test leads to.

    `left` are the criteria it failed in that nothing later passed: while there are any, stamps of
    `path`, a lot or a product, can't be activated. `stages` are those of the lot's diary that ask
    for a test and have none.
    """

    criteria: Sequence[CriterionFacts]
    left: Sequence[CriterionFacts] = ()
    path: str = ""
    stages: Sequence[tuple[str, str]] = ()


def following_of(db: Session, test: QualityTest, *, now: datetime) -> Following:
    """Return what follows from a test; the caller answers for who may see it."""
    own = facts_where(db, QualityTest.id == test.id)
    criteria = own[0].criteria if own else ()
    if test.struck_at is not None or test.product_id is None:
        return Following(criteria)
    path = f"lots/{test.lot_id}" if test.lot_id else f"products/{test.product_id}"
    if test.verdict == Verdict.FAILED:
        near = tests_for(db, product_id=test.product_id, lot_id=test.lot_id)
        against = failures({*own, *near}, of=(test.product_id, test.lot_id))
        left = [one.criteria for one in against if one.test.id == test.id]
        return Following(criteria, left[0] if left else (), path)
    lot = db.scalars(select(Lot).where(Lot.id == test.lot_id)).one_or_none()
    if lot is None or test.verdict != Verdict.PASSED:
        return Following(criteria, path=path)
    return Following(criteria, path=path, stages=_stages(db, lot, now))


def _stages(db: Session, lot: Lot, now: datetime) -> list[tuple[str, str]]:
    return [
        (one.stage, one.names["name"].vi)
        for one in checks_for(db, lot, now=now)
        if one.item is Missing.TEST and not one.done
    ]
