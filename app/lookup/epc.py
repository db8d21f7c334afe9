"""EPC binary strings in compressed GS1 Digital Link addresses: `/eh` hexadecimal, `/ex` base 64.

EPCB 1.0.0 section 4.2; the layouts are those of the EPC Tag Data Standard 2.3. Read are the
schemes whose keys are resolved here: SGTIN and SGLN, of fixed length, `+` and `++`. What follows
the serial number of a `+` scheme (a host's name, further data of the tag) changes no answer,
since a serial number outranks a lot, and is left aside.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from biip.checksums import gs1_standard_check_digit

_FORM: Final = re.compile(r"eh(?P<hex>[0-9a-f]+)|ex(?P<base>[A-Za-z0-9_-]+)")
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_CODE40: Final = "\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"
# Of no EPC that is read here comes more: what is longer is not read at all.
_MOST_CHARS: Final = 400

# By the partition value: the bits of the company prefix, which has 12 digits, 11, 10 and so on.
_COMPANY_BITS: Final = (40, 37, 34, 30, 27, 24, 20)
_LONGEST_COMPANY: Final = 12
_ITEM_BITS: Final = (4, 7, 10, 14, 17, 20, 24)
_LOCATION_BITS: Final = (1, 4, 7, 11, 14, 17, 21)
_GTIN_DIGITS: Final = 13
_GLN_DIGITS: Final = 12
_TEXT_CHARS: Final = 20
_DATES: Final = ("11", "13", "15", "16", "17", "7006", "7007")
_SPAN_OF_DAYS: Final = "7007"
_CODE40_CHARS: Final = 3


class NotDecodable(ValueError):
    """The string is no EPC that is read here."""


@dataclass(frozen=True)
class Epc:
    """The elements of an EPC: the key's AI and value, its qualifier, and the attributes."""

    key: str
    value: str
    qualifier: str
    serial: str
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """Return the path of the uncompressed address."""
        path = f"/{self.key}/{self.value}"
        return f"{path}/{self.qualifier}/{quote(self.serial, safe='')}" if self.serial else path

    @property
    def query(self) -> str:
        return "&".join(f"{name}={value}" for name, value in self.attributes)


def is_compressed(segment: str) -> bool:
    """Tell whether the only segment of a path has the form of a compressed EPC."""
    return _FORM.fullmatch(segment) is not None


def decompress(segment: str) -> Epc:
    """Return what an EPC binary string says, or raise NotDecodable."""
    found = _FORM.fullmatch(segment)
    if found is None or len(segment) > _MOST_CHARS:
        raise NotDecodable(segment[:20])
    bits = _Bits.of(found)
    header = bits.take(8)
    if header not in _SCHEMES:
        message = f"header {header:02x}"
        raise NotDecodable(message)
    return _SCHEMES[header](bits)


class _Bits:
    """A run of bits, taken from the front."""

    def __init__(self, bits: str) -> None:
        self._bits, self._at = bits, 0

    @classmethod
    def of(cls, found: re.Match[str]) -> "_Bits":
        if found["hex"]:
            return cls("".join(f"{int(char, 16):04b}" for char in found["hex"]))
        return cls("".join(f"{_BASE64.index(char):06b}" for char in found["base"]))

    def take(self, count: int) -> int:
        taken = self._bits[self._at : self._at + count]
        self._at += count
        if len(taken) < count:
            raise NotDecodable("cut short")
        return int(taken, 2) if taken else 0

    def digits(self, count: int) -> str:
        """Take so many decimal digits of four bits each."""
        found = [self.take(4) for _ in range(count)]
        if max(found) > 9:  # noqa: PLR2004 - the last digit
            raise NotDecodable("a letter among digits")
        return "".join(map(str, found))

    def end(self) -> None:
        """Refuse what comes after the end but for the zeros that fill a word."""
        if "1" in self._bits[self._at :]:
            raise NotDecodable("more than the scheme holds")


def _prefixed(bits: _Bits, reference_bits: tuple[int, ...], digits: int) -> tuple[str, str]:
    """Take filter, partition, company prefix and reference; return the two latter as digits."""
    bits.take(3)
    partition = bits.take(3)
    if partition >= len(_COMPANY_BITS):
        raise NotDecodable("partition 7")
    length = _LONGEST_COMPANY - partition
    company = str(bits.take(_COMPANY_BITS[partition])).zfill(length)
    rest = digits - length
    reference = str(bits.take(reference_bits[partition])).zfill(rest) if rest else ""
    if not rest:
        bits.take(reference_bits[partition])
    if len(company) > length or len(reference) > rest:
        raise NotDecodable("more digits than there is room for")
    return company, reference


def _gtin(bits: _Bits) -> str:
    company, item = _prefixed(bits, _ITEM_BITS, _GTIN_DIGITS)
    body = item[0] + company + item[1:]
    return f"{body}{gs1_standard_check_digit(body)}"


def _gln(bits: _Bits) -> str:
    body = "".join(_prefixed(bits, _LOCATION_BITS, _GLN_DIGITS))
    return f"{body}{gs1_standard_check_digit(body)}"


def _text(bits: _Bits) -> str:
    """Take 20 characters of seven bits; zeros stand behind the last one."""
    text = "".join(chr(bits.take(7)) for _ in range(_TEXT_CHARS)).rstrip("\0")
    bits.end()
    return _printable(text)


def _printable(text: str) -> str:
    if not text or not all("!" <= char <= "z" for char in text):
        raise NotDecodable("no serial number")
    return text


def _number(bits: _Bits, count: int) -> str:
    number = str(bits.take(count))
    bits.end()
    return number


def _variable(bits: _Bits) -> str:
    """Take a text that says itself how it is written and how long it is (TDS 14.5.6)."""
    form, length = bits.take(3), bits.take(5)
    if form == 0:
        width = (10**length - 1).bit_length()
        text = str(bits.take(width)).zfill(length)
        if len(text) > length:
            raise NotDecodable("more digits than it says")
    elif form in _LETTERS:
        width, letters = _LETTERS[form]
        text = "".join(letters[bits.take(width)] for _ in range(length))
    elif form == 5:  # noqa: PLR2004 - three characters in 16 bits
        text = "".join(_three(bits.take(16)) for _ in range(-(-length // _CODE40_CHARS)))[:length]
    else:
        raise NotDecodable("a reserved form of text")
    return _printable(text)


def _three(word: int) -> str:
    first, rest = divmod(word - 1, 1600)
    if not 0 <= first < len(_CODE40):
        raise NotDecodable("no characters")
    return _CODE40[first] + _CODE40[rest // 40] + _CODE40[rest % 40]


_LETTERS: Final = {
    1: (4, "0123456789ABCDEF"),
    2: (4, "0123456789abcdef"),
    3: (6, _BASE64),
    4: (7, "".join(map(chr, range(128)))),
}


def _day(bits: _Bits) -> str:
    year, month, day = bits.take(7), bits.take(4), bits.take(5)
    if year > 99 or not 1 <= month <= 12 or day > 31:  # noqa: PLR2004 - YYMMDD; 00 is a month's end
        raise NotDecodable("no day")
    return f"{year:02}{month:02}{day:02}"


def _sgtin_96(bits: _Bits) -> Epc:
    return Epc("01", _gtin(bits), "21", _number(bits, 38))


def _sgtin_198(bits: _Bits) -> Epc:
    return Epc("01", _gtin(bits), "21", _text(bits))


def _sgtin_plus(bits: _Bits) -> Epc:
    bits.take(4)
    return Epc("01", bits.digits(14), "21", _variable(bits))


def _dsgtin_plus(bits: _Bits) -> Epc:
    bits.take(4)
    kind = bits.take(4)
    if kind >= len(_DATES):
        raise NotDecodable("a reserved kind of date")
    name, day = _DATES[kind], _day(bits)
    value = day * 2 if name == _SPAN_OF_DAYS else day
    return Epc("01", bits.digits(14), "21", _variable(bits), ((name, value),))


def _sgln_96(bits: _Bits) -> Epc:
    return _place(_gln(bits), _number(bits, 41))


def _sgln_195(bits: _Bits) -> Epc:
    return _place(_gln(bits), _text(bits))


def _sgln_plus(bits: _Bits) -> Epc:
    bits.take(4)
    return _place(bits.digits(13), _variable(bits))


def _place(gln: str, extension: str) -> Epc:
    """Return a place; the extension 0 stands for none."""
    return Epc("414", gln, "254", "" if extension == "0" else extension)


_SCHEMES: Final = {
    0x30: _sgtin_96,
    0x36: _sgtin_198,
    0xF7: _sgtin_plus,
    0xFD: _sgtin_plus,
    0xFB: _dsgtin_plus,
    0xFC: _dsgtin_plus,
    0x32: _sgln_96,
    0x39: _sgln_195,
    0xF2: _sgln_plus,
    0xE9: _sgln_plus,
}
