import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diary.values import (
    BadName,
    BadValue,
    TooManyValues,
    ValuesTooLong,
    clean_values,
)
from app.kit.commit import canonical
from app.kit.errors import Invalid
from app.kit.text import TextNotPlain, TextTooLong


def test_flat_values_are_kept_and_texts_cleaned() -> None:
    name = unicodedata.normalize("NFD", "thức ăn")
    values = {name: "  Cám số 2 ", "kg": 12, "pH": 7.5, "đạt": True, "ghi chú": "a\r\nb"}
    assert clean_values(values) == {
        "thức ăn": "Cám số 2",
        "kg": 12,
        "pH": 7.5,
        "đạt": True,
        "ghi chú": "a\nb",
    }


@pytest.mark.parametrize(
    "value", [None, [], {}, ["a"], b"a", float("nan"), float("inf"), 2**53, -(2**53), 1j]
)
def test_a_value_is_a_text_a_number_or_yes_or_no(value: object) -> None:
    with pytest.raises(BadValue) as refused:
        clean_values({"kg": value})
    assert (refused.value.name, refused.value.field) == ("kg", "values")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({str(number): 1 for number in range(41)}, TooManyValues),
        ({str(number): "ế" * 500 for number in range(6)}, ValuesTooLong),
        ({"a": "b" * 501}, TextTooLong),
        ({"a" * 61: 1}, TextTooLong),
        ({"a": "b\u202ec"}, TextNotPlain),
        ({"a\u200b": 1}, TextNotPlain),
        ({"  ": 1}, BadName),
        ({"é": 1, "e\u0301": 2}, BadName),
    ],
)
def test_bounds_hold(values: dict[str, object], error: type[Invalid]) -> None:
    with pytest.raises(error):
        clean_values(values)


def test_forty_values_fit() -> None:
    assert len(clean_values({str(number): "a" * 100 for number in range(40)})) == 40


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary()
)


@given(st.dictionaries(st.text(max_size=10), LEAVES | st.lists(LEAVES, max_size=2), max_size=5))
def test_what_is_kept_is_stable_and_can_be_committed_to(values: dict[str, object]) -> None:
    try:
        cleaned = clean_values(values)
    except Invalid:
        return
    assert clean_values(cleaned) == cleaned
    assert canonical(cleaned)
