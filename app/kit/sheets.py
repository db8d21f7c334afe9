"""Spreadsheets in and out: .xlsx and .csv, told apart by their content and not by their name."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from typing import IO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.kit.clock import VIETNAM
from app.kit.csv_text import read_csv
from app.kit.grid import NotASheet, OldSheet, SheetEmpty, SheetEncrypted, Table
from app.kit.workbooks import read_workbook

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_OTHER: Final = (b"%PDF", b"<", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"PK")

Written = str | int | float | bool | date | datetime | None

# A spreadsheet runs what begins so; a plain number with its sign, as of a phone, runs nothing.
_RUNS: Final = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_SIGNED_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9 .,]*")
_NO_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL_CHARS: Final = 32_767
_DAY_FORMAT: Final = "dd/mm/yyyy"
_MOMENT_FORMAT: Final = "dd/mm/yyyy hh:mm"
_TITLE_CHARS: Final = 31


def read_table(content: bytes, *, name: str) -> Table:
    """Return the rows of a spreadsheet that are not blank; `name` is only for what is told.

    Raises one of grid's refusals where it can't be read.
    """
    start = content[:8].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(_ZIP):
        return read_workbook(content, name=name)
    if content.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise SheetEncrypted(name=name) if locked else OldSheet(name=name)
    if start.startswith(_OTHER):
        raise NotASheet(name=name)
    if not content.strip():
        raise SheetEmpty(name=name)
    return read_csv(content, name=name)


def write_xlsx(
    out: IO[bytes], *, title: str, header: Sequence[str], rows: Iterable[Sequence[Written]]
) -> None:
    """Write one sheet, row by row: texts stay texts, whatever they begin with; days are days."""
    workbook = Workbook(write_only=True)
    add_sheet(workbook, title=title, header=header, rows=rows)
    workbook.save(out)


def add_sheet(
    workbook: Workbook,
    *,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Written]],
    above: Sequence[Sequence[Written]] = (),
    width: float | None = None,
) -> None:
    """Add a sheet to a workbook that is only written: what stands above, headings, then rows."""
    sheet = workbook.create_sheet(sheet_title(title))
    sheet.freeze_panes = f"A{len(above) + 2}"
    for place in range(1, len(header) + 1) if width else ():
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row in above:
        sheet.append([_cell(sheet, value) for value in row])
    sheet.append([_head(sheet, label) for label in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def write_csv(out: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Written]]) -> None:
    """Write UTF-8 with its mark, so that Excel shows Vietnamese; formulas are kept from running."""
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text)
    lines.writerow([harmless(label) for label in header])
    lines.writerows([_plain(value) for value in row] for row in rows)
    text.detach()


def sheet_title(title: str) -> str:
    """Return a title as Excel takes it for a sheet."""
    bare = re.sub(r"[\\/*?:\[\]']", " ", _NO_XML.sub("", title))
    return " ".join(bare.split())[:_TITLE_CHARS] or "1"


def harmless(text: str) -> str:
    """Return the text as a CSV may hold it: with an apostrophe before what would run (OWASP)."""
    runs = _RUNS.match(text) and not _SIGNED_NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def _head(sheet: WriteOnlyWorksheet, label: str) -> SheetCell:
    cell = _text_cell(sheet, label)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Written) -> SheetCell | int | float | bool | None:
    if isinstance(value, str):
        return _text_cell(sheet, value) if value else None
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(VIETNAM).replace(tzinfo=None)
        return _formatted(sheet, value, _MOMENT_FORMAT)
    if isinstance(value, date):
        return _formatted(sheet, value, _DAY_FORMAT)
    return value


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = WriteOnlyCell(sheet, value=_NO_XML.sub("", text)[:_CELL_CHARS])
    # openpyxl makes a formula of what begins with "=", Excel of what is edited afterwards.
    cell.data_type = "s"
    if _RUNS.match(text):
        cell.quotePrefix = True
    cell.number_format = "@"
    return cell


def _formatted(sheet: WriteOnlyWorksheet, value: date, shown: str) -> SheetCell:
    cell = WriteOnlyCell(sheet)
    cell.value = value
    cell.number_format = shown
    return cell


def _plain(value: Written) -> str | int | float:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        local = value.astimezone(VIETNAM) if value.tzinfo else value
        return f"{local:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else value
