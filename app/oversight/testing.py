"""The verdict of a criterion by its limit and its result, and that of a test."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Invalid, Words
from app.kit.i18n import N_
from app.oversight.results import Result, Told, read_result


class LimitKind(StrEnum):
    """What a criterion demands of its result."""

    MAX = "max"
    MIN = "min"
    RANGE = "range"
    ABSENT = "absent"
    TEXT = "text"

    @property
    def label(self) -> str:
        return _KINDS[self]


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"

    @property
    def label(self) -> str:
        return _VERDICTS[self]


class LimitMissing(Invalid):
    """The limit lacks its figure or its words"""

    code: ClassVar[str] = "oversight.limit_missing"
    detail: ClassVar[str] = N_("“{kind}” needs it.")

    def __init__(self, *, kind: LimitKind, field: str) -> None:
        self.kind = kind
        self.field = field

    def explain(self, words: Words) -> str:
        return words.gettext(self.detail).format(kind=words.gettext(self.kind.label))


class LimitsCrossed(Invalid):
    """The lower limit is above the upper one"""

    code: ClassVar[str] = "oversight.limits_crossed"
    detail: ClassVar[str] = N_("Compare both with the report.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class VerdictFollows(Invalid):
    """The verdict follows from limit and result"""

    code: ClassVar[str] = "oversight.verdict_follows"
    detail: ClassVar[str] = N_(
        "It can be set only where the limit is words. Here it is: {verdict}. Correct the limit or "
        "the result, or leave the verdict empty."
    )

    def __init__(self, *, verdict: Verdict, field: str) -> None:
        self.verdict = verdict
        self.field = field

    def explain(self, words: Words) -> str:
        return words.gettext(self.detail).format(verdict=words.gettext(self.verdict.label))


class ResultMissing(Invalid):
    """There is no result that a verdict could be of"""

    code: ClassVar[str] = "oversight.result_missing"
    detail: ClassVar[str] = N_("Write what the laboratory found.")

    def __init__(self, *, field: str) -> None:
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A criterion as somebody wrote it down; `said` is the verdict they set, if any."""

    name: str
    method: str = ""
    limit_kind: LimitKind
    limit_low: Decimal | None = None
    limit_high: Decimal | None = None
    limit_text: str = ""
    unit: str = ""
    result: str = ""
    said: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion's verdict, and its result's figure where it is one."""

    verdict: Verdict
    number: Decimal | None = None


def judge(one: Written, *, at: str = "") -> Judged:
    """Judge a criterion. Raises Invalid for a limit or a result that says nothing.

    `at` is put behind the names of fields. A verdict is taken as said only where the limit is
    words; everywhere else it follows, and is open where the result doesn't decide it.
    """
    _check_limit(one, at)
    if not one.result:
        if one.said in {Verdict.PASSED, Verdict.FAILED}:
            raise ResultMissing(field=f"result{at}")
        return Judged(Verdict.OPEN)
    if one.limit_kind is LimitKind.TEXT:
        return Judged(one.said or Verdict.OPEN)
    result = read_result(one.result, unit=one.unit, field=f"result{at}")
    verdict = _together(_parts(one, result))
    if one.said not in {None, Verdict.OPEN, verdict}:
        raise VerdictFollows(verdict=verdict, field=f"said{at}")
    return Judged(verdict, result.number if result.told is Told.FIGURE else None)


def verdict_of(criteria: Iterable[Verdict]) -> Verdict:
    """Return a test's verdict: failed if anything failed, open while anything is."""
    return _together(criteria)


def _together(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    if Verdict.FAILED in found:
        return Verdict.FAILED
    return Verdict.PASSED if found == {Verdict.PASSED} else Verdict.OPEN


def _check_limit(one: Written, at: str) -> None:
    needed: dict[str, object] = {}
    if one.limit_kind in {LimitKind.MIN, LimitKind.RANGE}:
        needed["limit_low"] = one.limit_low
    if one.limit_kind in {LimitKind.MAX, LimitKind.RANGE}:
        needed["limit_high"] = one.limit_high
    if one.limit_kind is LimitKind.TEXT:
        needed["limit_text"] = one.limit_text or None
    for name, value in needed.items():
        if value is None:
            raise LimitMissing(kind=one.limit_kind, field=f"{name}{at}")
    low, high = one.limit_low, one.limit_high
    if one.limit_kind is LimitKind.RANGE and low is not None and high is not None and low > high:
        raise LimitsCrossed(field=f"limit_high{at}")


def _parts(one: Written, result: Result) -> Iterable[Verdict]:
    if one.limit_kind is LimitKind.ABSENT:
        yield _absent(result)
    if one.limit_kind in {LimitKind.MIN, LimitKind.RANGE} and one.limit_low is not None:
        yield _at_least(one.limit_low, result)
    if one.limit_kind in {LimitKind.MAX, LimitKind.RANGE} and one.limit_high is not None:
        yield _at_most(one.limit_high, result)


def _absent(result: Result) -> Verdict:
    # Less than a bound may still be there: of what must be absent only "not detected" is good.
    if result.told is Told.FIGURE:
        return Verdict.FAILED if result.number else Verdict.PASSED
    told = {Told.NOT_FOUND: Verdict.PASSED, Told.BELOW: Verdict.OPEN}
    return told.get(result.told, Verdict.FAILED)


def _at_most(limit: Decimal, result: Result) -> Verdict:
    number = result.number
    if result.told is Told.FIGURE and number is not None:
        return Verdict.PASSED if number <= limit else Verdict.FAILED
    if result.told is Told.NOT_FOUND and number is None:
        return Verdict.PASSED
    if number is None or result.told is Told.FOUND:
        return Verdict.OPEN
    if result.told is Told.ABOVE:
        over = number > limit or (number == limit and not result.reached)
        return Verdict.FAILED if over else Verdict.OPEN
    # What could not have been seen above the limit does not tell that it is kept.
    return Verdict.PASSED if number <= limit else Verdict.OPEN


def _at_least(limit: Decimal, result: Result) -> Verdict:
    number = result.number
    if result.told is Told.FIGURE and number is not None:
        return Verdict.PASSED if number >= limit else Verdict.FAILED
    if result.told is Told.NOT_FOUND:
        return Verdict.PASSED if limit <= 0 else Verdict.FAILED
    if number is None or result.told is Told.FOUND:
        return Verdict.OPEN
    if result.told is Told.ABOVE:
        return Verdict.PASSED if number >= limit else Verdict.OPEN
    under = number < limit or (number == limit and not result.reached)
    return Verdict.FAILED if under else Verdict.OPEN


_KINDS: Final[Mapping[LimitKind, str]] = {
    LimitKind.MAX: N_("At most"),
    LimitKind.MIN: N_("At least"),
    LimitKind.RANGE: N_("From ... to"),
    LimitKind.ABSENT: N_("Must not be detected"),
    LimitKind.TEXT: N_("In words"),
}
_VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.PASSED: N_("Passed"),
    Verdict.FAILED: N_("Not passed"),
    Verdict.OPEN: N_("Awaiting results"),
}
