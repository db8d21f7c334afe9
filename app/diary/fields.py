"""What the forms ask of each kind of entry, and how values are read out again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from app.diary.rules import EntryKind
from app.diary.values import Value
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.units import find_unit


class Speaker(Protocol):
    """What it takes to read a value out in the reader's language."""

    def gettext(self, text: str) -> str: ...
    def number(self, value: float) -> str: ...


class NotANumber(Invalid):
    """A number is needed"""

    code: ClassVar[str] = "diary.not_a_number"
    detail: ClassVar[str] = N_("Write a number.")

    def __init__(self, *, field: str) -> None:
        self.field = field


@dataclass(frozen=True, slots=True)
class Field:
    """A value a form asks for. `unit` is fixed; a quantity has its unit beside it."""

    name: str
    label: str
    number: bool = False
    unit: str = ""

    @property
    def counted(self) -> bool:
        return self.name == QUANTITY


QUANTITY: Final = "quantity"
UNIT: Final = "unit"
_QUANTITY: Final = Field(QUANTITY, N_("Quantity"), number=True)

FIELDS: Final[Mapping[EntryKind, tuple[Field, ...]]] = {
    EntryKind.RECEIVING: (Field("material", N_("Material and supplier")), _QUANTITY),
    EntryKind.PLANTING: (Field("seed", N_("Seed or variety")), _QUANTITY),
    EntryKind.FEEDING: (Field("feed", N_("Feed or fertiliser")), _QUANTITY),
    EntryKind.TREATMENT: (
        Field("agent", N_("Drug, pesticide or chemical")),
        Field("dose", N_("Dose")),
    ),
    EntryKind.OBSERVATION: (Field("finding", N_("What you saw or measured")),),
    EntryKind.HARVEST: (_QUANTITY, Field("grade", N_("Size or grade"))),
    EntryKind.PROCESSING: (Field("step", N_("Step (washing, drying, mixing...)")), _QUANTITY),
    EntryKind.PACKING: (Field("pack", N_("Pack (bag of 500 g...)")), _QUANTITY),
    EntryKind.STORAGE: (
        Field("place", N_("Where it is kept")),
        Field("temperature", N_("Temperature"), number=True, unit="CEL"),
    ),
    EntryKind.SAMPLING: (Field("test", N_("Sample or test")), Field("result", N_("Result"))),
    EntryKind.SHIPPING: (Field("receiver", N_("Sent to")), _QUANTITY),
    EntryKind.OTHER: (Field("work", N_("What was done")),),
}

# The units a form offers, the likeliest first.
OFFERED_UNITS: Final = ("KGM", "GRM", "TNE", "LTR", "C62", "XBG", "XBX", "XPA", "XBO", "XJR", "XCT")

_LABELS: Final = {field.name: field for fields in FIELDS.values() for field in fields}


def read_values(kind: EntryKind, sent: Mapping[str, str]) -> dict[str, Value]:
    """Return the values of a filled form; what was left empty is left out.

    Raises NotANumber naming the form's field.
    """
    values: dict[str, Value] = {}
    for field in FIELDS[kind]:
        text = sent.get(field_name(field.name), "").strip()
        if not text:
            continue
        values[field.name] = _number(text, field_name(field.name)) if field.number else text
        if field.counted and (unit := sent.get(field_name(UNIT), "").strip()):
            values[UNIT] = unit
    return values


def field_name(name: str) -> str:
    """Return the name a value bears in a form, apart from the form's own fields."""
    return f"v_{name}"


def said_values(facts: Mapping[str, Value], speaker: Speaker) -> list[tuple[str, str]]:
    """Return an entry's values as label and text in the reader's language.

    A quantity is told with its unit; names this project does not know are told as they are.
    """
    lines = []
    for name, value in facts.items():
        if name == UNIT and QUANTITY in facts:
            continue
        known = _LABELS.get(name)
        label = speaker.gettext(known.label) if known else name
        unit = facts.get(UNIT, "") if name == QUANTITY else known.unit if known else ""
        lines.append((label, f"{said_value(value, speaker)} {said_unit(unit, speaker)}".strip()))
    return lines


def said_value(value: Value, speaker: Speaker) -> str:
    if isinstance(value, bool):
        return speaker.gettext(N_("yes") if value else N_("no"))
    return value if isinstance(value, str) else speaker.number(value)


def said_unit(written: Value, speaker: Speaker) -> str:
    """Return the unit's name in the reader's language, or what was written for one."""
    unit = find_unit(str(written)) if written else None
    return speaker.gettext(unit.label) if unit else str(written)


def _number(text: str, field: str) -> int | float:
    """Read a number as a number field sends it; a decimal comma is what people here write."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise NotANumber(field=field) from None
    if not math.isfinite(number) or "_" in text:
        raise NotANumber(field=field)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
