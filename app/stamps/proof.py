"""Reading a finished file back, by other programs than those that made it, before it may leave.

Pages are drawn by pdfium and read by zxing as a scanner would; what is read must be exactly what
the run of codes says. Nothing here asks the code that drew the symbols.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from math import hypot
from pathlib import Path
from typing import IO, Final
from zipfile import ZipFile

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from defusedxml.ElementTree import fromstring, iterparse
from PIL import Image, ImageDraw

from app.stamps.job import Run
from app.stamps.listing import COLUMNS
from app.stamps.pictures import PICTURE_LIST, picture_name
from app.stamps.plan import last_leader, page_at, page_count
from app.stamps.presets import shape_for
from app.stamps.workbook import SHEET

# At least first, middle and last; one page in 50 of a large file; never more than 20.
_FEW: Final = 3
_ONE_IN: Final = 50
_MOST: Final = 20
# As a common scanner sees it; a second look is a little sharper. Of 25,000 symbols of 15 to 27 mm
# none needed it.
_LOOKS: Final = (300, 400)
_POINTS_PER_INCH: Final = 72
_MM_PER_INCH: Final = 25.4
# Corners are told in whole dots: a module of 0.396 mm comes out within a few hundredths.
_LEAST_PRINTED: Final = 0.37
_DOTS_PER_MM: Final = 20
_ONLY: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_CELLS: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class NotAsPrinted(ValueError):
    """The finished file does not say what it must; `place` is the page, row or picture."""

    def __init__(self, place: int) -> None:
        super().__init__(f"the finished file is wrong at {place}")
        self.place = place


@dataclass(frozen=True)
class Proof:
    """So many of all pages, rows or pictures were read back, and so many codes on them."""

    read: int
    of: int
    codes: int

    def __add__(self, other: "Proof") -> "Proof":
        return Proof(self.read + other.read, self.of + other.of, self.codes + other.codes)


def prove(path: Path, run: Run) -> Proof:
    """Return how much of the file was read back; raises NotAsPrinted where anything differs."""
    return _WAYS[run.format](path, run)


def sample(of: int) -> list[int]:
    """Return the places to read, the first, the middle and the last among them."""
    wanted = min(max(_FEW, -(-of // _ONE_IN)), _MOST, of)
    if wanted == 1:
        return [0]
    places = {round(step * (of - 1) / (wanted - 1)) for step in range(wanted)}
    return sorted(places | {of // 2})


def _prove_pdf(path: Path, run: Run) -> Proof:
    preset, codes = run.spec.preset, 0
    document = pypdfium2.PdfDocument(path)
    try:
        pages = page_count(preset, run.count)
        if len(document) != pages:
            raise NotAsPrinted(len(document))
        read = sorted({*sample(pages), last_leader(preset, run.count)})
        for index in read:
            page = page_at(preset, run.count, index)
            stamps = {_stamp_text(run, place) for place in page.stamps}
            spans = {_span_text(run, *span) for span in page.spans}
            if not _reads_as(document[index], stamps, spans, modules=_modules(run)):
                raise NotAsPrinted(index + 1)
            codes += len(stamps) + len(spans)
    finally:
        document.close()
    return Proof(len(read), pages, codes)


def _reads_as(page: pypdfium2.PdfPage, stamps: set[str], spans: set[str], *, modules: int) -> bool:
    """Tell whether just these symbols are on the page, the stamps' large enough for a phone."""
    for dpi in _LOOKS:
        drawn = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True).to_pil()
        found = zxingcpp.read_barcodes(drawn, formats=_ONLY)
        least = _LEAST_PRINTED * modules * dpi / _MM_PER_INCH
        if any(one.text in stamps and _side(one) < least for one in found):
            return False
        if sorted(one.text for one in found) == sorted(stamps | spans):
            return True
    return False


def _modules(run: Run) -> int:
    """Return how many modules a side of the stamps' symbols has, by the standard's table."""
    return shape_for(run.spec.preset, run.spec.prefix).size


def _side(found: zxingcpp.Barcode) -> float:
    """Return the length of a symbol's upper side in dots."""
    left, right = found.position.top_left, found.position.top_right
    return hypot(right.x - left.x, right.y - left.y)


def _read(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=_ONLY)]


def _stamp_text(run: Run, place: int) -> str:
    return run.spec.prefix + next(run.codes(place, 1))


def _span_text(run: Run, first: int, last: int) -> str:
    ends = [next(run.codes(place, 1)) for place in (first, last)]
    return f"{run.spec.base_url.rstrip('/')}/app/activate?first={ends[0]}&last={ends[1]}"


def _row(run: Run, place: int) -> tuple[str, str, str]:
    code = next(run.codes(place, 1))
    return code, run.spec.prefix + code, str(run.spec.first_number + place)


def _prove_rows(rows: Iterator[Sequence[str]], run: Run) -> Proof:
    """Count every row, and compare those of a sample, the first and the last among them."""
    wanted, count = set(sample(run.count)), 0
    if tuple(next(rows, ())) != COLUMNS:
        raise NotAsPrinted(0)
    for place, row in enumerate(rows):
        count += 1
        if place in wanted and tuple(row) != _row(run, place):
            raise NotAsPrinted(place + 1)
    if count != run.count:
        raise NotAsPrinted(count)
    return Proof(count, run.count, len(wanted))


def _prove_csv(path: Path, run: Run) -> Proof:
    with path.open(encoding="ascii", newline="") as rows:
        return _prove_rows(csv.reader(rows), run)


def _prove_xlsx(path: Path, run: Run) -> Proof:
    with ZipFile(path) as archive, archive.open(SHEET) as sheet:
        return _prove_rows(_rows_of(sheet), run)


def _rows_of(sheet: IO[bytes]) -> Iterator[tuple[str, ...]]:
    rows = None
    for event, element in iterparse(sheet, events=("start", "end")):
        if element.tag == f"{_CELLS}sheetData":
            rows = element
        elif event == "end" and rows is not None and element.tag == f"{_CELLS}row":
            yield tuple("".join(cell.itertext()) for cell in element)
            # A row stays in memory as long as its sheet knows of it.
            rows.clear()


def _prove_pictures(path: Path, run: Run) -> Proof:
    look: Callable[[bytes], Image.Image] = _open_png if run.format == "png" else rasterised
    read = sample(run.count)
    with ZipFile(path) as archive:
        if len(archive.infolist()) != run.count + 1:
            raise NotAsPrinted(len(archive.infolist()))
        with archive.open(PICTURE_LIST) as listed:
            _prove_rows(_without_names(csv.reader(TextIOWrapper(listed, "ascii", newline=""))), run)
        for place in read:
            name = picture_name(run.spec.first_number + place, run.format)
            if _read(look(archive.read(name))) != [_stamp_text(run, place)]:
                raise NotAsPrinted(place + 1)
    return Proof(len(read), run.count, len(read))


def _without_names(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    return (row[1:] for row in rows)


def _open_png(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def rasterised(content: bytes) -> Image.Image:
    """Return what an SVG of ours shows of its symbol, by its own sizes and transforms.

    No renderer of SVG is at hand: the one path is drawn as it is written, and nothing else is.
    """
    root = fromstring(content)
    space = root.tag.partition("}")[0] + "}"
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    path = next(root.iter(f"{space}path"))
    moved, _, scaled = path.attrib["transform"].partition(" scale(")
    left, top = (float(part) for part in moved.removeprefix("translate(").rstrip(")").split())
    module = float(scaled.rstrip(")"))
    picture = Image.new("L", (round(width * _DOTS_PER_MM), round(height * _DOTS_PER_MM)), 255)
    draw = ImageDraw.Draw(picture)
    shade = 0 if path.attrib.get("fill", "#000") in {"#000", "#000000", "black"} else 255
    for bar in path.attrib["d"].split("z")[:-1]:
        start, _, rest = bar[1:].partition("h")
        x, y = (float(part) for part in start.split())
        length, deep = (float(part) for part in rest.partition("h-")[0].split("v"))
        corners = [(left + x * module, top + y * module)]
        corners += [(left + (x + length) * module, top + (y + deep) * module)]
        scaled_up = [(a * _DOTS_PER_MM, b * _DOTS_PER_MM) for a, b in corners]
        draw.rectangle([*scaled_up[0], scaled_up[1][0] - 1, scaled_up[1][1] - 1], fill=shade)
    return picture


_WAYS: Final[dict[str, Callable[[Path, Run], Proof]]] = {
    "pdf": _prove_pdf,
    "csv": _prove_csv,
    "xlsx": _prove_xlsx,
    "svg": _prove_pictures,
    "png": _prove_pictures,
}
