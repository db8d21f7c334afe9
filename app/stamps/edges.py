"""What stands beside the stamps: crop marks, a sheet's label, the leader label of a roll."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Final, Protocol

from app.stamps.codes import grouped
from app.stamps.drawing import at, image_within
from app.stamps.layout import JobSpec
from app.stamps.lettering import POINTS_PER_MM, bold, regular
from app.stamps.plan import Page
from app.stamps.presets import Preset, needed_side
from app.stamps.symbols import Template

MARK: Final = 3.0
MARK_GAP: Final = 1.0
LABEL_BOTTOM: Final = 5.0
LABEL_SIDE: Final = 18.0
# A phone is held to the edge of a sheet alone, and not at arm's length.
LEAST_SPAN_MODULE: Final = 0.3
_LABEL_LINES: Final = 5
_LABEL_POINTS: Final = 8.0
_LEADER_POINTS: Final = 6.0
_LEADER_LINES: Final = 9
_LEADING: Final = 1.2
_LINE: Final = _LEADING * _LEADER_POINTS / POINTS_PER_MM
_HALF: Final = 11
DASH: Final = " \N{EN DASH} "

Encode = Callable[[str], str]
Values = list[str | int]


class Edge(Protocol):
    """The words and symbols that lead to the spans of a page, as a pattern and its values."""

    @property
    def heading(self) -> str: ...
    @property
    def words(self) -> tuple[str, ...]: ...

    def pattern(self, spans: int, *, plain: Encode, strong: Encode) -> str: ...
    def values(self, page: Page, codes: Sequence[str], *, first: int, sheet: int) -> Values: ...


class SheetLabel:
    """The sheet's edge: which stamps these are, and a symbol to activate them."""

    def __init__(self, spec: JobSpec, symbols: Template) -> None:
        self.spec, self.symbols = spec, symbols
        preset, words = spec.preset, spec.words
        room = preset.width - 2 * preset.left - LABEL_SIDE
        title = f"{spec.batch_label}{DASH}{spec.product}"
        self.heading = bold().cut(title, _LABEL_POINTS, room)
        self.words = (words.sheet, words.stamps, words.activate, DASH)

    def pattern(self, spans: int, *, plain: Encode, strong: Encode) -> str:
        left, words, dash = self.spec.preset.left, self.spec.words, plain(DASH)
        leading = LABEL_SIDE / _LABEL_LINES
        top = LABEL_BOTTOM + LABEL_SIDE - 0.8 * leading
        shown = (
            f"/B {_LABEL_POINTS} Tf {strong(self.heading)}Tj",
            f"/R {_LABEL_POINTS} Tf {plain(words.sheet + ' ')}Tj(%d)Tj",
            f"{plain(words.stamps + ' ')}Tj(%d)Tj{dash}Tj(%d)Tj",
            f"(%s)Tj{dash}Tj(%s)Tj",
            f"{plain(words.activate)}Tj",
        )
        steps = f" 0 {-leading * POINTS_PER_MM:.3f} Td ".join(shown)
        symbol = image_within(self.symbols, left, LABEL_BOTTOM, LABEL_SIDE)
        return f"BT {at(left + LABEL_SIDE + 1, top)} Td {steps} ET q {symbol}Q\n" * spans

    def values(self, page: Page, codes: Sequence[str], *, first: int, sheet: int) -> Values:
        start, end = page.spans[0]
        return [
            *(sheet, first + start, first + end),
            *(grouped(codes[start]), grouped(codes[end])),
            self.symbols.bits(codes[start], codes[end]),
        ]


class RollLeader:
    """The label that a roll begins with: its stamps in words, and a symbol to activate them."""

    def __init__(self, spec: JobSpec, symbols: Template) -> None:
        self.spec, self.symbols = spec, symbols
        width, words = spec.preset.cell_width, spec.words
        title = f"{spec.batch_label}{DASH}{spec.product}"
        self.heading = bold().cut(title, _LEADER_POINTS, width)
        self.words = (words.roll, words.stamps, words.quantity, words.activate_roll, DASH)
        self.side = min(width, max(needed_side(symbols.shape, LEAST_SPAN_MODULE), LABEL_SIDE))

    @property
    def height(self) -> float:
        """Return the leader's length on the liner: as many labels long as it takes."""
        pitch = self.spec.preset.pitch_y
        return ceil((self.side + (_LEADER_LINES + 1) * _LINE) / pitch) * pitch

    def pattern(self, spans: int, *, plain: Encode, strong: Encode) -> str:
        preset = self.spec.preset
        starts = (preset.left + lane * preset.pitch_x for lane in range(spans))
        return "".join(self._lane(x, plain=plain, strong=strong) for x in starts)

    def _lane(self, x: float, *, plain: Encode, strong: Encode) -> str:
        words, dash = self.spec.words, plain(DASH)
        width = self.spec.preset.cell_width
        call = regular().shrunk(words.activate_roll, _LEADER_POINTS, width)
        shown = (
            f"/B {_LEADER_POINTS} Tf {strong(self.heading)}Tj",
            f"/R {_LEADER_POINTS} Tf {plain(words.roll + ' ')}Tj(%d)Tj",
            f"{plain(words.stamps + ' ')}Tj(%d)Tj{dash}Tj(%d)Tj",
            f"{plain(words.quantity + ' ')}Tj(%d)Tj",
            *("(%s)Tj", f"(%s)Tj{dash}Tj", "(%s)Tj", "(%s)Tj"),
            f"/R {call:.2f} Tf {plain(words.activate_roll)}Tj",
        )
        steps = f" 0 {-_LINE * POINTS_PER_MM:.3f} Td ".join(shown)
        top = self.height - self.side
        symbol = image_within(self.symbols, x + (width - self.side) / 2, top, self.side)
        return f"BT {at(x, top - _LINE)} Td {steps} ET q {symbol}Q\n"

    def values(self, page: Page, codes: Sequence[str], *, first: int, sheet: int) -> Values:
        found: Values = []
        for lane, (start, end) in enumerate(page.spans):
            ends = [grouped(codes[place]) for place in (start, end)]
            found += [sheet + lane, first + start, first + end, end - start + 1]
            found += [half for code in ends for half in (code[:_HALF], code[_HALF + 1 :])]
            found.append(self.symbols.bits(codes[start], codes[end]))
        return found


def crop_marks(preset: Preset) -> str:
    """Return the strokes at which a sheet is cut, outside of its stamps."""
    columns = [preset.left + column * preset.pitch_x for column in range(preset.columns)]
    rows = [preset.top - row * preset.pitch_y for row in range(preset.rows)]
    cuts_x = sorted({x for left in columns for x in (left, left + preset.cell_width)})
    cuts_y = sorted({y for top in rows for y in (top, top - preset.cell_height)})
    left, bottom = preset.left, preset.bottom
    right, top = left + preset.grid_width, preset.top
    lines = []
    for x in cuts_x:
        lines += [(x, top + MARK_GAP, x, top + MARK_GAP + MARK)]
        lines += [(x, bottom - MARK_GAP, x, bottom - MARK_GAP - MARK)]
    for y in cuts_y:
        lines += [(left - MARK_GAP, y, left - MARK_GAP - MARK, y)]
        lines += [(right + MARK_GAP, y, right + MARK_GAP + MARK, y)]
    strokes = "\n".join(f"{at(x1, y1)} m {at(x2, y2)} l S" for x1, y1, x2, y2 in lines)
    return f"0.25 w\n{strokes}\n"
