"""Units of quantity: the code of UN/ECE Recommendation 20, and the words people write."""

from dataclasses import dataclass
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import fold


@dataclass(frozen=True, slots=True)
class Unit:
    """`words` are what is read as this unit, as people here write them."""

    code: str
    label: str
    words: tuple[str, ...]


class UnknownUnit(Invalid):
    """The unit is not known"""

    # Codes are part of the API: this one is older than the module's place.
    code: ClassVar[str] = "diary.unknown_unit"
    detail: ClassVar[str] = N_("“{written}” is not in the list of units. Choose one of the list.")

    def __init__(self, *, written: str, field: str | None = None) -> None:
        self.written = written[:30]
        self.field = field


# Packages carry the codes of Recommendation 21 behind an X, as Recommendation 20 asks.
UNITS: Final = (
    Unit("KGM", N_("kilogram"), ("kg", "kilogam", "ki lô", "kí", "ký", "cân")),
    Unit("GRM", N_("gram"), ("g", "gr", "gam")),
    Unit("TNE", N_("tonne"), ("tấn", "t", "ton")),
    Unit("DTN", N_("100 kg"), ("tạ", "quintal")),
    Unit("LTR", N_("litre"), ("l", "lít", "liter")),
    Unit("MLT", N_("millilitre"), ("ml", "mililít", "cc")),
    Unit("MTQ", N_("cubic metre"), ("m3", "m³", "khối", "mét khối")),
    Unit("C62", N_("piece"), ("cái", "chiếc", "con", "quả", "trái", "củ", "cây", "viên", "pcs")),
    Unit("XBX", N_("box"), ("hộp",)),
    Unit("XCT", N_("carton"), ("thùng",)),
    Unit("XBG", N_("bag"), ("túi", "bịch")),
    Unit("XSA", N_("sack"), ("bao",)),
    Unit("XPA", N_("packet"), ("gói",)),
    Unit("XBO", N_("bottle"), ("chai",)),
    Unit("XJR", N_("jar"), ("hũ", "lọ", "keo")),
    Unit("XBE", N_("bundle"), ("bó",)),
    Unit("MTR", N_("metre"), ("m", "mét")),
    Unit("MTK", N_("square metre"), ("m2", "m²", "mét vuông")),
    Unit("HAR", N_("hectare"), ("ha", "héc ta", "hecta")),
    Unit("HUR", N_("hour"), ("giờ", "tiếng", "h")),
    Unit("DAY", N_("day"), ("ngày",)),
    Unit("CEL", N_("degree Celsius"), ("°c", "độ c", "c")),
    Unit("P1", N_("percent"), ("%", "phần trăm")),
    Unit("M1", N_("milligram per litre"), ("mg/l",)),
    Unit("NX", N_("parts per thousand"), ("‰", "ppt", "phần nghìn")),
)

_BY_CODE: Final = {unit.code: unit for unit in UNITS}
_BY_WORD: Final = {
    fold(word): unit for unit in UNITS for word in (unit.code, unit.label, *unit.words)
}


def find_unit(written: str) -> Unit | None:
    """Return the unit of a code or a word, in any case and with or without diacritics."""
    return _BY_CODE.get(written.strip()) or _BY_WORD.get(fold(written[:40]))


def read_unit(written: str, *, field: str | None = "unit") -> Unit:
    """Return the unit of a code or a word, or raise UnknownUnit."""
    unit = find_unit(written)
    if unit is None:
        raise UnknownUnit(written=written, field=field)
    return unit
