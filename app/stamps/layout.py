"""Where everything stands on one stamp, in mm from its lower left corner."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.stamps.codes import grouped
from app.stamps.lettering import POINTS_PER_MM, bold, regular
from app.stamps.presets import CodeAt, CodeLines, Preset, shape_for
from app.stamps.qr import QUIET_MODULES, Shape
from app.stamps.symbols import gs1_prefix, short_prefix

_EDGE: Final = 1.0
_LEADING: Final = 1.2
_TEXT_SIZE: Final = 6.0
_LEAST_TEXT_SIZE: Final = 3.8
# Groups as they stand in "ABCDE-FGHJK-MNPQR-STVWX", in one, two or four lines.
_CUTS: Final = {1: ((0, 23),), 2: ((0, 11), (12, 23)), 4: ((0, 5), (6, 11), (12, 17), (18, 23))}
_WIDEST: Final = "WWWWW-WWWWW-WWWWW-WWWWW"
_USUAL: Final = "A2B4C-6D8EF-G0H1J-K3M5N"
_CODE_SIZES: Final = {1: 7.0, 2: 7.0, 4: 5.5}
# Smaller letters are no longer read by everybody who must type a code, or know the domain.
LEAST_CODE_SIZE: Final = 4.5
_GOOD_CODE_SIZE: Final = 5.5
LEAST_DOMAIN_SIZE: Final = 2.5


@dataclass(frozen=True)
class SheetWords:
    """The words on the label of a sheet or a roll, in the language of the office that prints."""

    sheet: str = "Sheet"
    stamps: str = "Stamps"
    activate: str = "Scan to activate this sheet"
    roll: str = "Roll"
    quantity: str = "Quantity"
    activate_roll: str = "Scan to activate this roll"


@dataclass(frozen=True)
class JobSpec:
    """What is printed on all stamps of a file; `first_number` is the running number of the first.

    With a GTIN the symbols take the GS1 form, otherwise the short one.
    """

    preset: Preset
    base_url: str
    batch_label: str
    product: str
    entity: str
    gtin14: str | None = None
    first_number: int = 1
    words: SheetWords = SheetWords()

    @property
    def prefix(self) -> str:
        """Return what stands before the code in each stamp's symbol."""
        if self.gtin14:
            return gs1_prefix(self.base_url, self.gtin14)
        return short_prefix(self.base_url)

    @property
    def domain(self) -> str:
        """Return the domain in words, by which people know a genuine address from a fake one."""
        return self.base_url.partition("://")[2].partition("/")[0].lower()


@dataclass(frozen=True)
class TextLine:
    """A line of text from its left end on the base line."""

    x: float
    y: float
    points: float
    text: str


@dataclass(frozen=True)
class CodeLine:
    """A line that shows `grouped(code)[start:end]`, in bold."""

    x: float
    y: float
    points: float
    start: int
    end: int

    def text(self, code: str) -> str:
        return grouped(code)[self.start : self.end]


@dataclass(frozen=True)
class CellLayout:
    """One stamp; the symbol's corner and side are without its quiet zone."""

    shape: Shape
    symbol_x: float
    symbol_y: float
    symbol_side: float
    fixed: tuple[TextLine, ...]
    code: tuple[CodeLine, ...]


@lru_cache(maxsize=16)
def lay_out(spec: JobSpec) -> CellLayout:
    """Return where everything stands; raises CellTooSmall and UnprintableUrlError."""
    preset = spec.preset
    shape = shape_for(preset, spec.prefix)
    module = preset.symbol / (shape.size + 2 * QUIET_MODULES)
    beside = preset.code_at == "beside"
    square_x = 0.0 if beside else (preset.cell_width - preset.symbol) / 2
    square_y = preset.cell_height - preset.symbol
    code = _code_beside(preset) if beside else _code_below(preset)
    top = square_y if beside else code[-1].y - 0.25 * code[-1].points / POINTS_PER_MM
    return CellLayout(
        shape,
        square_x + QUIET_MODULES * module,
        square_y + QUIET_MODULES * module,
        shape.size * module,
        _fixed_lines(spec, top),
        code,
    )


def lines_for(code_at: CodeAt, room: float) -> CodeLines:
    """Return on how many lines a code is written where it has so many mm, the fewest it can."""
    few: tuple[CodeLines, ...] = (1, 2) if code_at == "below" else ()
    for count in few:
        start, end = _CUTS[count][0]
        points = bold().shrunk(_WIDEST[start:end], _CODE_SIZES[count], room)
        if points >= _GOOD_CODE_SIZE:
            return count
    return 4


def text_room(preset: Preset, domain: str) -> tuple[float, float]:
    """Return the least width and height in mm of a stamp whose words can still be read."""
    lines, beside = preset.code_lines, preset.code_at == "beside"
    start, end = _CUTS[lines][0]
    code = bold().width(_WIDEST[start:end], LEAST_CODE_SIZE)
    wide = preset.symbol + _EDGE / 2 + code if beside else code + 2 * _EDGE
    named = regular().width(domain, LEAST_DOMAIN_SIZE) + 2 * _EDGE
    points, _ = _code_size(preset, code_room(preset.cell_width, preset.symbol, preset.code_at))
    below = 0.0 if beside else (1 + (lines - 1) * _LEADING) * points
    high = preset.symbol + (below + _LEADING * _LEAST_TEXT_SIZE) / POINTS_PER_MM + _EDGE / 2
    return max(wide, named), high


def code_room(cell_width: float, symbol: float, code_at: CodeAt) -> float:
    """Return the width in mm that a stamp has for a line of its code."""
    return cell_width - symbol - _EDGE / 2 if code_at == "beside" else cell_width - 2 * _EDGE


def _code_below(preset: Preset) -> tuple[CodeLine, ...]:
    cuts = _CUTS[preset.code_lines]
    points, width = _code_size(preset, code_room(preset.cell_width, preset.symbol, "below"))
    leading = _LEADING * points / POINTS_PER_MM
    top = preset.cell_height - preset.symbol - 0.75 * points / POINTS_PER_MM
    x = (preset.cell_width - width) / 2
    return tuple(
        CodeLine(x, top - row * leading, points, start, end)
        for row, (start, end) in enumerate(cuts)
    )


def _code_beside(preset: Preset) -> tuple[CodeLine, ...]:
    cuts = _CUTS[preset.code_lines]
    points, _ = _code_size(preset, code_room(preset.cell_width, preset.symbol, "beside"))
    leading = _LEADING * points / POINTS_PER_MM
    middle = preset.cell_height - preset.symbol / 2
    top = middle + (len(cuts) / 2) * leading - 0.75 * points / POINTS_PER_MM
    return tuple(
        CodeLine(preset.symbol, top - row * leading, points, start, end)
        for row, (start, end) in enumerate(cuts)
    )


def _code_size(preset: Preset, room: float) -> tuple[float, float]:
    """Return the size at which even the widest code fits, and the width of a usual one."""
    start, end = _CUTS[preset.code_lines][0]
    face = bold()
    points = face.shrunk(_WIDEST[start:end], _CODE_SIZES[preset.code_lines], room)
    return points, face.width(_USUAL[start:end], points)


def _fixed_lines(spec: JobSpec, top: float) -> tuple[TextLine, ...]:
    """Return domain, product and entity below a height, as many lines as there is room for.

    The domain is never cut: a shortened one is what a fake would show.
    """
    face, width = regular(), spec.preset.cell_width - 2 * _EDGE
    room = (top - _EDGE / 2) * POINTS_PER_MM / _LEADING
    points = min(_TEXT_SIZE, max(room / 3, _LEAST_TEXT_SIZE))
    rows = int(room / points + 0.01) - 1
    product = face.wrapped(spec.product, points, width, max(min(rows - 1, 2), 1))
    entity = face.wrapped(spec.entity, points, width, 2)
    lines, y = [], top - 0.9 * points / POINTS_PER_MM
    lines.append(_centred(spec, y, face.shrunk(spec.domain, points, width), spec.domain))
    for text in [*product, *entity][:rows]:
        y -= _LEADING * points / POINTS_PER_MM
        lines.append(_centred(spec, y, points, text))
    return tuple(lines)


def _centred(spec: JobSpec, y: float, points: float, text: str) -> TextLine:
    x = (spec.preset.cell_width - regular().width(text, points)) / 2
    return TextLine(x, y, points, text)
