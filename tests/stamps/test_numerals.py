import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stamps.numerals import english, spelled, vietnamese

VIETNAMESE = {
    0: "không",
    5: "năm",
    10: "mười",
    15: "mười lăm",
    21: "hai mươi mốt",
    24: "hai mươi bốn",
    55: "năm mươi lăm",
    101: "một trăm linh một",
    115: "một trăm mười lăm",
    1005: "một nghìn không trăm linh năm",
    3000: "ba nghìn",
    60_000: "sáu mươi nghìn",
    60_105: "sáu mươi nghìn một trăm linh năm",
    1_000_021: "một triệu không trăm hai mươi mốt",
    1_200_000_000: "một tỷ hai trăm triệu",
    5_000_000_000_000: "năm nghìn tỷ",
}


@pytest.mark.parametrize("number", VIETNAMESE)
def test_a_number_is_said_as_it_is_said_in_vietnamese(number: int) -> None:
    assert vietnamese(number) == VIETNAMESE[number]


def test_a_number_is_said_in_english_and_nothing_below_zero_is_said() -> None:
    assert english(60_105) == "sixty thousand one hundred five"
    assert english(1_000_021) == "one million twenty-one"
    assert spelled(12, "en") == "twelve"
    with pytest.raises(ValueError, match="counted"):
        spelled(-1, "vi")


@given(st.sets(st.integers(0, 2**40), min_size=2, max_size=2))
def test_two_numbers_are_never_said_alike(numbers: set[int]) -> None:
    assert len({vietnamese(one) for one in numbers}) == len({english(one) for one in numbers}) == 2
