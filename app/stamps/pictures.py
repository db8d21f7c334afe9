"""Stamps as pictures: SVG for designers, PNG for everything else, one or a ZIP of them."""

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from html import escape
from io import BytesIO, StringIO
from typing import BinaryIO, Final, Literal

from PIL import Image, ImageDraw, ImageFont

from app.stamps.archive import Archive
from app.stamps.layout import JobSpec, lay_out
from app.stamps.lettering import POINTS_PER_MM, Face, bold, regular
from app.stamps.listing import HEADER
from app.stamps.symbols import check_symbols, template_of

PICTURE_LIST: Final = "manifest.csv"
_MM_PER_INCH: Final = 25.4
_IN_FOLDER: Final = 1000
_TOLD_EVERY: Final = 50
_HOLE: Final = "\0"


class Painter:
    """Draws the stamps of one job; what all of them share is drawn once."""

    def __init__(self, spec: JobSpec, *, dpi: int = 600) -> None:
        self.spec = spec
        self.layout = layout = lay_out(spec)
        self.template = template_of(layout.shape)
        # Every module is the same whole number of dots: the size is that of `dpi` or a bit less.
        module = layout.symbol_side / layout.shape.size
        self.dots = max(int(module / _MM_PER_INCH * dpi), 1)
        self.scale = self.dots / module

    @cached_property
    def _frame(self) -> str:
        """Return an SVG in mm but for its symbol and its code."""
        layout, preset = self.layout, self.spec.preset
        width, height = preset.cell_width, preset.cell_height
        module = layout.symbol_side / layout.shape.size
        left, top = layout.symbol_x, height - layout.symbol_y - layout.symbol_side
        texts = "".join(
            svg_text(regular(), line.x, height - line.y, line.points, line.text)
            for line in layout.fixed
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}">\n<rect width="100%" height="100%" fill="#fff"/>\n'
            f'<path transform="translate({left:.4f} {top:.4f}) scale({module:.5f})" '
            f'shape-rendering="crispEdges" d="{_HOLE}"/>\n{texts}{_HOLE}</svg>\n'
        )

    @cached_property
    def _blank(self) -> Image.Image:
        """Return the picture of a stamp but for its symbol and its code."""
        preset, scale = self.spec.preset, self.scale
        height = round(preset.cell_height * scale)
        picture = Image.new("L", (round(preset.cell_width * scale), height), 255)
        draw = ImageDraw.Draw(picture)
        for line in self.layout.fixed:
            place = (line.x * scale, height - line.y * scale)
            draw.text(place, line.text, 0, _pillow(regular(), line.points, scale), anchor="ls")
        return picture

    def svg(self, code: str) -> str:
        """Return one stamp as SVG in mm."""
        height = self.spec.preset.cell_height
        texts = [
            svg_text(bold(), line.x, height - line.y, line.points, line.text(code))
            for line in self.layout.code
        ]
        before, middle, after = self._frame.split(_HOLE)
        return before + svg_path(self.template.rows(code)) + middle + "".join(texts) + after

    def png(self, code: str) -> bytes:
        """Return one stamp as PNG."""
        layout, scale = self.layout, self.scale
        picture = self._blank.copy()
        draw = ImageDraw.Draw(picture)
        for shown in layout.code:
            place = (shown.x * scale, picture.height - shown.y * scale)
            draw.text(place, shown.text(code), 0, _pillow(bold(), shown.points, scale), anchor="ls")
        symbol = Image.new("1", (layout.shape.size, layout.shape.size))
        symbol.putdata([not dark for row in self.template.rows(code) for dark in row])
        side = self.dots * layout.shape.size
        corner = (
            round(layout.symbol_x * scale),
            picture.height - round(layout.symbol_y * scale) - side,
        )
        picture.paste(symbol.resize((side, side), Image.Resampling.NEAREST), corner)
        out = BytesIO()
        dpi = scale * _MM_PER_INCH
        picture.save(out, "PNG", dpi=(dpi, dpi))
        return out.getvalue()

    def check(self, code: str) -> None:
        """Raise SymbolMismatchError unless the code's symbol is the library's own."""
        check_symbols(self.template, [(code,)])


def stamp_svg(spec: JobSpec, code: str) -> str:
    """Return one stamp as SVG in mm; its symbol is first compared with the library's own."""
    painter = Painter(spec)
    painter.check(code)
    return painter.svg(code)


def stamp_png(spec: JobSpec, code: str) -> bytes:
    """Return one stamp as PNG; its symbol is first compared with the library's own."""
    painter = Painter(spec)
    painter.check(code)
    return painter.png(code)


def write_pictures(
    spec: JobSpec,
    kind: Literal["svg", "png"],
    codes: Iterable[str],
    out: BinaryIO,
    progress: Callable[[int], None],
) -> None:
    """Write a ZIP of each stamp's picture, named by running number, and a list of them.

    The first of every thousand symbols is compared with the library's own.
    """
    painter, rows, done = Painter(spec), StringIO(), 0
    rows.write(f"file,{HEADER}")
    with Archive(out) as archive:
        for done, code in enumerate(codes, start=1):
            number = spec.first_number + done - 1
            name = picture_name(number, kind)
            if done % _IN_FOLDER == 1:
                painter.check(code)
            if kind == "png":
                archive.add(name, painter.png(code), packed=True)
            else:
                archive.add(name, painter.svg(code))
            rows.write(f"{name},{code},{spec.prefix}{code},{number}\r\n")
            if done % _TOLD_EVERY == 0:
                progress(done)
        archive.add(PICTURE_LIST, rows.getvalue())
    progress(done)


def picture_name(number: int, kind: str) -> str:
    """Return where the picture of a running number stands: a thousand in a folder."""
    start = (number - 1) // _IN_FOLDER * _IN_FOLDER + 1
    return f"{start:07d}-{start + _IN_FOLDER - 1:07d}/{number:07d}.{kind}"


def svg_path(modules: list[list[bool]]) -> str:
    """Return the dark modules as one path of horizontal bars."""
    bars = []
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                bars.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length + 1
    return "".join(bars)


def svg_text(face: Face, x: float, y: float, points: float, text: str) -> str:
    # The length is given so that another font than Roboto fills the same place.
    weight = "bold" if face is bold() else "normal"
    return (
        f'<text x="{x:.3f}" y="{y:.3f}" font-family="Roboto, Arial, sans-serif" '
        f'font-weight="{weight}" font-size="{points / POINTS_PER_MM:.3f}" '
        f'textLength="{face.width(text, points):.3f}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(text)}</text>\n"
    )


@lru_cache(maxsize=64)
def _pillow(face: Face, points: float, scale: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.path, max(points / POINTS_PER_MM * scale, 1))
