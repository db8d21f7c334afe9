"""Mass balance: what the active stamps of a lot say was packed, against what the lot produced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final

from app.kit.errors import Conflict, Words
from app.kit.i18n import N_
from app.kit.units import find_unit

# What one of each unit is of the smallest of its kind; other units compare only with themselves.
_GRAMS: Final = {"TNE": 1_000_000, "DTN": 100_000, "KGM": 1000, "GRM": 1}
_MILLILITRES: Final = {"MTQ": 1_000_000, "LTR": 1000, "MLT": 1}

NO_OUTPUT: Final = N_("The lot has no output quantity, so stamps are not weighed against it.")
NO_CONTENT: Final = N_("The product has no net content as a figure, so stamps are not weighed.")
OTHER_UNITS: Final = N_("Output and net content have units that can't be compared.")


@dataclass(frozen=True, slots=True)
class Packed:
    """So many stamps, each on a piece that holds `each` of `unit`; None where that is not known."""

    stamps: int
    each: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Output:
    """What a lot produced."""

    quantity: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Balance:
    """The figures of a lot in its own unit, or why there are none.

    `allowed` is its output with the tolerance; `fit` how many of the asked stamps would fit.
    """

    unit: str = ""
    output: Decimal = Decimal()
    allowed: Decimal = Decimal()
    active: Decimal = Decimal()
    asked: Decimal = Decimal()
    fit: int = 0
    unweighed: str = ""

    @property
    def exceeded(self) -> bool:
        return not self.unweighed and self.active + self.asked > self.allowed


class MassBalance(Conflict):
    """More stamps than the lot has produced goods for"""

    code: ClassVar[str] = "stamps.mass_balance"
    detail: ClassVar[str] = N_(
        "The lot's output is {output} {unit}; with the tolerance at most {allowed} may be packed. "
        "Active stamps stand for {active}, these would add {asked}. At most {fit} stamps fit."
    )
    field = "lot_id"

    def __init__(self, balance: Balance) -> None:
        self.balance = balance

    @property
    def facts(self) -> dict[str, str | int]:
        """Return the figures as they are kept with the refusal."""
        found = self.balance
        names = ("output", "allowed", "active", "asked")
        figures = {name: plain(getattr(found, name)) for name in names}
        return {"unit": found.unit, "fit": found.fit, **figures}

    def explain(self, words: Words) -> str:
        return explain_balance(self.facts, words)


def explain_balance(facts: Mapping[str, Any], words: Words) -> str:
    """Return the figures an activation was refused by, in the reader's words."""
    unit = find_unit(str(facts["unit"]))
    names = ("output", "allowed", "active", "asked")
    figures = {name: words.number(float(facts[name])) for name in names}
    said = words.gettext(unit.label) if unit else str(facts["unit"])
    fit = words.number(int(facts["fit"]))
    return words.gettext(MassBalance.detail).format(unit=said, fit=fit, **figures)


def plain(figure: Decimal) -> str:
    """Return a figure without needless zeros."""
    return format(figure.normalize(), "f")


def weigh(
    output: Output, active: Iterable[Packed], asked: Packed, *, tolerance_percent: float
) -> Balance:
    """Return what is packed with the asked stamps, against what the lot produced."""
    if output.quantity is None or not output.unit:
        return Balance(unweighed=NO_OUTPUT)
    parts = list(active)
    sizes = [_size(one, output.unit) for one in parts]
    each = _size(asked, output.unit) or Decimal()
    # What can't be compared only adds to the rest: the rest alone may be too much already.
    known = ((one.stamps, size) for one, size in zip(parts, sizes, strict=True) if size)
    packed = sum((stamps * size for stamps, size in known), Decimal())
    produced = _exact(output.quantity)
    allowed = produced * (100 + _exact(tolerance_percent)) / 100
    lacking = [one for one, size in zip((*parts, asked), (*sizes, each), strict=True) if not size]
    if lacking and (not each or packed + asked.stamps * each <= allowed):
        unsaid = any(not one.each or not one.unit for one in lacking)
        return Balance(unweighed=NO_CONTENT if unsaid else OTHER_UNITS)
    return Balance(
        unit=output.unit,
        output=produced,
        allowed=allowed,
        active=packed,
        asked=asked.stamps * each,
        fit=max(int((allowed - packed) // each), 0),
    )


def _size(one: Packed, unit: str) -> Decimal | None:
    """Return what one piece holds, in another unit; None where they don't compare."""
    each = _exact(one.each or 0)
    if one.unit == unit:
        return each
    for scale in (_GRAMS, _MILLILITRES):
        if one.unit in scale and unit in scale:
            return each * scale[one.unit] / scale[unit]
    return None


def _exact(figure: float) -> Decimal:
    # Figures are kept with three places: what is written is what is meant.
    return Decimal(str(figure))
