"""Roboto for print: widths, cutting to fit, and the part of the font that a file embeds."""

import zlib
from collections.abc import Iterable
from functools import cache
from typing import Final

import font_roboto
from reportlab.pdfbase.ttfonts import TTFontFace, makeToUnicodeCMap

from app.stamps.pdf import PdfWriter

POINTS_PER_MM: Final = 72 / 25.4
_ELLIPSIS: Final = "…"
_FIRST_PRINTED: Final = 32
_ASCII: Final = range(_FIRST_PRINTED, 127)
_MOST: Final = 256
_SYMBOLIC: Final = 4
_NONSYMBOLIC: Final = 32


class Face:
    """One cut of Roboto, which has every Vietnamese letter."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        self.ttf = TTFontFace(path)

    def width(self, text: str, points: float) -> float:
        """Return the width of the text in mm."""
        thousandths = sum(self.advance(ord(letter)) for letter in text)
        return thousandths * points / 1000 / POINTS_PER_MM

    def advance(self, point: int) -> float:
        """Return the width of a letter in thousandths of the size."""
        return float(self.ttf.charWidths.get(point, self.ttf.defaultWidth))

    def cut(self, text: str, points: float, width: float) -> str:
        """Return the text, ended by an ellipsis where it is wider than so many mm."""
        if self.width(text, points) <= width:
            return text
        while text and self.width(text + _ELLIPSIS, points) > width:
            text = text[:-1]
        return text.rstrip() + _ELLIPSIS

    def wrapped(self, text: str, points: float, width: float, most: int) -> list[str]:
        """Return the text in at most so many lines, broken between words, the last one cut."""
        lines: list[str] = []
        words = text.split()
        while words and len(lines) < most - 1:
            count = 1
            while count < len(words) and self._fits(words[: count + 1], points, width):
                count += 1
            lines.append(self.cut(" ".join(words[:count]), points, width))
            words = words[count:]
        return [*lines, self.cut(" ".join(words), points, width)] if words else lines

    def _fits(self, words: list[str], points: float, width: float) -> bool:
        return self.width(" ".join(words), points) <= width

    def shrunk(self, text: str, points: float, width: float) -> float:
        """Return the size, made smaller where the text must not be cut and is too wide."""
        return points * min(1.0, width / max(self.width(text, points), 0.01))


@cache
def regular() -> Face:
    return Face("Roboto-Regular", font_roboto.Roboto)


@cache
def bold() -> Face:
    return Face("Roboto-Bold", font_roboto.RobotoBold)


class EmbeddedFont:
    """The letters of some texts as a PDF font; ASCII keeps its codes, others follow."""

    def __init__(self, face: Face, texts: Iterable[str]) -> None:
        self.face = face
        known = face.ttf.charToGlyph
        extra = {ord(letter) for text in texts for letter in text} - set(_ASCII)
        drawn = sorted(point for point in extra if point in known)[: _MOST - _ASCII.stop]
        self._points = [0] * _FIRST_PRINTED + list(_ASCII) + drawn
        self._codes = {point: code for code, point in enumerate(self._points) if point}

    def encode(self, text: str) -> str:
        """Return the text as a PDF string; a letter the font lacks becomes a question mark."""
        codes = [self._codes.get(ord(letter), ord("?")) for letter in text]
        return f"<{bytes(codes).hex()}>"

    def write(self, pdf: PdfWriter) -> int:
        """Write the font's objects and return the number of the font dictionary."""
        ttf = self.face.ttf
        name = f"AAAAAA+{self.face.name}"
        subset = ttf.makeSubset(self._points)
        program = pdf.stream(zlib.compress(subset), f"/Filter/FlateDecode/Length1 {len(subset)}")
        unicode_map = makeToUnicodeCMap(name, self._points).encode()
        to_unicode = pdf.stream(zlib.compress(unicode_map), "/Filter/FlateDecode")
        box = " ".join(f"{edge:.0f}" for edge in ttf.bbox)
        descriptor = pdf.put(
            f"<</Type/FontDescriptor/FontName/{name}/Flags {ttf.flags & ~_NONSYMBOLIC | _SYMBOLIC}"
            f"/FontBBox[{box}]/ItalicAngle 0/Ascent {ttf.ascent:.0f}/Descent {ttf.descent:.0f}"
            f"/CapHeight {ttf.capHeight:.0f}/StemV {ttf.stemV:.0f}/FontFile2 {program} 0 R>>",
        )
        widths = " ".join(f"{self.face.advance(point):.0f}" for point in self._points)
        return pdf.put(
            f"<</Type/Font/Subtype/TrueType/BaseFont/{name}/FirstChar 0"
            f"/LastChar {len(self._points) - 1}/Widths[{widths}]"
            f"/FontDescriptor {descriptor} 0 R/ToUnicode {to_unicode} 0 R>>",
        )
