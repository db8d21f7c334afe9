import hashlib
import hmac
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.stamps.codes import (
    ALPHABET,
    LINE_END,
    BatchKeys,
    Root,
    encode,
    encode_many,
    grouped,
    line,
    neighbours,
    number_of,
    parse,
    root_check,
    unline,
    verify,
)

ROOT = Root(3, bytes(range(32)))
SECRET = bytes(16)
KEYS = BatchKeys.of(ROOT, SECRET)
ROOTS = {epoch: Root(epoch, hashlib.sha256(bytes([epoch])).digest()) for epoch in range(31)}
ROOTS[3] = ROOT
KEYS_OF_EPOCH = {epoch: BatchKeys.of(root, SECRET) for epoch, root in ROOTS.items()}


def accepted(text: str) -> bool:
    """Read a code as the look-up does, every number being one of the same batch."""
    parsed = parse(text)
    if parsed is None:
        return False
    number = number_of(parsed, ROOTS[parsed.epoch])
    return KEYS_OF_EPOCH[parsed.epoch].verify(parsed, number)


PAIRS = [one + other for one in ALPHABET for other in ALPHABET]


def spelt(bits: int) -> str:
    return "".join([PAIRS[bits >> shift & 1023] for shift in range(90, -1, -10)])


def forgeries(count: int, issued: int) -> Iterator[str]:
    """Yield codes with a random tag that unmask to an issued number, knowing the mask's key."""
    noise = hashlib.shake_256(b"forgeries").digest(8 * count)
    for index in range(count):
        tag = int.from_bytes(noise[8 * index : 8 * index + 8], "big") >> 4
        message = b"ocop-mask-v1\0" + bytes([3]) + tag.to_bytes(8, "big")
        mask = int.from_bytes(hmac.digest(ROOT.mask_key, message, "sha256")[:5], "big") >> 5
        masked = (index % issued + 1) ^ mask
        yield spelt((3 << 35 | masked) << 60 | tag)


def refuse_forgeries(count: int) -> None:
    for text in forgeries(count, issued=60_000):
        parsed = parse(text)
        assert parsed is not None
        number = number_of(parsed, ROOT)
        assert 1 <= number <= 60_000
        assert not KEYS.verify(parsed, number)


@pytest.mark.parametrize(
    ("number", "code"),
    [(1, "3QJARMR24WVJ91K4F4DM"), (2, "37TVF5QVYCJ9VMG2X88Q"), (3000, "3RE1HKDP1XSZ9NZ5C80J")],
)
def test_codes_are_those_of_the_specification(number: int, code: str) -> None:
    assert encode(ROOT, SECRET, number) == code


def test_ten_thousand_genuine_codes_are_accepted() -> None:
    for number, code in enumerate(encode_many(ROOT, SECRET, first=1, count=10_000), start=1):
        parsed = parse(code)
        assert parsed is not None
        assert number_of(parsed, ROOT) == number
        assert KEYS.verify(parsed, number)


def test_every_flip_of_one_bit_is_refused() -> None:
    for code in encode_many(ROOT, SECRET, first=1, count=1000):
        bits = sum(ALPHABET.index(letter) << 5 * (19 - at) for at, letter in enumerate(code))
        assert spelt(bits) == code
        assert not any(accepted(spelt(bits ^ 1 << flip)) for flip in range(100))


def test_forged_tags_on_issued_numbers_are_refused() -> None:
    refuse_forgeries(20_000)


@pytest.mark.slow
def test_a_million_forged_tags_on_issued_numbers_are_refused() -> None:
    refuse_forgeries(1_000_000)


def test_a_tag_of_another_batch_epoch_or_root_is_refused() -> None:
    other_root = Root(3, bytes(range(1, 33)))
    for made_by in (
        encode(ROOT, b"another batch's.", 7),
        encode(Root(4, ROOT.key), SECRET, 7),
        encode(other_root, SECRET, 7),
    ):
        parsed = parse(made_by)
        assert parsed is not None
        assert not verify(parsed, ROOT, SECRET, 7)
    genuine = parse(encode(ROOT, SECRET, 7))
    assert genuine is not None
    assert verify(genuine, ROOT, SECRET, 7)
    assert not verify(genuine, ROOT, SECRET, 8)


def test_a_root_unmasks_only_codes_of_its_own_epoch() -> None:
    parsed = parse(encode(Root(4, ROOT.key), SECRET, 7))
    assert parsed is not None
    with pytest.raises(ValueError, match="another epoch"):
        number_of(parsed, ROOT)


def test_the_masked_value_shows_nothing_of_the_number() -> None:
    count = 20_000
    parsed = [parse(code) for code in encode_many(ROOT, SECRET, first=1, count=count)]
    masked = [one.masked for one in parsed if one is not None]
    ranks = {value: rank for rank, value in enumerate(sorted(masked))}
    middle = (count - 1) / 2
    shared = sum((at - middle) * (ranks[value] - middle) for at, value in enumerate(masked))
    correlation = shared / sum((at - middle) ** 2 for at in range(count))
    assert abs(correlation) < 4 / count**0.5


@pytest.mark.parametrize("fault", ["replaced", "swapped", "foreign"])
def test_one_typing_fault_has_one_genuine_neighbour(fault: str) -> None:
    code = encode(ROOT, SECRET, 3000)
    for at in range(19):
        if fault == "replaced":
            typed = code[:at] + ("7" if code[at] != "7" else "8") + code[at + 1 :]
        elif fault == "foreign":
            typed = code[:at] + "U" + code[at + 1 :]
        else:
            typed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        if typed != code:
            assert [near for near in neighbours(typed) if accepted(near)] == [code]


def test_neighbours_are_few_and_only_of_twenty_characters() -> None:
    assert len(list(neighbours(encode(ROOT, SECRET, 1)))) <= 20 * 31 + 19
    assert list(neighbours("3QJARMR24WVJ91K4F4D")) == []
    assert list(neighbours("UUJARMR24WVJ91K4F4DM")) == []


@pytest.mark.parametrize(
    "typed",
    [
        "3QJAR-MR24W-VJ91K-4F4DM",
        " 3qjar mr24w\tvj91k\n4f4dm ",
        "3QJARMR24WVJ9IK4F4DM",
        "3qjarmr24wvj9lk4f4dm",
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    parsed = parse(typed)
    assert parsed is not None
    assert parsed.code == "3QJARMR24WVJ91K4F4DM"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3QJARMR24WVJ91K4F4D",
        "3QJARMR24WVJ91K4F4DMM",
        "3QJARMR24WVJ91K4F4DU",
        "3QJARMR24WVJ91K4F4D_",
        "3QJARMR24WVJ9\u0131K4F4DM",  # A dotless i becomes I in upper case.
        "3QJARMR24WVJ91K4F4D\u0000",
        "Z" * 20,
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert parse(typed) is None


@given(st.text(alphabet=st.characters()) | st.text(alphabet=ALPHABET + "-ouilOUIL ", max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or parse(parsed.code) == parsed
    assert sum(1 for _ in neighbours(text)) <= 639


@given(number=st.integers(0, LINE_END - 1), epoch=st.integers(0, 30))
@example(number=0, epoch=0)
@example(number=LINE_END - 1, epoch=30)
def test_every_number_of_the_line_can_be_read_back(number: int, epoch: int) -> None:
    code = KEYS_OF_EPOCH[epoch].encode(number)
    parsed = parse(grouped(code).lower())
    assert parsed is not None
    assert (parsed.code, parsed.epoch) == (code, epoch)
    assert number_of(parsed, ROOTS[epoch]) == number
    assert verify(parsed, ROOTS[epoch], SECRET, number)
    assert unline(line(epoch, number)) == (epoch, number)


@pytest.mark.parametrize("number", [-1, LINE_END])
def test_numbers_off_the_line_have_no_code(number: int) -> None:
    with pytest.raises(ValueError, match="35 bits"):
        encode(ROOT, SECRET, number)
    with pytest.raises(ValueError, match="leaves the line"):
        encode_many(ROOT, SECRET, first=number, count=1)
    with pytest.raises(ValueError, match="no such place"):
        line(3, number)


def test_wrong_keys_are_refused_and_never_shown() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Root(3, bytes(31))
    with pytest.raises(ValueError, match="0 to 30"):
        Root(31, bytes(32))
    with pytest.raises(ValueError, match="16 bytes"):
        BatchKeys.of(ROOT, b"")
    assert "\\x" not in repr(ROOT) + repr(KEYS)


def test_the_root_check_tells_roots_apart() -> None:
    assert root_check(ROOT) == hmac.digest(ROOT.key, b"ocop-root-check", "sha256")
    assert root_check(ROOT) != root_check(Root(3, bytes(32)))


def test_codes_are_printed_in_groups_of_five() -> None:
    assert grouped("3QJARMR24WVJ91K4F4DM") == "3QJAR-MR24W-VJ91K-4F4DM"
