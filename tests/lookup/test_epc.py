"""EPC binary strings, held to the worked examples of EPCB 1.0.0 and of TDS 2.3 annex E.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lookup.epc import Epc, NotDecodable, decompress, is_compressed

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
WORKED = {
    "30164596f40c0e5cbe991a83": "/01/09528765123457/21/123456789123",
    "3066c4409047e140075bcd15": "/01/09506000134352/21/123456789",
    "3666c4409047e159b2c2bf100000000000000000000000000000": "/01/09506000134352/21/32a%2Fb",
    "f73795211411234538566cb0afc4": "/01/79521141123453/21/32a%2Fb",
    "fb342cde795211411234538566cb0afc4": "/01/79521141123453/21/32a%2Fb?17=220630",
    "fd3795211411234538566cb0afc525065f1876f0d996d800": "/01/79521141123453/21/32a%2Fb",
    "fc342cde795211411234538566cb0afc525065f1876f0d996d80": (
        "/01/79521141123453/21/32a%2Fb?17=220630"
    ),
    "3276451fd46072000000162e": "/414/9521141123454/254/5678",
    "3976451fd46072cd9615f8800000000000000000000000000000": "/414/9521141123454/254/32a%2Fb",
    "f2395211411234548566cb0afc4": "/414/9521141123454/254/32a%2Fb",
    "e9395211411234548566cb0afc525065f1876f0d996d8000": "/414/9521141123454/254/32a%2Fb",
    "3276451fd460720000000000": "/414/9521141123454",
}


def told(epc: Epc) -> str:
    return epc.path + (f"?{epc.query}" if epc.query else "")


def as_base64(hexadecimal: str) -> str:
    bits = "".join(f"{int(char, 16):04b}" for char in hexadecimal)
    bits += "0" * (-len(bits) % 6)
    return "ex" + "".join(LETTERS[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


@pytest.mark.parametrize(("hexadecimal", "meant"), WORKED.items())
def test_the_worked_examples_read_as_the_standards_say(hexadecimal: str, meant: str) -> None:
    assert told(decompress("eh" + hexadecimal)) == meant
    assert told(decompress(as_base64(hexadecimal))) == meant


def test_the_worked_example_in_base_64_is_the_one_in_hexadecimal() -> None:
    assert as_base64("30164596f40c0e5cbe991a83") == "exMBZFlvQMDly-mRqD"


def bits_of(*parts: tuple[int, int]) -> str:
    return "".join(f"{value:0{width}b}" for value, width in parts)


def plus(*serial: tuple[int, int]) -> str:
    bits = bits_of((0xF7, 8), (3, 4), *((int(one), 4) for one in "09506000134352"), *serial)
    bits += "0" * (-len(bits) % 16)
    return "eh" + f"{int(bits, 2):0{len(bits) // 4}x}"


@pytest.mark.parametrize(
    ("serial", "meant"),
    [
        (((0, 3), (5, 5), (123, 17)), "00123"),
        (((1, 3), (3, 5), (0xA1F, 12)), "A1F"),
        (((2, 3), (3, 5), (0xA1F, 12)), "a1f"),
        (((3, 3), (2, 5), (26, 6), (63, 6)), "a_"),
        (((4, 3), (2, 5), (ord("B"), 7), (ord("/"), 7)), "B/"),
        (((5, 3), (4, 5), (1600 * 1 + 40 * 2 + 3 + 1, 16), (1600 * 31 + 1, 16)), "ABC1"),
    ],
)
def test_each_form_of_text_is_read(serial: tuple[tuple[int, int], ...], meant: str) -> None:
    assert decompress(plus(*serial)).serial == meant


@pytest.mark.parametrize(
    "segment",
    [
        *("eh", "ex", "eh3", "eh3016", "EH30164596f40c0e5cbe991a83", "ehZZ", "ex+/", "01", ""),
        *("eh00" + "0" * 22, "ehe2" + "0" * 22, "ehfe" + "0" * 22, "ex" + "A" * 16),
        # A scheme that is not resolved here, and data after the end of one that is.
        *("eh311ba1b300ce0a6a83000000", "eh30164596f40c0e5cbe991a830001"),
        *("eh307c0000000000000000000f", plus((6, 3), (2, 5), (0, 12)), plus((0, 3), (0, 5))),
        # A letter in the GTIN, a kind of date and a day that are none, a code with no characters.
        *("ehf7309506000134a5" + "2" * 8, "ehfb372cde" + "7" * 24, "ehfb34fcfe" + "7" * 24),
        *(plus((5, 3), (3, 5), (0, 16)), plus((4, 3), (1, 5), (0, 7)), "eh3" + "0" * 500),
    ],
)
def test_what_does_not_decode_is_refused(segment: str) -> None:
    with pytest.raises(NotDecodable):
        decompress(segment)


@given(st.text(alphabet=LETTERS, max_size=60))
def test_any_string_of_the_form_decodes_or_is_refused(text: str) -> None:
    for segment in ("ex" + text, "eh" + text.lower()):
        try:
            found = decompress(segment)
        except NotDecodable:
            continue
        assert is_compressed(segment)
        assert found.path.startswith(f"/{found.key}/")
