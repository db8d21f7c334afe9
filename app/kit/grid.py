"""What a spreadsheet holds once it is read, and what can be wrong with the file itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Invalid, TooLarge
from app.kit.i18n import N_

MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 200
MOST_UNPACKED: Final = 128 * 1024 * 1024
# Deflate packs 1:1000 at best; a table of real text stays below 1:40.
MOST_RATIO: Final = 200


class Flaw(StrEnum):
    """Why a cell has no value to read."""

    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that shows something but has no value: a formula never computed, or an error."""

    flaw: Flaw
    written: str


# A whole day is a date; a datetime is naive, as the sheet shows it.
Cell = str | int | float | bool | date | datetime | BadCell | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank, by the number the spreadsheet shows beside it."""

    number: int
    cells: Sequence[Cell]

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one sheet, blank ones left out; `others` are sheets that were not read."""

    sheet: str
    rows: Sequence[Row]
    others: Sequence[str] = ()


class NotASheet(Invalid):
    """The file is no spreadsheet"""

    code: ClassVar[str] = "sheets.not_a_sheet"
    detail: ClassVar[str] = N_(
        "“{name}” can't be read. Open it in the spreadsheet program and save it as .xlsx or .csv."
    )
    field = "file"

    def __init__(self, *, name: str) -> None:
        self.name = shown_name(name)


class SheetEncrypted(Invalid):
    """The file is locked with a password"""

    code: ClassVar[str] = "sheets.encrypted"
    detail: ClassVar[str] = N_("Take the password off “{name}” and save it again.")
    field = "file"

    def __init__(self, *, name: str) -> None:
        self.name = shown_name(name)


class OldSheet(Invalid):
    """The file has an old or another format"""

    code: ClassVar[str] = "sheets.old_format"
    detail: ClassVar[str] = N_(
        "“{name}” is a spreadsheet, but no .xlsx. Open it and choose “Save as”, Excel workbook "
        "(.xlsx)."
    )
    field = "file"

    def __init__(self, *, name: str) -> None:
        self.name = shown_name(name)


class SheetEmpty(Invalid):
    """The file has no rows"""

    code: ClassVar[str] = "sheets.empty"
    detail: ClassVar[str] = N_("No sheet of “{name}” that can be seen has anything written in it.")
    field = "file"

    def __init__(self, *, name: str) -> None:
        self.name = shown_name(name)


class SheetTooLong(Invalid):
    """The file has too many rows"""

    code: ClassVar[str] = "sheets.too_long"
    detail: ClassVar[str] = N_("At most {most} rows are read at once. Split the file.")
    field = "file"

    def __init__(self, *, most: int = MOST_ROWS) -> None:
        self.most = most


class SheetTooWide(Invalid):
    """The file has too many columns"""

    code: ClassVar[str] = "sheets.too_wide"
    detail: ClassVar[str] = N_(
        "Row {row} has something beyond column {most}. Delete what does not belong to the table."
    )
    field = "file"

    def __init__(self, *, row: int, most: int = MOST_COLUMNS) -> None:
        self.row = row
        self.most = most


class SheetUnpacksTooLarge(TooLarge):
    """The file is too large once unpacked"""

    code: ClassVar[str] = "sheets.too_large"
    detail: ClassVar[str] = N_(
        "Unpacked it would be over {megabytes} MB. Copy the table alone, without empty formatted "
        "rows, into a new file."
    )
    field = "file"

    def __init__(self) -> None:
        super().__init__(megabytes=MOST_UNPACKED // (1024 * 1024))


class LetterCodeUnknown(Invalid):
    """The letters of the file can't be told"""

    code: ClassVar[str] = "sheets.unknown_letters"
    detail: ClassVar[str] = N_("Save “{name}” again as CSV UTF-8, or better as .xlsx.")
    field = "file"

    def __init__(self, *, name: str) -> None:
        self.name = shown_name(name)


class BrokenLine(Invalid):
    """A line of the file is broken"""

    code: ClassVar[str] = "sheets.broken_line"
    detail: ClassVar[str] = N_("Line {line}: a quotation mark is not closed, or stands alone.")
    field = "file"

    def __init__(self, *, line: int) -> None:
        self.line = line


def shown_name(name: str) -> str:
    """Return a file's name as it may be shown: without its folder, control signs and length."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:120] or "?"


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def letters_of(index: int) -> str:
    """Return a column's letters by its place, from 0: A, B, ... Z, AA."""
    letters = ""
    rest = index + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
