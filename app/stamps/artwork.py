"""A4 sheets of stamps as one PDF of vectors, in memory that does not grow with the batch."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Final

from app.stamps.codes import grouped
from app.stamps.layout import CellLayout, JobSpec, lay_out
from app.stamps.lettering import POINTS_PER_MM, EmbeddedFont, bold, regular
from app.stamps.pdf import PageTree, PdfWriter
from app.stamps.presets import PAGE_HEIGHT, PAGE_WIDTH, Preset
from app.stamps.qr import QUIET_MODULES
from app.stamps.symbols import Template, check_symbols, template_of

_CHECKED_EVERY: Final = 32
_MARK: Final = 3.0
_MARK_GAP: Final = 1.0
_LABEL_BOTTOM: Final = 5.0
_LABEL_SIDE: Final = 18.0
_LABEL_LINES: Final = 5
_LABEL_POINTS: Final = 8.0
_DASH: Final = " \N{EN DASH} "


def render_pdf(
    spec: JobSpec, codes: Iterable[str], out: BinaryIO, progress: Callable[[int], None]
) -> None:
    """Write the sheets of all codes, the same bytes for the same input.

    `progress` is called after each sheet with the number of stamps done. The first symbols of
    every 32nd sheet are compared with the library's own: raises SymbolMismatchError, and
    CellTooSmall or UnprintableUrlError before the first byte.
    """
    layout = lay_out(spec)
    sheets = _Sheets(spec, layout)
    pdf = PdfWriter(out)
    tree = sheets.begin(pdf)
    done = 0
    for index, sheet in enumerate(_runs(codes, spec.preset.per_sheet)):
        content = sheets.content(sheet, sheet_number=index + 1, before=done)
        if index % _CHECKED_EVERY == 0:
            sheets.check(sheet)
        # Level 1 costs 5 us a stamp; higher levels cost twice that and save 3 %.
        tree.add(pdf.stream(zlib.compress(content, 1), "/Filter/FlateDecode"))
        done += len(sheet)
        progress(done)
    catalogue = tree.finish()
    title = b"\xfe\xff" + spec.batch_label.encode("utf-16-be")
    pdf.finish(catalogue, pdf.put(f"<</Title<{title.hex()}>>>"))


class _Sheets:
    """Turns the codes of one sheet into its content by one template string for each count."""

    def __init__(self, spec: JobSpec, layout: CellLayout) -> None:
        self.spec = spec
        self.layout = layout
        self.stamps = template_of(layout.shape)
        self.spans = Template.for_span(spec.base_url)
        words = spec.words
        fixed = [line.text for line in layout.fixed]
        self.heading = bold().cut(
            f"{spec.batch_label}{_DASH}{spec.product}",
            _LABEL_POINTS,
            PAGE_WIDTH - 2 * spec.preset.left - _LABEL_SIDE,
        )
        self.regular = EmbeddedFont(
            regular(), [*fixed, words.sheet, words.stamps, words.activate, _DASH]
        )
        self.bold = EmbeddedFont(bold(), [self.heading])
        self.patterns: dict[int, str] = {}

    def begin(self, pdf: PdfWriter) -> PageTree:
        """Write what all pages share: fonts, crop marks and the words of a stamp."""
        fonts = f"/Font<</R {self.regular.write(pdf)} 0 R/B {self.bold.write(pdf)} 0 R>>"
        preset = self.spec.preset
        words = "".join(
            f"BT/R {line.points:.2f} Tf {_at(line.x, line.y)} Td "
            f"{self.regular.encode(line.text)} Tj ET\n"
            for line in self.layout.fixed
        )
        stamp = _form(pdf, words, preset.cell_width, preset.cell_height, fonts)
        marks = _form(pdf, _crop_marks(preset), PAGE_WIDTH, PAGE_HEIGHT, "")
        box = f"0 0 {_at(PAGE_WIDTH, PAGE_HEIGHT)}"
        forms = f"/XObject<</S {stamp} 0 R/M {marks} 0 R>>"
        return PageTree(pdf, box=box, resources=fonts + forms)

    def content(self, codes: list[str], *, sheet_number: int, before: int) -> bytes:
        """Return a sheet's content stream; the values follow the order of the pattern."""
        pattern = self.patterns.get(len(codes))
        if pattern is None:
            pattern = self.patterns[len(codes)] = self._pattern(len(codes))
        values: list[str | int] = []
        for code in codes:
            shown = grouped(code)
            values.extend([shown[line.start : line.end] for line in self.layout.code])
            values.append(self.stamps.bits(code))
        first, last = codes[0], codes[-1]
        number = self.spec.first_number + before
        values += [sheet_number, number, number + len(codes) - 1]
        values += [grouped(first), grouped(last), self.spans.bits(first, last)]
        return (pattern % tuple(values)).encode("ascii")

    def check(self, codes: list[str]) -> None:
        check_symbols(self.stamps, [(codes[0],)])
        check_symbols(self.spans, [(codes[0], codes[-1])])

    def _pattern(self, count: int) -> str:
        layout = self.layout
        lines = "".join(
            f"BT/B {line.points:.2f} Tf {_at(line.x, line.y)} Td(%s)Tj ET " for line in layout.code
        )
        symbol = _image(self.stamps, layout.symbol_x, layout.symbol_y, layout.symbol_side)
        corners = (self.spec.preset.corner(index) for index in range(count))
        cells = "".join(f"q 1 0 0 1 {_at(*at)} cm/S Do {lines}{symbol}Q\n" for at in corners)
        return f"/M Do\n{cells}{self._label()}"

    def _label(self) -> str:
        """Return the sheet's edge: which stamps these are, and a symbol to activate them."""
        left, words, encode = self.spec.preset.left, self.spec.words, self.regular.encode
        dash = encode(_DASH)
        module = _LABEL_SIDE / (self.spans.size + 2 * QUIET_MODULES)
        quiet = QUIET_MODULES * module
        side = self.spans.size * module
        symbol = _image(self.spans, left + quiet, _LABEL_BOTTOM + quiet, side)
        leading = _LABEL_SIDE / _LABEL_LINES
        top = _LABEL_BOTTOM + _LABEL_SIDE - 0.8 * leading
        shown = (
            f"/B {_LABEL_POINTS} Tf {self.bold.encode(self.heading)}Tj",
            f"/R {_LABEL_POINTS} Tf {encode(words.sheet + ' ')}Tj(%d)Tj",
            f"{encode(words.stamps + ' ')}Tj(%d)Tj{dash}Tj(%d)Tj",
            f"(%s)Tj{dash}Tj(%s)Tj",
            f"{encode(words.activate)}Tj",
        )
        steps = f" 0 {-leading * POINTS_PER_MM:.3f} Td ".join(shown)
        return f"BT {_at(left + _LABEL_SIDE + 1, top)} Td {steps} ET q {symbol}Q\n"


def _runs(codes: Iterable[str], length: int) -> Iterator[list[str]]:
    remaining = iter(codes)
    while run := list(islice(remaining, length)):
        yield run


def _at(x: float, y: float) -> str:
    """Return a place in mm as PDF points."""
    return f"{x * POINTS_PER_MM:.3f} {y * POINTS_PER_MM:.3f}"


def _image(template: Template, x: float, y: float, side: float) -> str:
    """Return a symbol as an inline mask of one bit a module, crisp at any resolution.

    Written in hexadecimal, for some printers' software looks for the end mark in raw bytes;
    compressed it takes no more room. It leaves the coordinates scaled, so a Q must follow.
    """
    points = side * POINTS_PER_MM
    digits = 2 * template.stride * template.size
    return (
        f"{points:.3f} 0 0 {points:.3f} {_at(x, y)} cm BI/W {template.size}/H {template.size}"
        f"/BPC 1/IM true/D[1 0]/F/AHx ID %0{digits}x> EI "
    )


def _crop_marks(preset: Preset) -> str:
    left, bottom = preset.left, preset.bottom
    right = left + preset.columns * preset.cell_width
    top = bottom + preset.rows * preset.cell_height
    lines = []
    for column in range(preset.columns + 1):
        x = left + column * preset.cell_width
        lines += [(x, top + _MARK_GAP, x, top + _MARK_GAP + _MARK)]
        lines += [(x, bottom - _MARK_GAP, x, bottom - _MARK_GAP - _MARK)]
    for row in range(preset.rows + 1):
        y = bottom + row * preset.cell_height
        lines += [(left - _MARK_GAP, y, left - _MARK_GAP - _MARK, y)]
        lines += [(right + _MARK_GAP, y, right + _MARK_GAP + _MARK, y)]
    strokes = "\n".join(f"{_at(x1, y1)} m {_at(x2, y2)} l S" for x1, y1, x2, y2 in lines)
    return f"0.25 w\n{strokes}\n"


def _form(pdf: PdfWriter, content: str, width: float, height: float, resources: str) -> int:
    return pdf.stream(
        zlib.compress(content.encode("ascii")),
        f"/Type/XObject/Subtype/Form/BBox[0 0 {_at(width, height)}]"
        f"/Resources<<{resources}>>/Filter/FlateDecode",
    )
