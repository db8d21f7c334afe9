"""What laboratories write as a result: a figure, below or above one, not detected, or words.

Reports are written by hand and in two languages: `0,05`, `<0,01`, `2,3 x 10³`, `KPH` (không phát
hiện, not detected), `KPH (LOD = 0,3)`.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import fold

# What the columns hold: twelve figures before the comma and eight behind.
_MOST: Final = Decimal(10) ** 12
_FINEST: Final = Decimal(10) ** -8
_SHOWN: Final = 40


class NotAFigure(Invalid):
    """Not a figure"""

    code: ClassVar[str] = "oversight.not_a_figure"
    detail: ClassVar[str] = N_("“{written}” is no figure. Write it as 0,05 or 2,3 x 10^3.")

    def __init__(self, *, written: str, field: str = "") -> None:
        self.written = written[:_SHOWN]
        self.field = field


class FigureTwofold(Invalid):
    """The figure can be read in two ways"""

    code: ClassVar[str] = "oversight.figure_twofold"
    detail: ClassVar[str] = N_(
        "“{written}” may be thousands or decimals. Write thousands without a dot, and decimals "
        "with a comma."
    )

    def __init__(self, *, written: str, field: str = "") -> None:
        self.written = written[:_SHOWN]
        self.field = field


class FigureTooFine(Invalid):
    """The figure is too large or too fine"""

    code: ClassVar[str] = "oversight.figure_too_fine"
    detail: ClassVar[str] = N_(
        "“{written}” has more than 12 figures before or 8 behind the comma. Write limit and result "
        "in another unit."
    )

    def __init__(self, *, written: str, field: str = "") -> None:
        self.written = written[:_SHOWN]
        self.field = field


class UnitDiffers(Invalid):
    """The result is in another unit than its limit"""

    code: ClassVar[str] = "oversight.unit_differs"
    detail: ClassVar[str] = N_("It says “{found}”, the limit “{wanted}”. Write both in one unit.")

    def __init__(self, *, found: str, wanted: str, field: str = "") -> None:
        self.found = found[:_SHOWN]
        self.wanted = wanted or "-"
        self.field = field


class ResultUnclear(Invalid):
    """The result can't be read"""

    code: ClassVar[str] = "oversight.result_unclear"
    detail: ClassVar[str] = N_(
        "“{written}”: write a figure (0,05), less than one (<0,01), or KPH for not detected."
    )

    def __init__(self, *, written: str, field: str = "") -> None:
        self.written = written[:_SHOWN]
        self.field = field


class Told(StrEnum):
    """What a result tells."""

    FIGURE = "figure"
    BELOW = "below"
    ABOVE = "above"
    NOT_FOUND = "not_found"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Result:
    """A result as it is judged.

    `number` is the figure, the bound, or the least that could have been detected; none where
    the laboratory gave none. `reached` is whether a bound itself is meant too.
    """

    told: Told
    number: Decimal | None = None
    reached: bool = False


_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED_RUN: Final = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_BARE: Final = r"[0-9]+(?:[.,][0-9]+)*"
_POWER: Final = r"(?:\s*(?:[x\u00d7*·]\s*10\s*\^?|\.\s*10\s*\^)\s*-?[0-9]{1,2}|[eE][+-]?[0-9]{1,2})"
# A ten that is still to be raised is no figure of its own, nor are the digits it begins with.
_FIGURE: Final = re.compile(rf"(-?)({_BARE})({_POWER})?(?![0-9.,]*\s*\^)")
_LONE_TEN: Final = re.compile(r"([<>=≤≥\s-]*)10\s*\^")
_BOUND: Final = re.compile(r"(<=|>=|≤|≥|<|>)\s*(.*)", re.DOTALL)
_UNSURE: Final = re.compile(r"(?:±|\+/-)\s*[0-9.,]+\s*")
_NOT_FOUND: Final = re.compile(
    r"(kph|khong phat hien|khong co|am tinh|not detected|n\.?d\.?|negative|absent|<\s*lod)"
    r"(?![a-z0-9])(.*)",
    re.DOTALL,
)
# How much was looked through, and the least that would have been seen in it. Anything else
# behind "not detected" may take it back: không có kết quả, not detected in 1 of 5.
_THROUGH: Final = r"(?:(?:/|trong|in|per)\s*[0-9]+\s*(?:kg|g|ml|l|cm2)(?![a-z0-9]))?"
_LEAST: Final = (
    rf"(?:(?:lod|loq|mdl|gioi han phat hien)?\s*[<=:]?\s*({_BARE})\s*(?:[^0-9\s()]\S*?)?)?"
)
_MORE: Final = re.compile(rf"[.\s(,;]*{_THROUGH}[\s(,;]*{_LEAST}[\s).]*")
_FOUND: Final = frozenset({"phat hien", "co", "co phat hien", "duong tinh", "detected", "positive"})
_THREE: Final = 3


def read_figure(text: str, *, field: str = "") -> Decimal:
    """Return a figure as it is written here; a dot before three figures is refused as twofold."""
    found = _FIGURE.fullmatch(_flat(text))
    if found is None:
        raise NotAFigure(written=text.strip(), field=field)
    number = _bare(found[2], text, field)
    if found[3]:
        number = number.scaleb(int(re.split(r"10\s*\^?\s*|[eE]", found[3])[-1]))
    if number >= _MOST or number != number.quantize(_FINEST):
        raise FigureTooFine(written=text.strip(), field=field)
    return -number if found[1] else number


def read_result(text: str, *, unit: str, field: str = "") -> Result:
    """Return what a laboratory's result tells, in the unit of its limit."""
    flat = _flat(text)
    if found := _NOT_FOUND.fullmatch(fold(flat)):
        more = _MORE.fullmatch(found[2])
        if more is None and _unit(found[2]) != _unit(unit):
            raise ResultUnclear(written=text.strip(), field=field)
        least = more[1] if more else None
        return Result(Told.NOT_FOUND, read_figure(least, field=field) if least else None)
    if fold(flat) in _FOUND:
        return Result(Told.FOUND)
    bound = _BOUND.fullmatch(flat)
    rest = bound[2] if bound else flat
    if bound and fold(rest) == "loq" and bound[1] == "<":
        return Result(Told.BELOW)
    figure = _FIGURE.match(rest)
    if figure is None:
        raise ResultUnclear(written=text.strip(), field=field)
    _check_unit(_UNSURE.sub("", rest[figure.end() :].strip()), unit, field)
    number = read_figure(figure[0], field=field)
    if bound is None:
        return Result(Told.FIGURE, number)
    below = bound[1] in {"<", "<=", "≤"}
    return Result(Told.BELOW if below else Told.ABOVE, number, reached=bound[1] not in {"<", ">"})


def _flat(text: str) -> str:
    """Return a text with plain spaces and letters, and raised figures after a sign for it."""
    flat = _RAISED_RUN.sub(lambda run: "^" + run[0].translate(_RAISED), text)
    plain = " ".join(unicodedata.normalize("NFKC", flat).split())
    return _LONE_TEN.sub(r"\g<1>1x10^", plain, count=1) if _LONE_TEN.match(plain) else plain


def _bare(written: str, whole: str, field: str) -> Decimal:
    """Return a figure without a power of ten: the last of two different signs parts decimals."""
    signs = [one for one in written if one in ".,"]
    parts = re.split(r"[.,]", written)
    grouped = all(len(one) == _THREE for one in parts[1:]) and 0 < len(parts[0]) <= _THREE
    if not signs:
        return Decimal(written)
    if len(signs) == 1:
        if signs == ["."] and grouped and parts[0] != "0":
            raise FigureTwofold(written=whole.strip(), field=field)
        return Decimal(".".join(parts))
    if len(set(signs)) == 1 and grouped:
        return Decimal("".join(parts))
    thousands = all(len(one) == _THREE for one in parts[1:-1]) and len(parts[0]) <= _THREE
    if len(set(signs[:-1])) == 1 and signs[-1] != signs[0] and thousands:
        return Decimal("".join(parts[:-1]) + "." + parts[-1])
    raise NotAFigure(written=whole.strip(), field=field)


def _check_unit(found: str, unit: str, field: str) -> None:
    if found and _unit(found) != _unit(unit):
        raise UnitDiffers(found=found, wanted=unit, field=field)


def _unit(text: str) -> str:
    return re.sub(r"[\s()^]", "", fold(text).replace("μ", "u").replace("µ", "u"))


def figure_text(number: float, language: str) -> str:
    """Return a figure as a report writes it, in full and without grouping."""
    text = f"{number:.8f}".rstrip("0").rstrip(".")
    return text if language == "en" else text.replace(".", ",")
