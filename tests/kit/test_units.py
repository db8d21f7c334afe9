from itertools import combinations

import pytest

from app.kit.text import fold
from app.kit.units import UNITS, UnknownUnit, find_unit, read_unit


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("KGM", "KGM"),
        ("kg", "KGM"),
        (" Kg ", "KGM"),
        ("ký", "KGM"),
        ("lít", "LTR"),
        ("LIT", "LTR"),
        ("tấn", "TNE"),
        ("hộp", "XBX"),
        ("Thùng", "XCT"),
        ("con", "C62"),
        ("piece", "C62"),
        ("m²", "MTK"),
        ("°C", "CEL"),
    ],
)
def test_codes_and_words_of_the_market_are_read(written: str, code: str) -> None:
    assert read_unit(written).code == code


@pytest.mark.parametrize("written", ["", "bushel", "kg kg", "\ud800", "k" * 10_000])
def test_an_unknown_unit_is_named(written: str) -> None:
    assert find_unit(written) is None
    with pytest.raises(UnknownUnit) as refused:
        read_unit(written)
    assert refused.value.field == "unit"


def test_no_word_means_two_units() -> None:
    read = {unit.code: {fold(word) for word in (unit.code, *unit.words)} for unit in UNITS}
    for one, other in combinations(read, 2):
        assert not read[one] & read[other]
