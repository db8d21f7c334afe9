"""Columns of a spreadsheet: what they are called, and how their cells are read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

from app.kit.entered import as_code, as_day, as_figure, as_number, as_text, as_whole, as_yes_or_no
from app.kit.errors import DomainError, Invalid, Words, title_of
from app.kit.grid import Cell
from app.kit.i18n import N_
from app.kit.text import LINE_CHARS, clean_note, clean_text, fold

_SIGNS: Final = re.compile(r"[a-z0-9]+")


class Kind(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    NOTE = "note"
    CODE = "code"
    # Words or a figure: of a cell that is a number the text a report would have of it.
    FIGURE = "figure"
    WHOLE = "int"
    DECIMAL = "decimal"
    DAY = "date"
    YES_NO = "bool"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a column allows; `words` are further spellings of it."""

    value: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: the fact it gives, its label (a msgid), and what else it may be headed by.

    `required` is needed of a new record. `digits` are the fewest a CODE has: a number cell with
    fewer has lost its zeros. `check` makes the value of the cleaned text, or raises Invalid.
    """

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT
    required: bool = False
    limit: int = LINE_CHARS
    choices: tuple[Choice, ...] = ()
    digits: int = 0
    least: float | None = None
    most: float | None = None
    check: Callable[[str], Any] | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused: the column's name, and the words of an error with their facts."""

    column: str
    title: str
    detail: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: DomainError, column: str = "") -> "Fault":
        facts = {name: _kept(value) for name, value in vars(error).items() if name != "field"}
        return cls(column or error.field or "", title_of(type(error)), error.detail, facts)

    def say(self, words: Words) -> str:
        """Return title and detail in the reader's language."""
        facts = {
            name: words.number(value) if type(value) is int else value
            for name, value in self.facts.items()
        }
        title = words.gettext(self.title)
        return f"{title}. {words.gettext(self.detail).format(**facts)}" if self.detail else title


class NotAChoice(Invalid):
    """Not one of the values allowed"""

    code: ClassVar[str] = "columns.not_a_choice"
    detail: ClassVar[str] = N_("“{written}” is none of: {allowed}.")

    def __init__(self, *, written: str, allowed: str) -> None:
        self.written = written[:40]
        self.allowed = allowed


class OutOfBounds(Invalid):
    """The number is too small or too large"""

    code: ClassVar[str] = "columns.out_of_bounds"
    detail: ClassVar[str] = N_("{written} does not lie between {least} and {most}.")

    def __init__(self, *, written: str, least: str, most: str) -> None:
        self.written = written
        self.least = least
        self.most = most


def reader_of(column: Column, languages: Sequence[Words]) -> Callable[[Cell], Any]:
    """Return what reads a cell of the column that is not blank; it raises Invalid."""
    if column.kind is Kind.CHOICE:
        return _choice_reader(column, languages)
    if column.kind in {Kind.WHOLE, Kind.DECIMAL}:
        return _number_reader(column)
    if column.kind is Kind.DAY:
        return as_day
    if column.kind is Kind.YES_NO:
        return as_yes_or_no
    return _text_reader(column)


def _text_reader(column: Column) -> Callable[[Cell], Any]:
    clean = clean_note if column.kind is Kind.NOTE else clean_text
    least = column.digits

    def read(cell: Cell) -> Any:  # noqa: ANN401 - what the column's check makes
        if column.kind is Kind.FIGURE:
            text = as_figure(cell)
        else:
            text = as_code(cell, least=least) if column.kind is Kind.CODE else as_text(cell)
        cleaned = clean(text, limit=column.limit)
        return column.check(cleaned) if column.check and cleaned else cleaned

    return read


def _number_reader(column: Column) -> Callable[[Cell], float]:
    least, most = column.least, column.most

    def read(cell: Cell) -> float:
        number = as_whole(cell) if column.kind is Kind.WHOLE else as_number(cell)
        if (least is not None and number < least) or (most is not None and number > most):
            raise OutOfBounds(
                written=as_text(cell),
                least=f"{least or 0:g}",
                most="∞" if most is None else f"{most:g}",
            )
        return number

    return read


def _choice_reader(column: Column, languages: Sequence[Words]) -> Callable[[Cell], str]:
    values = {
        plain(word): choice.value
        for choice in column.choices
        for word in (
            choice.value,
            choice.label,
            *choice.words,
            *(words.gettext(choice.label) for words in languages),
        )
    }
    allowed = ", ".join(languages[0].gettext(choice.label) for choice in column.choices)

    def read(cell: Cell) -> str:
        written = as_text(cell)
        value = values.get(plain(written))
        if value is None:
            raise NotAChoice(written=written, allowed=allowed)
        return value

    return read


def plain(text: str) -> str:
    """Return a heading or a choice as it is compared: letters and figures alone."""
    return " ".join(_SIGNS.findall(fold(text)))


def _kept(value: object) -> object:
    """Return a fact of an error as JSON can hold it, a day as people write it."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return value if isinstance(value, (str, int)) else str(value)
