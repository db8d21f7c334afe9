"""What a person entered in a cell: read as a number, a day, yes or no; or why it is none."""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Final

from app.kit.cells import EXACT
from app.kit.errors import Invalid
from app.kit.grid import BadCell, Cell, Flaw
from app.kit.i18n import N_
from app.kit.text import fold

TWOFOLD: Final = N_(
    "This may be thousands or decimals. Write thousands without a dot, and decimals with a comma."
)
_SHOWN: Final = 40
YEARS: Final = range(1900, 2200)
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})")
_MIDNIGHT: Final = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")
_GROUPED: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,\s])[0-9]{3}(\1[0-9]{3})*")
_TWOFOLD: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_YES: Final = frozenset({"co", "x", "yes", "y", "dung", "true", "1", "v", "✓", "✔"})
_NO: Final = frozenset({"khong", "no", "n", "sai", "false", "0", "-"})


class NoValue(Invalid):
    """The cell shows an error"""

    code: ClassVar[str] = "cells.no_value"
    detail: ClassVar[str] = N_("It shows “{written}”. Write the value itself.")

    def __init__(self, *, written: str) -> None:
        self.written = written


class FormulaWithoutValue(Invalid):
    """The cell has a formula and no value"""

    code: ClassVar[str] = "cells.formula"
    detail: ClassVar[str] = N_("Copy the cell and paste it as a value.")


class NotWhole(Invalid):
    """Not a whole number"""

    code: ClassVar[str] = "cells.not_whole"
    detail: ClassVar[str] = N_("“{written}” is no whole number.")

    def __init__(self, *, written: str) -> None:
        self.written = written[:_SHOWN]


class NotANumber(Invalid):
    """Not a number"""

    code: ClassVar[str] = "cells.not_a_number"
    detail: ClassVar[str] = N_("“{written}” is no number. Write it as 1.234,5 or 1234,5.")

    def __init__(self, *, written: str) -> None:
        self.written = written[:_SHOWN]


class NotADay(Invalid):
    """Not a date"""

    code: ClassVar[str] = "cells.not_a_day"
    detail: ClassVar[str] = N_("“{written}” is no date. Write it as 31/12/2024.")

    def __init__(self, *, written: str) -> None:
        self.written = written[:_SHOWN]


class NotYesOrNo(Invalid):
    """Neither yes nor no"""

    code: ClassVar[str] = "cells.not_yes_or_no"
    detail: ClassVar[str] = N_("“{written}” is neither yes (có, x) nor no (không).")

    def __init__(self, *, written: str) -> None:
        self.written = written[:_SHOWN]


class ZerosLost(Invalid):
    """The leading zeros are lost"""

    code: ClassVar[str] = "cells.zeros_lost"
    detail: ClassVar[str] = N_(
        "“{written}” has {has} digits, at least {least} are needed. Format the column as text and "
        "write the number with its zeros."
    )

    def __init__(self, *, written: str, has: int, least: int) -> None:
        self.written = written
        self.has = has
        self.least = least


class FiguresLost(Invalid):
    """The number has lost figures"""

    code: ClassVar[str] = "cells.figures_lost"
    detail: ClassVar[str] = N_(
        "A spreadsheet keeps 15 figures of “{written}”. Format the column as text and write it "
        "again."
    )

    def __init__(self, *, written: str) -> None:
        self.written = written[:_SHOWN]


def refuse_flawed(cell: BadCell) -> Invalid:
    return (
        FormulaWithoutValue() if cell.flaw is Flaw.FORMULA else NoValue(written=cell.written or "?")
    )


def as_text(cell: Cell) -> str:
    """Return what the cell shows, a day as dd/mm/yyyy; raises where it has no value."""
    if isinstance(cell, str):
        if cell.startswith("="):
            # A formula somebody has made a text of says no more than it did.
            raise FormulaWithoutValue
        return cell
    if isinstance(cell, BadCell):
        raise refuse_flawed(cell)
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float):
        return _figures(cell)
    return "" if cell is None else str(cell).upper() if isinstance(cell, bool) else str(cell)


def as_code(cell: Cell, *, least: int) -> str:
    """Return a code with its zeros; a number too short for one has lost them."""
    if isinstance(cell, float) and abs(cell) >= EXACT:
        raise FiguresLost(written=_figures(cell))
    text = as_text(cell)
    if type(cell) is int and len(text) < least:
        raise ZerosLost(written=text, has=len(text), least=least)
    return text


def as_figure(cell: Cell) -> str:
    """Return what the cell shows, a number with a decimal comma: 1.234 in a cell is 1,234."""
    text = as_text(cell)
    return text.replace(".", ",") if isinstance(cell, float) else text


def ungrouped(text: str) -> str:
    """Return a whole number without what groups its figures (3.000, 3 000); other text as it is."""
    bare = text.strip()
    return re.sub(r"[.,\s]", "", bare) if _GROUPED.fullmatch(bare) else text


def is_twofold(text: str) -> bool:
    """Tell whether a text may be a whole number of thousands or one with decimals: 1.500."""
    return _TWOFOLD.fullmatch(text.strip()) is not None


def with_point(text: str) -> str:
    """Return a number as programs write it, from 0,5 or 1.500.000; other text as it is."""
    if "." not in text:
        return _one_meaning(text.replace(",", "."))
    return text if is_twofold(text) else ungrouped(text)


def as_entered(number: float | Decimal) -> str:
    """Return a number as a form takes it back: all its figures, none grouped, of one meaning."""
    return _one_meaning(f"{Decimal(str(number)).normalize():f}")


def _one_meaning(text: str) -> str:
    return f"{text}0" if is_twofold(text) else text


def as_number(cell: Cell) -> float:
    """Return a number as it is written here: 1.234,5 is 1234.5, and so is 1234,5.

    A single dot or comma before three figures groups them, unless a zero stands before it.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return cell
    written = as_text(cell)
    number = re.sub(r"[\s\u00a0\u202f]", "", written)
    if _GROUPED.fullmatch(number):
        number = re.sub(r"[.,]", "", number)
    elif "," in number:
        number = number.replace(".", "").replace(",", ".")
        if "." in written and written.rindex(".") > written.rindex(","):
            # 1,234.5, as English spreadsheets write it.
            number = written.replace(",", "").strip()
    if not _PLAIN_NUMBER.fullmatch(number) or not math.isfinite(float(number)):
        raise NotANumber(written=written)
    return float(number)


def as_whole(cell: Cell) -> int:
    number = as_number(cell)
    if number != int(number) or abs(number) >= EXACT:
        raise NotWhole(written=as_text(cell))
    return int(number)


def as_day(cell: Cell) -> date:
    """Return a day: a real one, or written 31/12/2024 or 2024-12-31."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date) and cell.year in YEARS:
        return cell
    written = as_text(cell)
    text = _MIDNIGHT.sub("", written.strip())
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    else:
        raise NotADay(written=written)
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise NotADay(written=written) from None
    if found.year not in YEARS:
        raise NotADay(written=written)
    return found


def as_yes_or_no(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    written = as_text(cell)
    word = fold(written)
    if word in _YES or word in _NO:
        return word in _YES
    raise NotYesOrNo(written=written)


def _figures(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)
