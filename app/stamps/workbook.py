"""The list of codes as .xlsx, written row by row: a million rows take the memory of a hundred.

openpyxl keeps every text of a sheet until it saves, and writes the time into the file, so that
the same list would never be the same file.
"""

from collections.abc import Callable, Iterable
from typing import BinaryIO, Final

from app.stamps.archive import Archive
from app.stamps.listing import COLUMNS, TOLD_EVERY

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="codes" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
SHEET: Final = "xl/worksheets/sheet1.xml"
_HEAD: Final = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
    '<cols><col min="1" max="1" width="24" customWidth="1"/>'
    '<col min="2" max="2" width="64" customWidth="1"/></cols><sheetData>'
)
_TAIL: Final = "</sheetData></worksheet>"


def write_workbook(
    prefix: str,
    codes: Iterable[str],
    out: BinaryIO,
    progress: Callable[[int], None],
    *,
    first_number: int = 1,
) -> None:
    """Write code, address and running number row by row, the same bytes for the same list.

    Codes and addresses hold nothing that XML or a formula would read otherwise.
    """
    with Archive(out) as archive:
        for name, content in _PARTS.items():
            archive.add(name, _XML + content)
        with archive.entry(SHEET) as sheet:
            sheet.write((_HEAD + _row(1, *(_text(name) for name in COLUMNS))).encode())
            done = 0
            for done, code in enumerate(codes, start=1):
                number = f"><v>{first_number + done - 1}</v></c>"
                sheet.write(_row(done + 1, _text(code), _text(prefix + code), number).encode())
                if done % TOLD_EVERY == 0:
                    progress(done)
            sheet.write(_TAIL.encode())
        progress(done)


def _row(row: int, *cells: str) -> str:
    held = "".join(f'<c r="{at}{row}"{cell}' for at, cell in zip("ABC", cells, strict=True))
    return f'<row r="{row}">{held}</row>'


def _text(text: str) -> str:
    return f' t="inlineStr"><is><t>{text}</t></is></c>'
