"""What a pack holds: a quantity in a unit that a lot's output can be weighed against."""

from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.units import UNITS, Unit, UnknownUnit, find_unit

# Time, heat and shares say nothing of how much there is in a pack.
_NO_CONTENT: Final = frozenset({"HAR", "HUR", "DAY", "CEL", "P1", "M1", "NX"})
NET_UNITS: Final[tuple[Unit, ...]] = tuple(one for one in UNITS if one.code not in _NO_CONTENT)


class HalfAMeasure(Invalid):
    """A net quantity needs its unit, and a unit its quantity"""

    code: ClassVar[str] = "products.half_a_measure"
    detail: ClassVar[str] = N_("Give both, or leave both empty.")
    field = "net_quantity"


def checked_measure(quantity: float | None, unit: str) -> tuple[float | None, str]:
    """Return a net quantity with the code of its unit; both or neither must be given."""
    if quantity is None and not unit:
        return None, ""
    if quantity is None or not unit:
        raise HalfAMeasure
    found = find_unit(unit)
    if found is None or found not in NET_UNITS:
        raise UnknownUnit(written=unit, field="net_unit")
    return quantity, found.code
