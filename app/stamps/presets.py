"""Grids of stamps on a sheet and rolls of labels, and the symbol that their stamps can hold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from app.stamps.qr import QUIET_MODULES, Level, Shape
from app.stamps.symbols import url_shape

Kind = Literal["sheet", "roll"]
CodeAt = Literal["below", "beside"]
CodeLines = Literal[1, 2, 4]

A4_WIDTH: Final = 210.0
A4_HEIGHT: Final = 297.0
TOP_MARGIN: Final = 7.0
# The least module that GS1 allows in retail, which phones still read at an arm's length.
LEAST_MODULE: Final = 0.396
_ROOM_FOR_Q: Final = 17.0


class CellTooSmall(ValueError):
    """The symbol of this address doesn't fit into a stamp of this size"""

    def __init__(self, needed_mm: float, has_mm: float) -> None:
        super().__init__(f"needs {needed_mm:.1f} mm, has {has_mm:.1f} mm")
        self.needed_mm = needed_mm
        self.has_mm = has_mm


@dataclass(frozen=True)
class Preset:
    """A grid in mm; `symbol` is the side of the square kept for the symbol and its quiet zone.

    On a roll a page is one row: a label on each lane, and the gap below it on the liner. Without
    a left margin the columns stand in the middle.
    """

    name: str
    columns: int
    rows: int
    cell_width: float
    cell_height: float
    symbol: float
    code_at: CodeAt
    code_lines: CodeLines
    kind: Kind = "sheet"
    page_width: float = A4_WIDTH
    page_height: float = A4_HEIGHT
    margin_left: float | None = None
    margin_top: float = TOP_MARGIN
    gap_x: float = 0.0
    gap_y: float = 0.0
    crop_marks: bool = True
    per_roll: int = 0

    @property
    def is_roll(self) -> bool:
        return self.kind == "roll"

    @property
    def per_sheet(self) -> int:
        return self.columns * self.rows

    @property
    def pitch_x(self) -> float:
        return self.cell_width + self.gap_x

    @property
    def pitch_y(self) -> float:
        return self.cell_height + self.gap_y

    @property
    def grid_width(self) -> float:
        return self.columns * self.pitch_x - self.gap_x

    @property
    def grid_height(self) -> float:
        return self.rows * self.pitch_y - self.gap_y

    @property
    def width(self) -> float:
        """Return the width of a page; a roll's liner is as wide as its lanes need."""
        if self.is_roll:
            return self.grid_width + 2 * (self.margin_left or 0.0)
        return self.page_width

    @property
    def height(self) -> float:
        return self.pitch_y if self.is_roll else self.page_height

    @property
    def left(self) -> float:
        if self.margin_left is not None:
            return self.margin_left
        return (self.width - self.grid_width) / 2

    @property
    def top(self) -> float:
        """Upper edge of the grid, from the page's lower edge."""
        return self.height if self.is_roll else self.height - self.margin_top

    @property
    def bottom(self) -> float:
        """Lower edge of the grid; the sheet's label stands below it."""
        return self.top - self.grid_height

    def corner(self, index: int) -> tuple[float, float]:
        """Return the lower left corner of a cell, counted from the upper left along the rows."""
        row, column = divmod(index, self.columns)
        return self.left + column * self.pitch_x, self.top - row * self.pitch_y - self.cell_height


PRESETS: Final = {
    preset.name: preset
    for preset in (
        Preset("24", 4, 6, 46.0, 43.5, 27.0, "below", 1),
        Preset("40", 5, 8, 37.0, 32.5, 21.0, "below", 2),
        Preset("84", 7, 12, 26.5, 21.75, 18.0, "beside", 4),
    )
}


def frozen(preset: Preset) -> dict[str, Any]:
    """Return a preset as plain values, to be kept with a file."""
    return asdict(preset)


def thawed(values: Mapping[str, Any]) -> Preset:
    """Return the preset of kept values; what a later version adds has its default."""
    known = {field.name for field in fields(Preset)}
    return Preset(**{name: value for name, value in values.items() if name in known})


def shape_for(preset: Preset, prefix: str) -> Shape:
    """Return the shape of the symbols of prefix + code in a preset's cells.

    Level Q is taken where the stamp has 17 mm for it and its larger symbol still fits, else M.
    Raises CellTooSmall with what level M would need.
    """
    levels: tuple[Level, ...] = ("Q", "M") if preset.symbol >= _ROOM_FOR_Q else ("M",)
    needed = 0.0
    for level in levels:
        shape = url_shape(prefix, level)
        needed = needed_side(shape, LEAST_MODULE)
        if needed <= preset.symbol:
            return shape
    raise CellTooSmall(needed, preset.symbol)


def needed_side(shape: Shape, module: float) -> float:
    """Return the side of a symbol with its quiet zone, where a module has so many mm."""
    return (shape.size + 2 * QUIET_MODULES) * module
