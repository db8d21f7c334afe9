"""The cells of an .xlsx sheet, as its XML is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element
from xml.parsers import expat

from app.kit.grid import (
    MOST_COLUMNS,
    MOST_ROWS,
    BadCell,
    Cell,
    Flaw,
    SheetTooLong,
    SheetTooWide,
    is_blank,
)

# Rows above the table, such as its title, do not count against it.
_ABOVE: Final = 50
_DAY_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NO_SIGNS_OF_DAYS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_SIGNS_OF_DAYS: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Numbers from here on have lost figures: a spreadsheet keeps fifteen.
EXACT: Final = 10**15
_DAY_SECONDS: Final = 86_400
_SHOWN: Final = 40
_DIGITS: Final = "0123456789"


@dataclass(frozen=True, slots=True)
class Format:
    """What a cell's number format says: it is a day, or a code of so many digits."""

    day: bool = False
    digits: int = 0


@dataclass
class Book:
    """What the cells of a workbook refer to."""

    since: date
    formats: Sequence[Format]
    texts: list[str] = field(default_factory=list)


def make_book(styles: Element | None, *, since_1904: bool) -> Book:
    since = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    return Book(since, [] if styles is None else _formats(styles))


def _formats(styles: Element) -> list[Format]:
    own = {
        one.get("numFmtId"): one.get("formatCode", "")
        for one in styles.iter()
        if one.tag.endswith("}numFmt")
    }
    return [
        _format(one.get("numFmtId", "0"), own.get(one.get("numFmtId")))
        for group in styles
        if group.tag.endswith("}cellXfs")
        for one in group
    ]


def _format(number: str, code: str | None) -> Format:
    if code is None:
        return Format(day=number.isdecimal() and int(number) in _DAY_FORMATS)
    if len(code) > 1 and set(code) == {"0"}:
        return Format(digits=len(code))
    bare = _NO_SIGNS_OF_DAYS.sub("", code.partition(";")[0])
    return Format(day=bool(_SIGNS_OF_DAYS.search(bare)) and "general" not in bare.lower())


def make_parser() -> expat.XMLParserType:
    """Return a parser that refuses a document type, and with it every entity of its own."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_type
    return parser


def _refuse_type(*_: object) -> None:
    message = "a document type is no part of a workbook"
    raise ValueError(message)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class SharedTexts:
    """Collects the texts that the cells of a workbook share."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._pieces: list[str] = []
        self._reading = self._aloud = False
        self.parser = make_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "t":
            self._reading = not self._aloud
        elif local == "rPh":
            self._aloud = True

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "t":
            self._reading = False
        elif local == "rPh":
            self._aloud = False
        elif local == "si":
            self._texts.append(_unescaped("".join(self._pieces)))
            self._pieces.clear()

    def _text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)


class SheetCells:
    """Collects the rows of a sheet that are not blank, and its cells merged downwards."""

    def __init__(self, book: Book) -> None:
        self.rows: dict[int, list[Cell]] = {}
        # Column, first and last row of each.
        self.merged: list[tuple[int, int, int]] = []
        self._book = book
        self._number = 0
        self._row: list[Cell] = []
        self._column = -1
        self._kind = "n"
        self._style: str | None = None
        self._pieces: list[str] = []
        self._reading = self._aloud = False
        # What a cell computes, none where it computes nothing.
        self._formula: str | None = None
        self._computing = False
        self._columns: dict[str, int] = {}
        self.parser = make_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            where = attributes.get("r")
            self._column = self._column_of(where) if where else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s")
            self._formula = None
            self._pieces.clear()
        elif local in {"v", "t"}:
            self._reading = not self._aloud
        elif local == "row":
            self._number = int(attributes.get("r") or self._number + 1)
            self._row, self._column = [], -1
        elif local == "f":
            self._formula, self._computing = "", True
        elif local == "rPh":
            self._aloud = True
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)
        elif self._computing:
            self._formula = f"{self._formula}{text}"

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local in {"v", "t"}:
            self._reading = False
        elif local == "f":
            self._computing = False
        elif local == "c":
            if self._pieces or self._formula is not None:
                self._keep(self._value("".join(self._pieces)))
        elif local == "row":
            if self._row:
                self._end_row()
        elif local == "rPh":
            self._aloud = False

    def _end_row(self) -> None:
        self.rows[self._number] = self._row
        if len(self.rows) > MOST_ROWS + _ABOVE:
            raise SheetTooLong

    def _keep(self, value: Cell) -> None:
        if is_blank(value):
            return
        if self._column >= MOST_COLUMNS:
            raise SheetTooWide(row=self._number)
        gap = self._column - len(self._row)
        if gap:
            self._row.extend([None] * gap)
        self._row.append(value)

    def _value(self, text: str) -> Cell:
        if self._kind == "s":
            return self._book.texts[int(text)]
        if self._kind in {"str", "inlineStr"}:
            return _unescaped(text)
        if not text:
            return BadCell(Flaw.FORMULA, f"={self._formula}"[:_SHOWN])
        if self._kind == "e":
            return BadCell(Flaw.ERROR, text[:20])
        if self._kind == "d":
            return _day(datetime.fromisoformat(text))
        return text.strip() == "1" if self._kind == "b" else self._number_of(text)

    def _number_of(self, text: str) -> Cell:
        number = float(text)
        style = self._style
        shown = self._book.formats[int(style)] if style and self._book.formats else Format()
        if shown.day and (day := self._day_of(number)):
            return day
        whole = int(number)
        if whole != number or abs(whole) >= EXACT:
            return number
        return str(whole).zfill(shown.digits) if shown.digits and whole >= 0 else whole

    def _day_of(self, number: float) -> date | datetime | None:
        days, part = divmod(number, 1)
        try:
            day = self._book.since + timedelta(days=days)
        except OverflowError:
            return None
        start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a sheet's days have no zone
        return _day(start + timedelta(seconds=round(part * _DAY_SECONDS)))

    def _merge(self, area: str) -> None:
        start, _, end = area.partition(":")
        first, last = (int(where.lstrip(_LETTERS)) for where in (start, end or start))
        if last > first:
            self.merged.append((self._column_of(start), first, last))

    def _column_of(self, where: str) -> int:
        """Return a cell's column, from 0, by an address such as AB12."""
        letters = where.rstrip(_DIGITS)
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters:
                column = column * 26 + _LETTERS.index(letter) + 1
            column -= 1
            self._columns[letters] = column
        return column


_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _day(moment: datetime) -> date | datetime:
    return moment.date() if moment.time() == datetime.min.time() else moment
