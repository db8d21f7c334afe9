"""Workbooks for tests: made by openpyxl, and such as no program of good manners makes."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(
    rows: Iterable[Sequence[Any]], change: Callable[[Worksheet], object] | None = None
) -> bytes:
    """Return an .xlsx of one sheet, changed at last by `change`."""
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def by_hand(sheet: str, **more: str | bytes) -> bytes:
    """Return an .xlsx whose sheet is this XML; `more` are further entries, by path."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/a.xml")),
        "xl/worksheets/a.xml": sheet,
    }
    return zipped(parts | more)


def zipped(parts: dict[str, str | bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return out.getvalue()


def cells(*rows: str) -> str:
    """Return a sheet's XML of rows given by the XML of their cells."""
    inner = "".join(f'<row r="{place}">{row}</row>' for place, row in enumerate(rows, start=1))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{inner}</sheetData></worksheet>'


def _relations(*targets: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="r{place}" Type="{RELATED}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'
