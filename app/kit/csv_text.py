import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

from app.kit.grid import (
    MOST_COLUMNS,
    MOST_ROWS,
    BadCell,
    BrokenLine,
    Cell,
    Flaw,
    LetterCodeUnknown,
    Row,
    SheetEmpty,
    SheetTooLong,
    SheetTooWide,
    Table,
)

_DELIMITERS: Final = (",", ";", "\t", "|")
_MARKED: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT: Final = 20
_SAID: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# As Excel keeps leading zeros in a CSV: ="0123".
_KEPT: Final = re.compile(r'="([^"]*)"')
# As our own files keep a formula from running.
_HELD: Final = re.compile(r"'(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def read_csv(content: bytes, *, name: str) -> Table:
    """Return the lines that are not blank, numbered as a spreadsheet would show them."""
    text = _decoded(content, name)
    said = _SAID.match(text)
    delimiter = said[1] if said else _delimiter(text)
    rows = list(_rows(text[said.end() :] if said else text, delimiter, 2 if said else 1))
    if not rows:
        raise SheetEmpty(name=name)
    return Table("", rows)


def _decoded(content: bytes, name: str) -> str:
    """Return the text: in Unicode, else in the code page Vietnamese Windows writes."""
    marked = next((code for mark, code in _MARKED if content.startswith(mark)), None)
    for code in (marked,) if marked else ("utf-8", "windows-1258"):
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise LetterCodeUnknown(name=name)


def _delimiter(text: str) -> str:
    """Return the sign that cuts the first lines into the most columns, and most evenly."""
    lines = [line for line in text[: 64 * 1024].splitlines() if line.strip()][:_LOOKED_AT]
    return max(_DELIMITERS, key=lambda sign: _evenness(lines, sign))


def _evenness(lines: list[str], sign: str) -> tuple[int, int]:
    widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual) if usual > 1 else 0), usual


def _rows(text: str, delimiter: str, first: int) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    kept = 0
    try:
        for number, fields in enumerate(reader, start=first):
            cells = [_cell(field) for field in fields]
            while cells and cells[-1] is None:
                cells.pop()
            if not cells:
                continue
            kept += 1
            if kept > MOST_ROWS:
                raise SheetTooLong
            if len(cells) > MOST_COLUMNS:
                raise SheetTooWide(row=number)
            yield Row(number, cells)
    except csv.Error as error:
        raise BrokenLine(line=reader.line_num) from error


def _cell(text: str) -> Cell:
    if not text.strip():
        return None
    if kept := _KEPT.fullmatch(text):
        return kept[1]
    if text.startswith("="):
        return BadCell(Flaw.FORMULA, text[:40])
    return _HELD.sub("", text, count=1)
