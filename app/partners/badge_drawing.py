"""A badge as SVG and as pixels; both of a fixed size, both without anything from elsewhere."""

from html import escape
from io import BytesIO
from typing import Final

import qrcode
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont
from qrcode.constants import ERROR_CORRECT_M

from app.partners.badges import COLOURS, SIGNS, Face
from app.stamps.lettering import Face as Letters
from app.stamps.lettering import bold, regular

WIDTH: Final = 320
HEIGHT: Final = 84
SQUARE: Final = 1000
_SCALE: Final = 2
_SMALLEST: Final = 10
_INK: Final = "#1d2521"
_MM_A_POINT: Final = 25.4 / 72
_MARGIN: Final = 72
_ROOM: Final = WIDTH - 72
_BOLD: Final = ' font-weight="700"'


def draw_svg(face: Face, *, host: str) -> str:
    """Return the badge as SVG of at most 3 kB, its state in words for who does not see it."""
    ink, paper, _ = COLOURS[face.tone]
    alt = escape(face.alt[:200])
    lines = (
        (bold(), 16, 26, ink, face.message),
        (regular(), _fitted(face.detail), 44, _INK, face.detail or face.entity),
        (regular(), 12, 60, _INK, face.product),
        (regular(), 10, 75, _INK, f"{host} · {face.code}"),
    )
    texts = "".join(
        f'<text x="60" y="{at}" font-size="{size}" fill="{colour}"'
        f"{_BOLD if letters is bold() else ''}{_told_length(cut, letters, size)}>"
        f"{escape(cut)}</text>"
        for letters, size, at, colour, text in lines
        for cut in (_cut(text, letters, size, _ROOM),)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{alt}"><title>{alt}</title>'
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="8" fill="{paper}" '
        f'stroke="{ink}" stroke-width="2"/><circle cx="32" cy="42" r="18" fill="{ink}"/>'
        f'<text x="32" y="50" text-anchor="middle" font-size="22" font-weight="700" '
        f'fill="#fff">{SIGNS[face.tone]}</text>'
        f'<g font-family="system-ui,Segoe UI,Roboto,Noto Sans,sans-serif">{texts}</g></svg>'
    )


def draw_png(face: Face, *, host: str) -> bytes:
    """Return the badge as a PNG, of twice the size for sharp screens."""
    ink, paper, _ = COLOURS[face.tone]
    picture = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), "#ffffff")
    pen = ImageDraw.Draw(picture)
    edge = (2, 2, WIDTH * _SCALE - 3, HEIGHT * _SCALE - 3)
    pen.rounded_rectangle(edge, radius=16, fill=paper, outline=ink, width=4)
    pen.ellipse((28, 48, 100, 120), fill=ink)
    _sign(pen, face, (64, 84), 22)
    room = _ROOM * _SCALE
    for letters, size, at, colour, text in (
        (bold(), 32, 26, ink, face.message),
        (regular(), _fitted(face.detail) * _SCALE, 64, _INK, face.detail or face.entity),
        (regular(), 24, 96, _INK, face.product),
        (regular(), 20, 128, _INK, f"{host} · {face.code}"),
    ):
        pen.text(
            (120, at - 10), _cut(text, letters, size, room), fill=colour, font=_font(letters, size)
        )
    return _png(picture)


def draw_square(face: Face, *, url: str, host: str) -> bytes:
    """Return a picture of 1000 x 1000 for a shop's gallery, with the day it was true.

    With no `url` nothing in it leads anywhere, as some shops demand: a picture can't be taken
    back, so it says the day and the product's code.
    """
    ink, paper, _ = COLOURS[face.tone]
    picture = Image.new("RGB", (SQUARE, SQUARE), "#ffffff")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, SQUARE, 190), fill=ink)
    pen.ellipse((_MARGIN - 12, 45, _MARGIN + 88, 145), fill="#ffffff")
    _sign(pen, face, (_MARGIN + 38, 95), 32, colour=ink)
    room = SQUARE - 2 * _MARGIN
    _lines(pen, face.message, bold(), 52, (_MARGIN + 116, 34), room - 116, "#ffffff", most=2)
    at = 230
    for letters, size, text, most in (
        (bold(), 54, face.product, 3),
        (regular(), 36, face.entity, 2),
        (regular(), 36, face.detail, 3),
    ):
        at = _lines(pen, text, letters, size, (_MARGIN, at), room, _INK, most=most) + 18
    pen.rectangle((0, SQUARE - 240, SQUARE, SQUARE), fill=paper)
    told = (
        (bold(), 36, face.day, SQUARE - 205),
        (regular(), 32, face.code, SQUARE - 150),
        (regular(), 32, host if url else "", SQUARE - 100),
    )
    for letters, size, text, top in told:
        cut = _cut(text, letters, size, room - 220)
        pen.text((_MARGIN, top), cut, fill=ink, font=_font(letters, size))
    if url:
        picture.paste(_symbol(url, 208), (SQUARE - 208 - 24, SQUARE - 224))
    return _png(picture)


def _sign(
    pen: ImageDraw.ImageDraw, face: Face, at: tuple[int, int], reach: int, *, colour: str = "#fff"
) -> None:
    """Draw the tone's sign around a point: letters for it are not in every font."""
    x, y, wide = *at, reach // 3
    if SIGNS[face.tone] == "✓":
        pen.line(
            [(x - reach, y), (x - reach // 3, y + reach * 2 // 3), (x + reach, y - reach * 2 // 3)],
            colour,
            wide,
        )
    elif SIGNS[face.tone] == "✕":
        for slope in (1, -1):
            pen.line(
                [
                    (x - reach * 2 // 3, y - slope * reach * 2 // 3),
                    (x + reach * 2 // 3, y + slope * reach * 2 // 3),
                ],
                colour,
                wide,
            )
    elif SIGNS[face.tone] == "!":
        pen.line([(x, y - reach), (x, y + reach // 3)], colour, wide)
        pen.line([(x, y + reach * 2 // 3), (x, y + reach)], colour, wide)
    else:
        pen.line([(x - reach * 2 // 3, y), (x + reach * 2 // 3, y)], colour, wide)


def _lines(
    pen: ImageDraw.ImageDraw,
    text: str,
    letters: Letters,
    size: int,
    at: tuple[int, int],
    room: int,
    colour: str,
    *,
    most: int,
) -> int:
    """Write a text in at most so many lines and return where the next one may begin."""
    x, y = at
    for line in letters.wrapped(text, size, room * _MM_A_POINT, most) if text else ():
        pen.text((x, y), line, fill=colour, font=_font(letters, size))
        y += round(size * 1.3)
    return y


def _cut(text: str, letters: Letters, size: int, room: int) -> str:
    return letters.cut(text, size, room * _MM_A_POINT)


def _fitted(detail: str) -> int:
    """Return the size of the line that names what is in force: smaller rather than cut."""
    return next(
        size
        for size in (12, 11, _SMALLEST)
        if size == _SMALLEST or regular().width(detail, size) / _MM_A_POINT <= _ROOM
    )


def _told_length(text: str, letters: Letters, size: int) -> str:
    """Hold a long line to its measure: the reader's own letters may be wider than ours."""
    wide = letters.width(text, size) / _MM_A_POINT
    if wide < _ROOM * 0.7:
        return ""
    return f' textLength="{wide:.0f}" lengthAdjust="spacingAndGlyphs"'


def _font(letters: Letters, size: int) -> FreeTypeFont:
    return ImageFont.truetype(letters.path, size)


def _symbol(url: str, side: int) -> Image.Image:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(url)
    drawn = code.make_image().get_image().convert("RGB")
    return drawn.resize((side, side), Image.Resampling.NEAREST)


def _png(picture: Image.Image) -> bytes:
    made = BytesIO()
    picture.quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()
