"""One stamp as a picture: SVG for designers, PNG for everything else."""

from html import escape
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from app.stamps.layout import CellLayout, JobSpec, lay_out
from app.stamps.lettering import POINTS_PER_MM, Face, bold, regular
from app.stamps.symbols import check_symbols, template_of

_MM_PER_INCH: Final = 25.4


def stamp_svg(spec: JobSpec, code: str) -> str:
    """Return one stamp as SVG in mm; its symbol is first compared with the library's own."""
    layout = lay_out(spec)
    width, height = spec.preset.cell_width, spec.preset.cell_height
    modules = _checked_rows(layout, code)
    module = layout.symbol_side / layout.shape.size
    left, top = layout.symbol_x, height - layout.symbol_y - layout.symbol_side
    texts = [
        _svg_text(regular(), line.x, height - line.y, line.points, line.text)
        for line in layout.fixed
    ]
    texts += [
        _svg_text(bold(), line.x, height - line.y, line.points, line.text(code))
        for line in layout.code
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<path transform="translate({left:.4f} {top:.4f}) scale({module:.5f})" '
        f'shape-rendering="crispEdges" d="{_path(modules)}"/>\n{"".join(texts)}</svg>\n'
    )


def stamp_png(spec: JobSpec, code: str, *, dpi: int = 600) -> bytes:
    """Return one stamp as PNG; its symbol is first compared with the library's own.

    Every module is the same whole number of dots, so the size is that of `dpi` or a little under.
    """
    layout = lay_out(spec)
    modules = _checked_rows(layout, code)
    dots = max(int(layout.symbol_side / layout.shape.size / _MM_PER_INCH * dpi), 1)
    scale = dots * layout.shape.size / layout.symbol_side
    height = round(spec.preset.cell_height * scale)
    picture = Image.new("L", (round(spec.preset.cell_width * scale), height), 255)
    draw = ImageDraw.Draw(picture)
    for line in layout.fixed:
        place = (line.x * scale, height - line.y * scale)
        draw.text(place, line.text, 0, _pillow(regular(), line.points, scale), anchor="ls")
    for shown in layout.code:
        place = (shown.x * scale, height - shown.y * scale)
        draw.text(place, shown.text(code), 0, _pillow(bold(), shown.points, scale), anchor="ls")
    symbol = Image.new("1", (layout.shape.size, layout.shape.size))
    symbol.putdata([not dark for row in modules for dark in row])
    side = dots * layout.shape.size
    corner = round(layout.symbol_x * scale), height - round(layout.symbol_y * scale) - side
    picture.paste(symbol.resize((side, side), Image.Resampling.NEAREST), corner)
    out = BytesIO()
    picture.save(out, "PNG", dpi=(scale * _MM_PER_INCH, scale * _MM_PER_INCH))
    return out.getvalue()


def _checked_rows(layout: CellLayout, code: str) -> list[list[bool]]:
    template = template_of(layout.shape)
    check_symbols(template, [(code,)])
    return template.rows(code)


def _path(modules: list[list[bool]]) -> str:
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


def _svg_text(face: Face, x: float, y: float, points: float, text: str) -> str:
    # The length is given so that another font than Roboto fills the same place.
    weight = "bold" if face is bold() else "normal"
    return (
        f'<text x="{x:.3f}" y="{y:.3f}" font-family="Roboto, Arial, sans-serif" '
        f'font-weight="{weight}" font-size="{points / POINTS_PER_MM:.3f}" '
        f'textLength="{face.width(text, points):.3f}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(text)}</text>\n"
    )


def _pillow(face: Face, points: float, scale: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.path, max(points / POINTS_PER_MM * scale, 1))
