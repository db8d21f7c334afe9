import pytest

from app.stamps.balance import NO_CONTENT, NO_OUTPUT, OTHER_UNITS, Output, Packed, weigh

KILOS = Output(10.0, "KGM")
BOXES = Packed(1, 1.0, "XBX")
UNSAID = Packed(1, None, "")


def grams(stamps: int) -> Packed:
    return Packed(stamps, 500.0, "GRM")


@pytest.mark.parametrize(
    ("active", "asked", "exceeded", "unweighed"),
    [
        ([], grams(21), False, ""),
        ([], grams(22), True, ""),
        ([grams(10)], grams(12), True, ""),
        # One piece that can't be compared does not let any number of others through.
        ([BOXES], grams(21), False, OTHER_UNITS),
        ([BOXES, grams(10)], grams(12), True, ""),
        ([UNSAID], grams(21), False, NO_CONTENT),
        ([UNSAID], grams(22), True, ""),
        ([grams(21)], BOXES, False, OTHER_UNITS),
        ([grams(21)], UNSAID, False, NO_CONTENT),
    ],
)
def test_what_can_be_weighed_is_weighed_beside_what_can_not(
    active: list[Packed], asked: Packed, *, exceeded: bool, unweighed: str
) -> None:
    found = weigh(KILOS, active, asked, tolerance_percent=5.0)
    assert (found.exceeded, found.unweighed) == (exceeded, unweighed)
    if exceeded:
        assert found.fit == 21 - sum(one.stamps for one in active if one.unit == "GRM")


def test_a_lot_without_output_weighs_nothing() -> None:
    for output in (Output(None, "KGM"), Output(5.0, "")):
        assert weigh(output, [], grams(10**6), tolerance_percent=5.0).unweighed == NO_OUTPUT
