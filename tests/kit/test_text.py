import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.text import TextNotPlain, TextTooLong, clean_note, clean_text, fold, id_in


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Nước mắm Cái Đôi Vàm", "nuoc mam cai doi vam"),
        ("ĐẤT MŨI", "dat mui"),
        ("huỷ", "huy"),
        ("hủy", "huy"),
        ("Thuỷ sản  hoà\tbình", "thuy san hoa binh"),
        ("\uff24\uff2f\uff23", "doc"),
        ("10 m²", "10 m2"),
        ("", ""),
    ],
)
def test_folding_drops_case_marks_and_spelling_variants(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(unicodedata.normalize("NFD", written)) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "hidden",
    [
        "\u202e",  # right-to-left override
        "\u2066",  # isolate
        "\u200f",  # right-to-left mark
        "\u061c",  # Arabic letter mark
        "\u200b",  # zero-width space
        "\u200d",  # zero-width joiner
        "\u2060",  # word joiner
        "\ufeff",  # byte order mark
        "\u00ad",  # soft hyphen
        "\u3164",  # Hangul filler
        "\u2800",  # blank braille
        "\U000e0041",  # tag letter
        "\ud800",  # half a character
        "\ue000",  # private use
        "\uffff",  # no character
        "\ufdd0",  # no character
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
    ],
)
def test_text_with_what_can_not_be_seen_is_refused_with_its_place(hidden: str) -> None:
    for clean in (clean_text, clean_note):
        with pytest.raises(TextNotPlain) as refused:
            clean(f"cua{hidden} Cà Mau", field="name")
        assert refused.value.position == 4
        assert refused.value.character == f"U+{ord(hidden):04X}"
        assert refused.value.field == "name"


def test_markup_is_text_and_stays_as_it_is() -> None:
    assert clean_text("</script><b>&amp;") == "</script><b>&amp;"


def test_vietnamese_text_is_composed_and_its_blanks_are_single() -> None:
    decomposed = unicodedata.normalize("NFD", "  Tôm\u00a0khô   Rạch Gốc ")
    assert clean_text(decomposed) == "Tôm khô Rạch Gốc"


def test_a_line_break_is_refused_in_a_line_and_kept_in_a_note() -> None:
    with pytest.raises(TextNotPlain):
        clean_text("một\nhai")
    assert clean_note("\n một \r\n\r\n hai\t ba \r") == "một\n\nhai ba"


@pytest.mark.parametrize(("length", "fits"), [(5, True), (6, False), (51, False)])
def test_the_limit_counts_composed_characters(*, length: int, fits: bool) -> None:
    decomposed = unicodedata.normalize("NFD", "ế" * length)
    if fits:
        assert clean_text(decomposed, limit=5) == "ế" * length
        return
    with pytest.raises(TextTooLong) as refused:
        clean_text(decomposed, limit=5)
    assert refused.value.limit == 5


@given(st.text(max_size=300))
def test_cleaned_text_is_stable_and_never_holds_the_unseen(text: str) -> None:
    try:
        cleaned = clean_note(text)
    except TextNotPlain:
        return
    assert clean_note(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not {unicodedata.category(one) for one in cleaned.replace("\n", "")} & {"Cc", "Cf", "Cs"}


def test_an_id_is_read_from_plain_figures_alone() -> None:
    assert (id_in("7"), id_in("9" * 18)) == (7, int("9" * 18))
    assert {id_in(text) for text in ("", "²", "٣", "-1", "1.0", " 7", "9" * 19)} == {0}
