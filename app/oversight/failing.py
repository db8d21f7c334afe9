"""Tests as they stand, and which failed ones still stand against a lot or a product."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.kit.errors import Words
from app.kit.text import fold
from app.oversight.results import figure_text
from app.oversight.testing import LimitKind, Verdict

# A product and a lot of it, or none for what is of the whole product.
Of = tuple[int | None, int | None]

# Of more that passed the public reads the latest.
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionFacts:
    """A criterion as it stands: its limit and its result as they are shown."""

    name: str
    verdict: Verdict
    limit_kind: LimitKind
    limit_low: float | None = None
    limit_high: float | None = None
    limit_text: str = ""
    unit: str = ""
    result: str = ""
    method: str = ""

    @property
    def key(self) -> str:
        """Return what the same criterion of another test is known by."""
        return fold(self.name)

    def limit(self, words: Words) -> str:
        """Return the limit in the reader's language, with its unit."""
        low, high = (
            "" if one is None else figure_text(one, words.language)
            for one in (self.limit_low, self.limit_high)
        )
        told = {
            LimitKind.MAX: f"≤ {high} {self.unit}",
            LimitKind.MIN: f"≥ {low} {self.unit}",
            LimitKind.RANGE: f"{low} - {high} {self.unit}",
            LimitKind.ABSENT: words.gettext(LimitKind.ABSENT.label),
            LimitKind.TEXT: "",
        }[self.limit_kind].strip()
        return "; ".join(filter(None, (told, self.limit_text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFacts:
    """A test as it stands. `lifted` is an officer's word that it blocks no more."""

    id: int
    entity_id: int
    product_id: int | None
    lot_id: int | None
    sampled_on: date
    laboratory: str
    report_no: str
    reported_on: date | None
    valid_until: date | None
    public: bool
    verdict: Verdict
    lifted: bool
    criteria: Sequence[CriterionFacts]

    @property
    def of(self) -> Of:
        return self.product_id, self.lot_id

    def good_on(self, day: date) -> bool:
        """Tell whether it passed and still says so on a day."""
        return self.verdict is Verdict.PASSED and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed test that stands, and those of its criteria that none passed since."""

    test: QualityFacts
    criteria: Sequence[CriterionFacts]


def failures(
    tests: Collection[QualityFacts], *, of: Of, also: Collection[Of] = ()
) -> list[Failure]:
    """Return the failed tests that stand against a lot or a product, the earliest first.

    One of the whole product stands against all its lots. It is over once a later test passed
    what it failed in: of the same lot, or of the product where it is the product's, or of the
    lot in question. `also` are what the lot is made of. Of two samples of one day, the later
    recorded is the later.
    """
    found = []
    for product_id, lot_id in {of, *also}:
        for one in tests:
            hit = one.lot_id in {None, lot_id} and (one.lot_id or one.product_id == product_id)
            if one.verdict is Verdict.FAILED and not one.lifted and hit:
                left = _left(one, tests, (product_id, lot_id))
                if left:
                    found.append(Failure(one, left))
    unlike = {failure.test.id: failure for failure in found}
    return sorted(unlike.values(), key=lambda one: (one.test.sampled_on, one.test.id))


def shown_tests(tests: Collection[QualityFacts], *, of: Of, day: date) -> tuple[QualityFacts, ...]:
    """Return the tests that the public reads of a lot or a product on a day, the latest first.

    Those that passed, are marked public and are still valid; none of them while a failed test
    stands, one that an officer lifted too: what it failed in nothing has passed since.
    """
    if failures([replace(one, lifted=False) for one in tests], of=of):
        return ()
    good = [one for one in tests if one.public and one.good_on(day)]
    latest = sorted(good, key=lambda one: (one.sampled_on, one.id), reverse=True)
    return tuple(latest[:_SHOWN])


def _left(failed: QualityFacts, tests: Iterable[QualityFacts], of: Of) -> list[CriterionFacts]:
    passed: set[str] = set()
    for one in tests:
        later = (one.sampled_on, one.id) > (failed.sampled_on, failed.id)
        same = one.lot_id in {failed.lot_id, of[1]} and one.product_id == failed.product_id
        if one.verdict is Verdict.PASSED and later and same:
            passed |= {criterion.key for criterion in one.criteria}
    bad = [one for one in failed.criteria if one.verdict is Verdict.FAILED]
    return [one for one in bad if one.key not in passed]
