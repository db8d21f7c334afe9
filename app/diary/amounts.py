"""Quantities with their units: which compare, what they are together, how they are read.

Quantities are compared only where one unit can be turned into the other: kilograms, grams and
tonnes, litres and millilitres. A box is comparable to boxes alone, and what is in it is not
guessed: it is told apart.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.units import read_unit

# Scales differ and goods lose water: what is weighed or measured is never exact. Pieces are.
TOLERANCE: Final = 0.05
MOST: Final = 1e10


class UnitNeeded(Invalid):
    """The quantity has no unit"""

    code: ClassVar[str] = "diary.unit_needed"
    detail: ClassVar[str] = N_("Choose what the quantity is counted in.")

    def __init__(self, *, field: str = "unit") -> None:
        self.field = field


class QuantityOutOfRange(Invalid):
    """The quantity can't be right"""

    code: ClassVar[str] = "diary.quantity_out_of_range"
    detail: ClassVar[str] = N_("Write more than nothing, and no more than ten thousand million.")

    def __init__(self, *, field: str = "quantity") -> None:
        self.field = field


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of something, in a unit of Recommendation 20; no quantity is "nobody wrote it"."""

    quantity: float | None
    unit: str


NO_AMOUNT: Final = Amount(None, "")


@dataclass(frozen=True, slots=True)
class Total:
    """What amounts are together in one unit, and those that can't be told in it."""

    quantity: float
    apart: tuple[Amount, ...] = ()


# Half of the last digit that is kept of a quantity.
CRUMB: Final = 0.0005

# The dimension of a unit and how much of its first unit it is; every other compares with itself.
_MEASURES: Final = {
    "KGM": ("mass", 1.0),
    "GRM": ("mass", 0.001),
    "TNE": ("mass", 1000.0),
    "DTN": ("mass", 100.0),
    "LTR": ("volume", 1.0),
    "MLT": ("volume", 0.001),
    "MTQ": ("volume", 1000.0),
    "MTK": ("area", 1.0),
    "HAR": ("area", 10_000.0),
    "MTR": ("length", 1.0),
}


def comparable(one: str, other: str) -> bool:
    """Tell whether a quantity in one unit can be told in the other."""
    return bool(one) and _measure(one)[0] == _measure(other)[0]


def told_in(amount: Amount, unit: str) -> float | None:
    """Return an amount in another unit, or None where it can't be told in it."""
    if amount.quantity is None or not comparable(amount.unit, unit):
        return None
    return amount.quantity * _measure(amount.unit)[1] / _measure(unit)[1]


def total(amounts: Iterable[Amount], unit: str) -> Total:
    """Return what amounts are together, in a unit; those that don't compare are told apart."""
    told, apart = [], []
    for amount in amounts:
        quantity = told_in(amount, unit)
        if quantity is None:
            apart.append(amount)
        else:
            told.append(quantity)
    return Total(rounded(math.fsum(told)), tuple(apart))


def slack(unit: str) -> float:
    """Return the part by which a quantity may be off: none of what is counted."""
    return TOLERANCE if unit in _MEASURES else 0.0


def rounded(quantity: float) -> float:
    return round(quantity, 3)


def read_amount(
    quantity: float | None, written: str, *, field: str = "quantity", unit_field: str = "unit"
) -> Amount:
    """Return a quantity that was entered with its unit as a code; no quantity has no unit."""
    if quantity is None:
        return NO_AMOUNT
    if not math.isfinite(quantity) or not CRUMB < quantity <= MOST:
        raise QuantityOutOfRange(field=field)
    if not written.strip():
        raise UnitNeeded(field=unit_field)
    return Amount(rounded(quantity), read_unit(written, field=unit_field).code)


def _measure(unit: str) -> tuple[str, float]:
    return _MEASURES.get(unit, (unit, 1.0))
