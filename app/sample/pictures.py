"""Draws a plain picture for a sample product: its colour, a bowl, and words that say so."""

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageColor, ImageDraw, ImageFont

WIDTH: Final = 1280
HEIGHT: Final = 960


def draw(name: str, colour: str, *, font: Path, words: str = "ẢNH MẪU") -> bytes:
    """Return a JPEG of 1280 x 960 pixels, the same for the same name and colour."""
    main = ImageColor.getrgb(colour)
    picture = Image.new("RGB", (WIDTH, HEIGHT), _mixed(main, (255, 252, 245), 0.82))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 620, WIDTH, HEIGHT), fill=_mixed(main, (255, 252, 245), 0.62))
    pen.ellipse((250, 560, 1030, 740), fill=_mixed(main, (0, 0, 0), 0.35))
    pen.pieslice((260, 260, 1020, 860), 0, 180, fill=(250, 247, 240))
    pen.ellipse((260, 470, 1020, 650), fill=(232, 226, 214))
    for step in range(15):
        x, y = 320 + (step * 137) % 560, 440 + (step * 61) % 120
        pen.ellipse((x, y, x + 120, y + 84), fill=_mixed(main, (255, 255, 255), step % 4 * 0.12))
    _write(pen, name, font, size=64, top=90, ink=_mixed(main, (0, 0, 0), 0.55))
    _write(pen, words, font, size=40, top=880, ink=_mixed(main, (0, 0, 0), 0.45))
    out = BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _mixed(one: tuple[int, ...], other: tuple[int, int, int], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one[:3], other, strict=True))


def _write(
    pen: ImageDraw.ImageDraw, text: str, font: Path, *, size: int, top: int, ink: tuple[int, ...]
) -> None:
    letters = ImageFont.truetype(str(font), size)
    while letters.getlength(text) > WIDTH - 80:
        size -= 2
        letters = ImageFont.truetype(str(font), size)
    pen.text((WIDTH / 2, top), text, font=letters, fill=ink, anchor="mt")
