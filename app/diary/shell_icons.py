"""The app's sign on a phone's screen: a leaf of a book, drawn once as SVG and once by Pillow."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

GROUND: Final = "#14692f"
PAPER: Final = "#ffffff"
# In a square of 24: the page, its lines, and the tick of what is done.
_PAGE: Final = (6, 4, 18, 20)
_LINES: Final = ((8.5, 8, 15.5, 8), (8.5, 11, 15.5, 11))
_TICK: Final = ((8.8, 15.2), (11, 17.2), (15.4, 13.4))
_FINER: Final = 4
# What launchers cut away of a maskable picture is less than a fifth on each side.
_SAFE: Final = 0.72


def svg(ground: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
        f'<rect width="24" height="24" rx="5" fill="{ground}"/>'
        f'<rect x="6" y="4" width="12" height="16" rx="1.5" fill="{PAPER}"/>'
        f'<path d="M8.5 8h7M8.5 11h7M8.8 15.2l2.2 2 4.4-3.8" fill="none" stroke="{ground}" '
        'stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def png(size: int, ground: str, *, maskable: bool = False) -> bytes:
    """Return the sign as a square PNG; a maskable one fills its square for launchers to cut."""
    side = size * _FINER
    picture = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, side - 1, side - 1), 0 if maskable else side * 5 / 24, ground)
    scale = (_SAFE if maskable else 1) * side / 24
    margin = (side - 24 * scale) / 2

    def at(*points: float) -> tuple[float, ...]:
        return tuple(margin + point * scale for point in points)

    draw.rounded_rectangle(at(*_PAGE), 1.5 * scale, PAPER)
    width = round(1.4 * scale)
    for line in _LINES:
        draw.line(at(*line), ground, width)
    draw.line([at(*point) for point in _TICK], ground, width, joint="curve")
    out = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
