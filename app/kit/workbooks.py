"""Reads .xlsx in one pass.

Not by openpyxl, which writes our workbooks: reading, it needs a second pass to tell a formula
without a value from an empty cell, leaves merged cells out of its streaming mode, believes the
sizes a file claims, and takes four times as long.
"""

import posixpath
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from typing import Final, TypeVar
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.kit.cells import Book, SharedTexts, SheetCells, make_book
from app.kit.grid import (
    MOST_RATIO,
    MOST_UNPACKED,
    Cell,
    NotASheet,
    OldSheet,
    Row,
    SheetEmpty,
    SheetEncrypted,
    SheetUnpacksTooLarge,
    Table,
    is_blank,
)

T = TypeVar("T")

_PIECE: Final = 256 * 1024
_SMALL: Final = 1024 * 1024
_MOST_ENTRIES: Final = 2000
_MOST_FILLED: Final = 2_000_000
_LOCKED: Final = 0x1


def read_workbook(content: bytes, *, name: str) -> Table:
    """Return the first sheet that can be seen and has something in it.

    What is merged downwards stands in each row it spans. Raises a refusal for what is no .xlsx,
    is locked, or unpacks to more than a table of people's data ever would.
    """
    return _read(content, name, lambda archive: next(_tables(archive, name), None))


def read_sheets(content: bytes, *, name: str, most: int) -> list[Table]:
    """Return the first sheets that can be seen and have something in them, read as above."""
    return _read(content, name, lambda archive: list(islice(_tables(archive, name), most)))


def _read(content: bytes, name: str, tables: Callable[[zipfile.ZipFile], T | None]) -> T:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_sizes(archive)
            found = tables(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        ParseError,
        DefusedXmlException,
        expat.ExpatError,
        ArithmeticError,
        LookupError,
        ValueError,
    ) as error:
        raise NotASheet(name=name) from error
    if not found:
        raise SheetEmpty(name=name)
    return found


def _check_sizes(archive: zipfile.ZipFile) -> None:
    """Refuse by the directory alone, before anything is unpacked.

    An entry never unpacks to more than the directory says: the standard library stops there.
    """
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    swollen = any(
        entry.file_size > _SMALL and entry.file_size > entry.compress_size * MOST_RATIO
        for entry in entries
    )
    if unpacked > MOST_UNPACKED or swollen or len(entries) > _MOST_ENTRIES:
        raise SheetUnpacksTooLarge


def _tables(archive: zipfile.ZipFile, name: str) -> Iterator[Table]:
    if any(entry.flag_bits & _LOCKED for entry in archive.infolist()):
        raise SheetEncrypted(name=name)
    paths = set(archive.namelist())
    if {"xl/workbook.bin", "content.xml"} & paths:
        raise OldSheet(name=name)
    workbook = _target(archive, "_rels/.rels", "/officeDocument")
    root = _tree(archive, workbook)
    if _local(root.tag) != "workbook":
        raise NotASheet(name=name)
    sheets = dict(_sheets(archive, workbook, root))
    book = _book(archive, workbook, root)
    for title, path in sheets.items():
        rows = _rows(archive, path, book)
        if rows:
            yield Table(title, rows, [other for other in sheets if other != title])


def _sheets(archive: zipfile.ZipFile, workbook: str, root: Element) -> Iterator[tuple[str, str]]:
    """Yield name and path of the sheets with cells that can be seen, in the workbook's order."""
    paths = dict(_related(archive, workbook, "/worksheet"))
    for one in root.iter():
        if _local(one.tag) == "sheet" and one.get("state", "visible") == "visible":
            ids = [value for key, value in one.attrib.items() if _local(key) == "id"]
            if ids and ids[0] in paths:
                yield one.get("name", ""), paths[ids[0]]


def _book(archive: zipfile.ZipFile, workbook: str, root: Element) -> Book:
    styles = [path for _, path in _related(archive, workbook, "/styles")]
    old = any(
        _local(one.tag) == "workbookPr" and one.get("date1904") in {"1", "true"}
        for one in root.iter()
    )
    book = make_book(_tree(archive, styles[0]) if styles else None, since_1904=old)
    for _, path in _related(archive, workbook, "/sharedStrings"):
        texts = SharedTexts(book.texts)
        _feed(archive, path, texts.parser)
    return book


def _rows(archive: zipfile.ZipFile, path: str, book: Book) -> list[Row]:
    cells = SheetCells(book)
    _feed(archive, path, cells.parser)
    numbers = sorted(cells.rows)
    filled = 0
    for column, first, last in cells.merged:
        value = (cells.rows.get(first) or [])[column : column + 1]
        if not value or is_blank(value[0]):
            continue
        below = numbers[bisect_right(numbers, first) : bisect_left(numbers, last + 1)]
        filled += len(below)
        if filled > _MOST_FILLED:
            message = "merged cells overlap"
            raise ValueError(message)
        for number in below:
            _fill(cells.rows[number], column, value[0])
    return [Row(number, cells.rows[number]) for number in numbers]


def _fill(row: list[Cell], column: int, value: Cell) -> None:
    row.extend([None] * (column + 1 - len(row)))
    if row[column] is None:
        row[column] = value


def _related(archive: zipfile.ZipFile, path: str, kind: str) -> Iterator[tuple[str, str]]:
    """Yield id and path of what a part refers to, by the end of the relation's type."""
    folder, _, last = path.rpartition("/")
    for one in _tree(archive, posixpath.join(folder, "_rels", f"{last}.rels")):
        if one.get("Type", "").endswith(kind):
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))
            yield one.get("Id", ""), target.lstrip("/")


def _target(archive: zipfile.ZipFile, path: str, kind: str) -> str:
    for one in _tree(archive, path):
        if one.get("Type", "").endswith(kind):
            return one.get("Target", "").lstrip("/")
    message = f"nothing is related as {kind}"
    raise LookupError(message)


def _tree(archive: zipfile.ZipFile, path: str) -> Element:
    tree: Element = fromstring(archive.read(path), forbid_dtd=True)
    return tree


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _feed(archive: zipfile.ZipFile, path: str, parser: expat.XMLParserType) -> None:
    with archive.open(path) as source:
        while piece := source.read(_PIECE):
            parser.Parse(piece)
    parser.Parse(b"", True)
