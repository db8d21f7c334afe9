"""Sheets and rolls of stamps as one PDF of vectors, in memory that does not grow with the batch."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

from app.stamps.codes import grouped
from app.stamps.drawing import at, box, form, image
from app.stamps.edges import Edge, RollLeader, SheetLabel, crop_marks
from app.stamps.layout import CellLayout, JobSpec, lay_out
from app.stamps.lettering import EmbeddedFont, bold, regular
from app.stamps.pdf import PageTree, PdfWriter
from app.stamps.plan import Page, block_of, page_in, pages_in
from app.stamps.symbols import Template, check_symbols, template_of

_CHECKED_EVERY: Final = 32
_LINER_POINTS: Final = 5.0
_LINER_BOTTOM: Final = 0.5


def render_pdf(
    spec: JobSpec, codes: Iterable[str], out: BinaryIO, progress: Callable[[int], None]
) -> None:
    """Write the pages of all codes, the same bytes for the same input.

    `progress` is called after each page with the number of stamps done. The first symbols of
    every 32nd page are compared with the library's own: raises SymbolMismatchError, and
    CellTooSmall or UnprintableUrlError before the first byte.
    """
    pages = _Pages(spec, lay_out(spec))
    pdf = PdfWriter(out)
    tree = pages.begin(pdf)
    before, index = 0, 0
    for number, block in enumerate(_runs(codes, block_of(spec.preset))):
        done = before
        for place in range(pages_in(spec.preset, len(block))):
            page = page_in(spec.preset, len(block), place)
            content = pages.content(page, block, block_number=number, before=before)
            if index % _CHECKED_EVERY == 0:
                pages.check(page, block)
            # Level 1 costs 5 us a stamp; higher levels cost twice that and save 3 %.
            stream = pdf.stream(zlib.compress(content, 1), "/Filter/FlateDecode")
            tree.add(stream, box=pages.box_of(page))
            index += 1
            done += len(page.stamps)
            progress(done)
        before += len(block)
    catalogue = tree.finish()
    title = b"\xfe\xff" + spec.batch_label.encode("utf-16-be")
    pdf.finish(catalogue, pdf.put(f"<</Title<{title.hex()}>>>"))


class _Pages:
    """Turns the codes of one page into its content by one template string for each count."""

    def __init__(self, spec: JobSpec, layout: CellLayout) -> None:
        self.spec = spec
        self.layout = layout
        self.stamps = template_of(layout.shape)
        self.spans = Template.for_span(spec.base_url)
        self.leader = RollLeader(spec, self.spans) if spec.preset.is_roll else None
        self.edge: Edge = self.leader or SheetLabel(spec, self.spans)
        fixed = [line.text for line in layout.fixed]
        self.regular = EmbeddedFont(regular(), [*fixed, *self.edge.words])
        self.bold = EmbeddedFont(bold(), [self.edge.heading])
        self.patterns: dict[tuple[int, int], str] = {}

    def begin(self, pdf: PdfWriter) -> PageTree:
        """Write what all pages share: fonts, crop marks and the words of a stamp."""
        fonts = f"/Font<</R {self.regular.write(pdf)} 0 R/B {self.bold.write(pdf)} 0 R>>"
        preset = self.spec.preset
        words = "".join(
            f"BT/R {line.points:.2f} Tf {at(line.x, line.y)} Td "
            f"{self.regular.encode(line.text)} Tj ET\n"
            for line in self.layout.fixed
        )
        forms = f"/S {form(pdf, words, preset.cell_width, preset.cell_height, fonts)} 0 R"
        if preset.crop_marks:
            marks = form(pdf, crop_marks(preset), preset.width, preset.height, "")
            forms += f"/M {marks} 0 R"
        size = box(preset.width, preset.height)
        return PageTree(pdf, box=size, resources=f"{fonts}/XObject<<{forms}>>")

    def box_of(self, page: Page) -> str:
        """Return the size of a page that differs from the others, else nothing."""
        if self.leader is None or page.stamps:
            return ""
        return box(self.spec.preset.width, self.leader.height)

    def content(self, page: Page, codes: Sequence[str], *, block_number: int, before: int) -> bytes:
        """Return a page's content stream; the values follow the order of the pattern."""
        key = len(page.stamps), len(page.spans)
        pattern = self.patterns.get(key)
        if pattern is None:
            pattern = self.patterns[key] = self._pattern(*key)
        first, lines = self.spec.first_number + before, self.layout.code
        values: list[str | int] = []
        for place in page.stamps:
            code = codes[place]
            shown = grouped(code)
            values.extend([shown[line.start : line.end] for line in lines])
            values.append(self.stamps.bits(code))
            if self.leader is not None:
                values.append(first + place)
        if page.spans:
            sheet = block_number * (self.spec.preset.columns if self.leader else 1) + 1
            values += self.edge.values(page, codes, first=first, sheet=sheet)
        return (pattern % tuple(values)).encode("ascii")

    def check(self, page: Page, codes: Sequence[str]) -> None:
        check_symbols(self.stamps, [(codes[place],) for place in page.stamps[:1]])
        check_symbols(self.spans, [(codes[start], codes[end]) for start, end in page.spans[:1]])

    def _pattern(self, stamps: int, spans: int) -> str:
        layout, preset = self.layout, self.spec.preset
        lines = "".join(
            f"BT/B {line.points:.2f} Tf {at(line.x, line.y)} Td(%s)Tj ET " for line in layout.code
        )
        symbol = image(self.stamps, layout.symbol_x, layout.symbol_y, layout.symbol_side)
        corners = [preset.corner(index) for index in range(stamps)]
        cells = "".join(
            f"q 1 0 0 1 {at(x, y)} cm/S Do {lines}{symbol}Q\n{self._liner_number(x)}"
            for x, y in corners
        )
        marks = "/M Do\n" if preset.crop_marks else ""
        edge = self.edge.pattern(spans, plain=self.regular.encode, strong=self.bold.encode)
        return f"{marks}{cells}{edge}"

    def _liner_number(self, x: float) -> str:
        """Return the running number below a label, on the liner that stays behind."""
        if self.leader is None:
            return ""
        return f"BT/R {_LINER_POINTS} Tf {at(x, _LINER_BOTTOM)} Td(%d)Tj ET\n"


def _runs(codes: Iterable[str], length: int) -> Iterator[list[str]]:
    remaining = iter(codes)
    while run := list(islice(remaining, length)):
        yield run
