"""Finds a table's headings, in either language, and reads the rows below them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from app.kit.columns import Column, Fault, plain, reader_of
from app.kit.errors import DomainError, Invalid, Words
from app.kit.grid import Cell, Row, Table, is_blank, letters_of
from app.kit.i18n import N_
from app.kit.text import LINE_CHARS

HEADER_WITHIN: Final = 20
_ASIDE: Final = re.compile(r"\([^)]*\)")
_COUNTED: Final = re.compile(r"\(?[0-9A-Z]{1,2}\)?")
# Columns that number the rows are on every form and are nobody's facts.
_NUMBERING: Final = frozenset({"stt", "tt", "so tt", "so thu tu", "no", "row", "ly do", "reason"})
_LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class Header:
    """The row of headings: where each known column stands, and headings that are not known."""

    number: int
    at: Mapping[str, int]
    labels: Sequence[str]
    unknown: Sequence[str] = ()


@dataclass(slots=True)
class ReadRow:
    """A row as it was read: facts by column, empty cells left out, and what is wrong with it."""

    number: int
    facts: dict[str, Any]
    faults: list[Fault]
    cells: Sequence[Cell]


class NoHeader(Invalid):
    """The file has no row of headings"""

    code: ClassVar[str] = "columns.no_header"
    detail: ClassVar[str] = N_(
        "None of the first {within} rows has at least two of these: {wanted}. Take a template."
    )
    field = "file"

    def __init__(self, *, wanted: str) -> None:
        self.within = HEADER_WITHIN
        self.wanted = wanted


class HeaderTwice(Invalid):
    """Two columns have the same heading"""

    code: ClassVar[str] = "columns.header_twice"
    detail: ClassVar[str] = N_(
        "Column {first} ({first_label}) and column {second} ({second_label}) are both read as "
        "“{label}”. Delete or rename one."
    )
    field = "file"

    def __init__(
        self, *, label: str, first: str, first_label: str, second: str, second_label: str
    ) -> None:
        self.label = label
        self.first = first
        self.first_label = first_label
        self.second = second
        self.second_label = second_label


def find_header(table: Table, columns: Sequence[Column], languages: Iterable[Words]) -> Header:
    """Return the first of the rows on top that has the most of the columns' headings.

    Headings are compared without diacritics, case, punctuation and what stands in brackets.
    Raises NoHeader or HeaderTwice; `languages` begins with the reader's.
    """
    spoken = list(languages)
    known = _headings(columns, spoken)
    best: tuple[int, Row | None] = 0, None
    for row in table.rows[:HEADER_WITHIN]:
        found = len({known[key] for cell in row.cells if (key := _key_of(cell, known))})
        if found > best[0]:
            best = (found, row)
    count, heads = best
    if heads is None or count < min(2, len(columns)):
        wanted = [spoken[0].gettext(column.label) for column in columns]
        raise NoHeader(wanted=", ".join(wanted[:_LISTED]))
    return _header(heads, known, {one.name: spoken[0].gettext(one.label) for one in columns})


def _header(row: Row, known: Mapping[str, str], labels: Mapping[str, str]) -> Header:
    at: dict[str, int] = {}
    shown = [" ".join(_heading(cell).split())[:LINE_CHARS] for cell in row.cells]
    unknown = []
    for index, cell in enumerate(row.cells):
        key = _key_of(cell, known)
        if key is None:
            if shown[index] and plain(shown[index]) not in _NUMBERING:
                unknown.append(shown[index])
        elif known[key] in at:
            first = at[known[key]]
            raise HeaderTwice(
                label=labels[known[key]],
                first=letters_of(first),
                first_label=shown[first],
                second=letters_of(index),
                second_label=shown[index],
            )
        else:
            at[known[key]] = index
    return Header(row.number, at, shown, unknown)


def read_rows(
    table: Table, header: Header, columns: Sequence[Column], languages: Iterable[Words]
) -> Iterator[ReadRow]:
    """Yield the rows below the headings that say something, each cell read by its column."""
    spoken = list(languages)
    readers = [
        (column.name, header.at[column.name], reader_of(column, spoken))
        for column in columns
        if column.name in header.at
    ]
    below = [row for row in table.rows if row.number > header.number]
    if below and _counts_columns(below[0]):
        below = below[1:]
    for row in below:
        facts: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, index, read in readers:
            cell = row.cell(index)
            if is_blank(cell):
                continue
            try:
                value = read(cell)
            except DomainError as error:
                faults.append(Fault.of(error, name))
            else:
                if value is not None and value != "":
                    facts[name] = value
        if facts or faults:
            yield ReadRow(row.number, facts, faults, row.cells)


def _headings(columns: Sequence[Column], languages: Sequence[Words]) -> dict[str, str]:
    """Return the columns' names by what may stand above them; labels go before aliases."""
    known: dict[str, str] = {}
    for column in columns:
        labels = (column.label, *(words.gettext(column.label) for words in languages))
        known |= {plain(label): column.name for label in labels}
    for column in columns:
        for alias in (column.name, *column.aliases):
            known.setdefault(plain(alias), column.name)
    return known


def _key_of(cell: Cell, known: Mapping[str, str]) -> str | None:
    heading = _heading(cell)
    for text in (heading, _ASIDE.sub(" ", heading)):
        key = plain(text)
        if key in known:
            return key
    return None


def _heading(cell: Cell) -> str:
    return cell if isinstance(cell, str) else ""


def _counts_columns(row: Row) -> bool:
    """Tell a row that numbers the columns, (1) (2) (3), as official forms have it."""
    shown = [str(cell) for cell in row.cells if isinstance(cell, (str, int))]
    return len(shown) > 2 and all(_COUNTED.fullmatch(text.strip()) for text in shown)  # noqa: PLR2004 - two short cells may be facts
