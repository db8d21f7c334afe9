"""Grids of stamps on an A4 sheet, and the symbol that a grid's cell can hold."""

from dataclasses import dataclass
from typing import Final, Literal

from app.stamps.qr import QUIET_MODULES, Level, Shape
from app.stamps.symbols import url_shape

PAGE_WIDTH: Final = 210.0
PAGE_HEIGHT: Final = 297.0
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
    """A grid in mm; `symbol` is the side of the square kept for the symbol and its quiet zone."""

    name: str
    columns: int
    rows: int
    cell_width: float
    cell_height: float
    symbol: float
    code_at: Literal["below", "beside"]
    code_lines: Literal[1, 2, 4]

    @property
    def per_sheet(self) -> int:
        return self.columns * self.rows

    @property
    def left(self) -> float:
        return (PAGE_WIDTH - self.columns * self.cell_width) / 2

    @property
    def bottom(self) -> float:
        """Lower edge of the grid; the sheet's label stands below it."""
        return PAGE_HEIGHT - TOP_MARGIN - self.rows * self.cell_height

    def corner(self, index: int) -> tuple[float, float]:
        """Return the lower left corner of a cell, counted from the upper left along the rows."""
        row, column = divmod(index, self.columns)
        x = self.left + column * self.cell_width
        return x, PAGE_HEIGHT - TOP_MARGIN - (row + 1) * self.cell_height


PRESETS: Final = {
    preset.name: preset
    for preset in (
        Preset("24", 4, 6, 46.0, 43.5, 27.0, "below", 1),
        Preset("40", 5, 8, 37.0, 32.5, 21.0, "below", 2),
        Preset("84", 7, 12, 26.5, 21.75, 18.0, "beside", 4),
    )
}


def shape_for(preset: Preset, prefix: str) -> Shape:
    """Return the shape of the symbols of prefix + code in a preset's cells.

    Level Q is taken where the stamp has 17 mm for it and its larger symbol still fits, else M.
    Raises CellTooSmall with what level M would need.
    """
    levels: tuple[Level, ...] = ("Q", "M") if preset.symbol >= _ROOM_FOR_Q else ("M",)
    needed = 0.0
    for level in levels:
        shape = url_shape(prefix, level)
        needed = (shape.size + 2 * QUIET_MODULES) * LEAST_MODULE
        if needed <= preset.symbol:
            return shape
    raise CellTooSmall(needed, preset.symbol)
