"""A page of a preset as a picture, with a code that is plainly a sample and leads nowhere."""

from typing import Final

from app.stamps.codes import LENGTH
from app.stamps.edges import LABEL_BOTTOM, LABEL_SIDE, MARK, MARK_GAP
from app.stamps.layout import JobSpec, lay_out
from app.stamps.lettering import bold, regular
from app.stamps.pictures import svg_path, svg_text
from app.stamps.presets import CellTooSmall, Preset
from app.stamps.symbols import template_of

# Of the reserved epoch 31: no stamp is ever issued with it.
SAMPLE_CODE: Final = "Z" * LENGTH
_MARKED: Final = "MẪU / SAMPLE"
_ROWS_OF_ROLL: Final = 3
_INK: Final = "#1d2521"
_PALE: Final = "#b9c2be"
_RED: Final = "#a3161f"


def preview_svg(preset: Preset, base_url: str, *, product: str, entity: str) -> str:
    """Return the page in mm; on a roll three rows of it."""
    rows = _ROWS_OF_ROLL if preset.is_roll else preset.rows
    width = preset.width
    height = rows * preset.pitch_y if preset.is_roll else preset.height
    stamp = _stamp(JobSpec(preset, base_url, "", product, entity))
    cells = "".join(
        f'<use href="#stamp" x="{x:.3f}" y="{y:.3f}"/>' for x, y in _corners(preset, rows)
    )
    edge = "" if preset.is_roll else _label(preset) + (_marks(preset) if preset.crop_marks else "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.3f} {height:.3f}">\n'
        f'<rect width="100%" height="100%" fill="#fff"/><defs><g id="stamp">{stamp}</g></defs>\n'
        f"{cells}{edge}</svg>\n"
    )


def _corners(preset: Preset, rows: int) -> list[tuple[float, float]]:
    """Return the upper left corners of the cells, from the page's upper left."""
    top = 0.0 if preset.is_roll else preset.margin_top
    return [
        (preset.left + column * preset.pitch_x, top + row * preset.pitch_y)
        for row in range(rows)
        for column in range(preset.columns)
    ]


def _stamp(spec: JobSpec) -> str:
    preset = spec.preset
    width, height, side = preset.cell_width, preset.cell_height, preset.symbol
    outline = (
        f'<rect width="{width}" height="{height}" fill="none" stroke="{_PALE}" '
        'stroke-width="0.2" stroke-dasharray="1"/>'
    )
    left = 0.0 if preset.code_at == "beside" else (width - side) / 2
    size = side / 6
    marked = (
        f'<text x="{left + side / 2:.3f}" y="{side / 2:.3f}" font-size="{size:.3f}" '
        f'font-weight="bold" font-family="sans-serif" fill="{_RED}" text-anchor="middle" '
        f'textLength="{side:.3f}" lengthAdjust="spacingAndGlyphs" '
        f'transform="rotate(-30 {left + side / 2:.3f} {side / 2:.3f})">{_MARKED}</text>'
    )
    try:
        layout = lay_out(spec)
    except CellTooSmall:
        square = f'<rect x="{left}" width="{side}" height="{side}" fill="{_PALE}"/>'
        return outline + square + marked
    texts = [svg_text(regular(), x.x, height - x.y, x.points, x.text) for x in layout.fixed]
    texts += [
        svg_text(bold(), x.x, height - x.y, x.points, x.text(SAMPLE_CODE)) for x in layout.code
    ]
    module = layout.symbol_side / layout.shape.size
    upper = height - layout.symbol_y - layout.symbol_side
    symbol = (
        f'<path transform="translate({layout.symbol_x:.4f} {upper:.4f}) scale({module:.5f})" '
        f'fill="{_INK}" d="{svg_path(template_of(layout.shape).rows(SAMPLE_CODE))}"/>'
    )
    return outline + symbol + "".join(texts) + marked


def _label(preset: Preset) -> str:
    top = preset.height - LABEL_BOTTOM - LABEL_SIDE
    room = preset.width - 2 * preset.left
    return (
        f'<rect x="{preset.left:.3f}" y="{top:.3f}" width="{LABEL_SIDE}" height="{LABEL_SIDE}" '
        f'fill="{_PALE}"/><rect x="{preset.left + LABEL_SIDE + 2:.3f}" y="{top:.3f}" '
        f'width="{max(room - LABEL_SIDE - 2, 1) / 2:.3f}" height="{LABEL_SIDE}" fill="none" '
        f'stroke="{_PALE}" stroke-width="0.3"/>'
    )


def _marks(preset: Preset) -> str:
    right, bottom = preset.left + preset.grid_width, preset.margin_top + preset.grid_height
    strokes = []
    for x, _ in _corners(preset, 1):
        for cut in (x, x + preset.cell_width):
            strokes += [f"M{cut:.3f} {preset.margin_top - MARK_GAP:.3f}v-{MARK}"]
            strokes += [f"M{cut:.3f} {bottom + MARK_GAP:.3f}v{MARK}"]
    for _, y in _corners(preset, preset.rows)[:: preset.columns]:
        for cut in (y, y + preset.cell_height):
            strokes += [f"M{preset.left - MARK_GAP:.3f} {cut:.3f}h-{MARK}"]
            strokes += [f"M{right + MARK_GAP:.3f} {cut:.3f}h{MARK}"]
    return f'<path d="{"".join(strokes)}" stroke="{_INK}" stroke-width="0.2" fill="none"/>'
