"""What a laboratory's result says against its limit."""

from decimal import Decimal
from typing import Any

import pytest

from app.kit.errors import Invalid
from app.oversight.results import (
    FigureTooFine,
    FigureTwofold,
    NotAFigure,
    ResultUnclear,
    Told,
    UnitDiffers,
    read_figure,
    read_result,
)
from app.oversight.testing import (
    LimitKind,
    LimitMissing,
    LimitsCrossed,
    ResultMissing,
    Verdict,
    VerdictFollows,
    Written,
    judge,
    verdict_of,
)

FIGURES = {
    "0,05": "0.05",
    "0.05": "0.05",
    "0,1250": "0.125",
    "1,250": "1.25",
    "1.234,5": "1234.5",
    "1,234.5": "1234.5",
    "1.234.567": "1234567",
    "2,3 x 10^3": "2300",
    "2,3 × 10³": "2300",  # noqa: RUF001 - as reports print it
    "2,3.10³": "2300",
    "2.10^3": "2000",
    "10³": "1000",
    "１２,５": "12.5",  # noqa: RUF001 - as some keyboards write it
    "4.1E-2": "0.041",
    " -18 ": "-18",
}
NO_FIGURES = {
    "1.250": FigureTwofold,
    "12.000": FigureTwofold,
    "1.2.3": NotAFigure,
    "1,2,3": NotAFigure,
    "mười": NotAFigure,
    "": NotAFigure,
    "0,000000001": FigureTooFine,
    "9" * 13: FigureTooFine,
    "1E99": FigureTooFine,
    "10^": NotAFigure,
    "1.250.10^3": FigureTwofold,
    "∞": NotAFigure,
}


def test_figures_are_read_as_they_are_written_here() -> None:
    assert {text: read_figure(text) for text in FIGURES} == {
        text: Decimal(value) for text, value in FIGURES.items()
    }
    for text, error in NO_FIGURES.items():
        with pytest.raises(error) as caught:
            read_figure(text, field="limit_low_1")
        assert caught.value.field == "limit_low_1"


def test_results_are_read_with_bounds_units_and_what_was_not_detected() -> None:
    def told(text: str) -> tuple[Told, Decimal | None]:
        found = read_result(text, unit="µg/kg")
        return found.told, found.number

    assert told("<0,01") == told("< 0,01 μg/kg") == (Told.BELOW, Decimal("0.01"))
    assert told("≥ 3") == (Told.ABOVE, Decimal(3))
    assert told("0,05 ± 0,01 ug/kg") == (Told.FIGURE, Decimal("0.05"))
    for text in ("KPH", "kph.", "Không phát hiện", "ND", "not detected", "Âm tính", "<LOD"):
        assert told(text) == (Told.NOT_FOUND, None), text
    assert told("KPH (LOD = 0,3)") == (Told.NOT_FOUND, Decimal("0.3"))
    for text in ("KPH/25g", "Không phát hiện trong 25 g", "KPH µg/kg", "âm tính /25 ml (LOD 2)"):
        assert told(text)[0] is Told.NOT_FOUND, text
    # What was looked through is no limit of detection.
    assert told("KPH/25g")[1] is None
    # What stands behind may take it back: there is no result, or it was found elsewhere.
    for text in ("không có kết quả", "âm tính giả", "not detected in 1 of 5", "KPH nhưng nghi ngờ"):
        with pytest.raises(ResultUnclear):
            told(text)
    assert told("<10^3") == (Told.BELOW, Decimal(1000))
    assert read_result("5 CFU/cm^2", unit="CFU/cm²").number == Decimal(5)
    assert told("< LOQ") == (Told.BELOW, None)
    assert told("Dương tính") == told("có") == (Told.FOUND, None)
    for text, error in {"5 mg/kg": UnitDiffers, "tốt": ResultUnclear, "<": ResultUnclear}.items():
        with pytest.raises(error):
            read_result(text, unit="µg/kg")


PASSED, FAILED, OPEN = Verdict.PASSED, Verdict.FAILED, Verdict.OPEN
# Limit kind, low, high, then results with what they say.
JUDGED: list[tuple[LimitKind, int | None, int | None, dict[str, Verdict]]] = [
    (
        LimitKind.MAX, None, 10,
        {"10": PASSED, "10,01": FAILED, "<10": PASSED, "<20": OPEN, ">10": FAILED, "≥10": OPEN,
         ">9": OPEN, "KPH": PASSED, "KPH (LOD 20)": OPEN, "<LOQ": OPEN, "có": OPEN, "": OPEN},
    ),
    (
        LimitKind.MIN, 10, None,
        {"10": PASSED, "9,99": FAILED, "<10": FAILED, "≤10": OPEN, "<20": OPEN, ">10": PASSED,
         ">9": OPEN, "KPH": FAILED, "có": OPEN},
    ),
    (
        LimitKind.RANGE, 5, 7,
        {"5": PASSED, "7": PASSED, "4,9": FAILED, "7,1": FAILED, "<5": FAILED, ">7": FAILED,
         "<6": OPEN, "KPH": FAILED},
    ),
    (
        LimitKind.ABSENT, None, None,
        {"KPH": PASSED, "KPH (LOD = 0,3)": PASSED, "0": PASSED, "0,1": FAILED, "có": FAILED,
         ">1": FAILED, "<0,01": OPEN},
    ),
]  # fmt: skip


def test_the_verdict_follows_from_limit_and_result() -> None:
    for kind, low, high, results in JUDGED:
        limit: dict[str, Any] = {
            "limit_low": None if low is None else Decimal(low),
            "limit_high": None if high is None else Decimal(high),
        }
        found = {
            text: judge(Written(name="X", limit_kind=kind, result=text, **limit)).verdict
            for text in results
        }
        assert found == results, kind


def test_an_officer_judges_words_alone() -> None:
    words = Written(name="Màu", limit_kind=LimitKind.TEXT, limit_text="đỏ cam", result="đỏ cam")
    assert judge(words).verdict is OPEN
    facts = {"name": "Màu", "limit_kind": LimitKind.TEXT, "limit_text": "đỏ cam"}
    assert judge(Written(**facts, result="xám", said=FAILED)).verdict is FAILED  # type: ignore[arg-type]
    figure = {"name": "Ẩm", "limit_kind": LimitKind.MAX, "limit_high": Decimal(12)}
    assert judge(Written(**figure, result="13", said=FAILED)).verdict is FAILED  # type: ignore[arg-type]
    wrong: list[tuple[type[Invalid], str, Written]] = [
        (VerdictFollows, "said_2", Written(**figure, result="13", said=PASSED)),  # type: ignore[arg-type]
        (ResultMissing, "result_2", Written(**figure, said=PASSED)),  # type: ignore[arg-type]
        (LimitMissing, "limit_high_2", Written(name="Ẩm", limit_kind=LimitKind.MAX)),
        (LimitMissing, "limit_text_2", Written(name="Màu", limit_kind=LimitKind.TEXT)),
        (
            LimitsCrossed,
            "limit_high_2",
            Written(
                name="pH",
                limit_kind=LimitKind.RANGE,
                limit_low=Decimal(7),
                limit_high=Decimal(5),
            ),
        ),
    ]
    for error, field, one in wrong:
        with pytest.raises(error) as caught:
            judge(one, at="_2")
        assert caught.value.field == field


def test_a_test_fails_with_one_criterion_and_waits_for_all() -> None:
    assert verdict_of([PASSED, FAILED, OPEN]) is FAILED
    assert verdict_of([PASSED, OPEN]) is OPEN
    assert verdict_of([PASSED, PASSED]) is PASSED
    assert verdict_of([]) is OPEN
