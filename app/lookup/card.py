"""The picture of a product that stands beside a shared link to its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from math import cos, pi, sin
from typing import Final

import font_roboto
from PIL import Image, ImageDraw, ImageFont, ImageOps

SIZE: Final = (1200, 630)
_EDGE: Final = 56
_PHOTO: Final = 400
_COLOURS: Final = 128
_INK, _MUTE, _GOOD, _STAR, _BAD = "#1d2521", "#3d4a45", "#14692f", "#9a5b00", "#a3161f"
_LINE: Final = "#cfd6d2"
# The sizes a name is tried in, and how many lines of each leave room for the rest.
_NAMES: Final = ((68, 2), (60, 3), (52, 3), (44, 4))
_SMALL: Final = 32
_LEADING: Final = 1.28
_MOST_STARS: Final = 5
_ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the picture says: whole sentences, in the reader's language.

    `warning` is what stands against the product; then nothing else is praised.
    """

    site: str
    name: str
    maker: str
    stars: int
    stars_words: str
    rights: tuple[str, ...]
    warning: str
    photo: str


def draw(card: Card, photo: bytes | None) -> bytes:
    """Return the card as a PNG; long words are cut, long names take more lines."""
    picture = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, SIZE[0], 16), fill=_BAD if card.warning else _GOOD)
    width = SIZE[0] - 2 * _EDGE
    if photo is not None:
        width -= _PHOTO + _EDGE
        picture.paste(_square(photo), (SIZE[0] - _EDGE - _PHOTO, 100))
    top = _write(pen, [card.site], 64, 30, _MUTE)
    lines, size = _fitted(card.name, width)
    top = _write(pen, lines, top + 16, size, _INK, bold=True)
    top = _write(pen, wrapped(card.maker, _SMALL, width, 2), top + 8, _SMALL, _MUTE)
    if card.warning:
        _write(pen, wrapped(card.warning, 40, width, 2, bold=True), top + 24, 40, _BAD, bold=True)
    else:
        if card.stars:
            top = _stars(pen, card, top + 24)
        _write(pen, [_cut(one, _SMALL, width) for one in card.rights[:2]], top + 8, _SMALL, _GOOD)
    made = BytesIO()
    # A palette keeps the file small enough for every messenger.
    picture.quantize(_COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()


def wrapped(
    text: str, size: int, width: int, most: int, *, bold: bool = False, cut: bool = True
) -> list[str]:
    """Return the text in lines that fit the width, broken between words; the last one is cut.

    Without `cut` it may have more lines than `most`, or lines that are too wide.
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if not cut:
        return lines
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [_cut(line, size, width, bold=bold) for line in lines]


def _fitted(text: str, width: int) -> tuple[list[str], int]:
    """Return the name in the largest letters in which it fits."""
    for size, most in _NAMES:
        lines = wrapped(text, size, width, most, bold=True, cut=False)
        if len(lines) <= most and all(_width(line, size, bold=True) <= width for line in lines):
            return lines, size
    size, most = _NAMES[-1]
    return wrapped(text, size, width, most, bold=True), size


def _cut(text: str, size: int, width: int, *, bold: bool = False) -> str:
    if _width(text, size, bold=bold) <= width:
        return text
    while text and _width(text + _ELLIPSIS, size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def _width(text: str, size: int, *, bold: bool = False) -> float:
    return _font(size, bold=bold).getlength(text)


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_roboto.RobotoBold if bold else font_roboto.Roboto, size)


def _write(
    pen: ImageDraw.ImageDraw,
    lines: Sequence[str],
    top: float,
    size: int,
    ink: str,
    *,
    bold: bool = False,
) -> float:
    """Write lines of text and return where the next may begin."""
    for line in lines:
        pen.text((_EDGE, top), line, font=_font(size, bold=bold), fill=ink)
        top += size * _LEADING
    return top


def _stars(pen: ImageDraw.ImageDraw, card: Card, top: float) -> float:
    for place in range(_MOST_STARS):
        centre = _EDGE + 24 + place * 54, top + 26
        points = [
            (
                centre[0] + (24 if point % 2 == 0 else 10) * sin(point * pi / 5),
                centre[1] - (24 if point % 2 == 0 else 10) * cos(point * pi / 5),
            )
            for point in range(10)
        ]
        pen.polygon(points, fill=_STAR if place < card.stars else None, outline=_STAR)
    pen.text((_EDGE + 54 * 5 + 16, top + 2), card.stars_words, font=_font(38, bold=True), fill=_INK)
    return top + 64


def _square(photo: bytes) -> Image.Image:
    with Image.open(BytesIO(photo)) as opened:
        return ImageOps.fit(opened.convert("RGB"), (_PHOTO, _PHOTO))
