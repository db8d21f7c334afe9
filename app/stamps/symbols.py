"""QR symbols of many codes by XOR of a template that the qrcode library itself makes.

With version, level, mask and length fixed, every module of a symbol is an affine function over
GF(2) of the text's bits: packing, Reed-Solomon and masking are all XOR-linear. So the library
makes one base symbol and one for each changing bit, and all others are XORs of those differences.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from app.stamps.codes import ALPHABET, LENGTH
from app.stamps.qr import (
    ALPHANUMERIC,
    Chunk,
    Level,
    Shape,
    UnprintableUrlError,
    filled,
    packed_modules,
    shape_of,
)

_BASE: Final = len(ALPHANUMERIC)
_PAIR_BITS: Final = 11
_SINGLE_BITS: Final = 6
_VALUES: Final = {letter: ALPHANUMERIC.index(letter) for letter in ALPHABET}
_PAIRS: Final = {
    high + low: _BASE * _VALUES[high] + _VALUES[low] for high in ALPHABET for low in ALPHABET
}


class SymbolMismatchError(ValueError):
    """A symbol differs from the one the qrcode library makes of the same text."""


class Segment(NamedTuple):
    """The difference that each spelling of one or two adjacent characters of a code makes."""

    place: slice
    differences: dict[str, int]


class Template:
    """Makes the symbol of any code: about 3 us each, where the library needs 1,100."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.size = shape.size
        self.stride = shape.stride
        basis = _Basis(shape)
        self._base = basis.symbol
        self._holes = tuple(
            tuple(basis.segments(index)) for index, chunk in enumerate(shape.chunks) if chunk.hole
        )

    def bits(self, *codes: str) -> int:
        """Return the packed rows as one number, most significant bit at the upper left."""
        packed = self._base
        for code, segments in zip(codes, self._holes, strict=True):
            if len(code) != LENGTH:
                raise ValueError("a code has 20 characters")
            for place, differences in segments:
                packed ^= differences[code[place]]
        return packed

    def symbol(self, *codes: str) -> bytes:
        """Return the rows from top to bottom, each padded to whole bytes, with 1 for dark."""
        return self.bits(*codes).to_bytes(self.stride * self.size, "big")

    def rows(self, *codes: str) -> list[list[bool]]:
        """Return the modules row by row, with True for dark."""
        symbol, width = self.symbol(*codes), self.stride
        starts = range(0, len(symbol), width)
        packed = (int.from_bytes(symbol[start : start + width], "big") for start in starts)
        return [
            [bool(row >> (width * 8 - 1 - column) & 1) for column in range(self.size)]
            for row in packed
        ]

    def text(self, *codes: str) -> str:
        """Return what a reader of the symbol sees."""
        return "".join(filled(self.shape.chunks, codes))

    @classmethod
    def for_url(cls, prefix: str, level: Level) -> "Template":
        """Return the template of prefix + code, in alphanumeric mode and the least version."""
        return template_of(url_shape(prefix, level))

    @classmethod
    def for_span(cls, base_url: str) -> "Template":
        """Return the template of the address that opens activation of a first to a last code."""
        first = Chunk(f"{base_url.rstrip('/')}/app/activate?first=", hole=False)
        last = Chunk("&last=", hole=False)
        hole = Chunk("", hole=True)
        return template_of(shape_of((first, hole, last, hole), "M"))


@lru_cache(maxsize=16)
def template_of(shape: Shape) -> Template:
    """Return the template, kept because the library needs 0.2 s for its hundred-odd symbols."""
    return Template(shape)


def url_shape(prefix: str, level: Level) -> Shape:
    """Return the shape of the symbols of prefix + code, quicker than the whole template."""
    if not set(prefix) <= set(ALPHANUMERIC):
        raise UnprintableUrlError(prefix)
    return shape_of((Chunk(prefix, hole=True),), level)


def short_prefix(base_url: str) -> str:
    """Return what stands before the code in the short form, all upper case."""
    return f"{base_url.rstrip('/')}/T/".upper()


def gs1_prefix(base_url: str, gtin14: str) -> str:
    """Return what stands before the code in the GS1 form, where the code is the serial, AI (21)."""
    return f"{base_url.rstrip('/')}/01/{gtin14}/21/".upper()


def check_symbols(template: Template, samples: Iterable[Sequence[str]]) -> None:
    """Raise SymbolMismatchError unless each sample's symbol is bit for bit the library's own.

    A sample is the codes of one symbol: one for a stamp, first and last for a sheet.
    """
    for codes in samples:
        texts = filled(template.shape.chunks, codes)
        if template.bits(*codes) != packed_modules(template.shape, texts):
            raise SymbolMismatchError("".join(texts))


@dataclass(frozen=True)
class _Spot:
    """Where in the texts one packed value of a hole stands."""

    chunk: int
    start: int
    bits: int

    def spelt(self, value: int) -> str:
        high, low = divmod(value, _BASE)
        return (ALPHANUMERIC[high] if self.bits == _PAIR_BITS else "") + ALPHANUMERIC[low]


class _Basis:
    """The library's symbol with zeros in every hole, and what each bit of a hole changes in it.

    Alphanumeric mode packs two characters into 11 bits. After a text of odd length the first
    character of a code shares its bits with the text's last one, which is why that one is zero
    here too, and the code's last character stands alone in 6 bits. From zero, 2**k can be spelt
    for every bit k, so all symbols needed are of ordinary texts.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.texts = [
            chunk.text[: len(chunk.text) // 2 * 2] + "0" * (LENGTH + len(chunk.text) % 2)
            if chunk.hole
            else chunk.text
            for chunk in shape.chunks
        ]
        self.symbol = packed_modules(shape, self.texts)

    def segments(self, chunk: int) -> Iterator[Segment]:
        before = self.shape.chunks[chunk].text
        if len(before) % 2 == 0:
            for at in range(0, LENGTH, 2):
                effects = self.effects(_Spot(chunk, len(before) + at, _PAIR_BITS))
                yield _segment(slice(at, at + 2), _PAIRS, effects)
            return
        high = _BASE * ALPHANUMERIC.index(before[-1])
        shared = {letter: high + value for letter, value in _VALUES.items()}
        effects = self.effects(_Spot(chunk, len(before) - 1, _PAIR_BITS))
        yield _segment(slice(0, 1), shared, effects)
        for at in range(1, LENGTH - 1, 2):
            effects = self.effects(_Spot(chunk, len(before) + at, _PAIR_BITS))
            yield _segment(slice(at, at + 2), _PAIRS, effects)
        effects = self.effects(_Spot(chunk, len(before) + LENGTH - 1, _SINGLE_BITS))
        yield _segment(slice(LENGTH - 1, LENGTH), _VALUES, effects)

    def effects(self, spot: _Spot) -> list[int]:
        """Return the difference each bit of the value at a spot makes, lowest bit first."""
        differences = []
        for bit in range(spot.bits):
            spelt = spot.spelt(1 << bit)
            texts = list(self.texts)
            text = texts[spot.chunk]
            texts[spot.chunk] = text[: spot.start] + spelt + text[spot.start + len(spelt) :]
            differences.append(self.symbol ^ packed_modules(self.shape, texts))
        return differences


def _segment(place: slice, values: dict[str, int], effects: list[int]) -> Segment:
    differences = {}
    for letters, value in values.items():
        packed = 0
        for bit, effect in enumerate(effects):
            if value >> bit & 1:
                packed ^= effect
        differences[letters] = packed
    return Segment(place, differences)
