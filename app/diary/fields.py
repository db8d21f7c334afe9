"""What forms send of an entry's values by its stage, and how values are read out again."""

import math
from collections.abc import Mapping
from typing import ClassVar, Final, Protocol

from app.diary.amounts import comparable
from app.diary.template import PLAIN, Field, FieldKind, Stage
from app.diary.values import Value
from app.kit.entered import TWOFOLD, is_twofold, with_point
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.units import UNITS, find_unit


class Speaker(Protocol):
    """What it takes to read a value out in the reader's language."""

    @property
    def language(self) -> str: ...
    def gettext(self, text: str) -> str: ...
    def number(self, value: float) -> str: ...


class NotANumber(Invalid):
    """A number is needed"""

    code: ClassVar[str] = "diary.not_a_number"
    detail: ClassVar[str] = N_("Write a number.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class NumberTwofold(Invalid):
    """The number can be read in two ways"""

    code: ClassVar[str] = "diary.number_twofold"
    detail: ClassVar[str] = TWOFOLD

    def __init__(self, *, field: str) -> None:
        self.field = field


QUANTITY: Final = "quantity"
UNIT: Final = "unit"

# The units a form offers, the likeliest first.
OFFERED_UNITS: Final = ("KGM", "GRM", "TNE", "LTR", "C62", "XBG", "XBX", "XPA", "XBO", "XJR", "XCT")

# What values are called whose stage is not known: of older entries, and of no stage.
_KNOWN: Final = {field.name: field for stage in PLAIN.stages for field in stage.fields}


def read_values(stage: Stage, sent: Mapping[str, str]) -> dict[str, Value]:
    """Return the values of a filled form; what was left empty is left out.

    Raises NotANumber naming the form's field.
    """
    values: dict[str, Value] = {}
    for field in stage.fields:
        text = sent.get(field_name(field.name), "").strip()
        if not text or field.kind is FieldKind.LOT:
            continue
        numeric = field.kind is FieldKind.NUMBER
        values[field.name] = read_number(text, field_name(field.name)) if numeric else text
        if field.name == QUANTITY and (unit := sent.get(field_name(UNIT), "").strip()):
            values[UNIT] = unit
    return values


def field_name(name: str) -> str:
    """Return the name a value bears in a form, apart from the form's own fields."""
    return f"v_{name}"


def offered_units(field: Field) -> list[str]:
    """Return the codes a form offers for a quantity: the field's own first, and its like."""
    if not field.unit:
        return list(OFFERED_UNITS)
    like = [one.code for one in UNITS if comparable(one.code, field.unit)]
    return [field.unit, *(code for code in like if code != field.unit)]


def said_values(
    facts: Mapping[str, Value], speaker: Speaker, stage: Stage | None = None
) -> list[tuple[str, str]]:
    """Return an entry's values as label and text in the reader's language.

    A quantity is told with its unit; names neither the stage nor this project knows are told as
    they are.
    """
    lines = []
    for name, value in facts.items():
        if name == UNIT and QUANTITY in facts:
            continue
        known = (stage.field(name) if stage else None) or _KNOWN.get(name)
        label = known.name_in(speaker.language) if known else name
        unit = (facts.get(UNIT) if name == QUANTITY else "") or (known.unit if known else "")
        choice = known.choice(value) if known else None
        text = choice.name_in(speaker.language) if choice else said_value(value, speaker)
        lines.append((label, f"{text} {said_unit(unit, speaker)}".strip()))
    return lines


def said_value(value: Value, speaker: Speaker) -> str:
    if isinstance(value, bool):
        return speaker.gettext(N_("yes") if value else N_("no"))
    return value if isinstance(value, str) else speaker.number(value)


def said_unit(written: Value, speaker: Speaker) -> str:
    """Return the unit's name in the reader's language, or what was written for one."""
    unit = find_unit(str(written)) if written else None
    return speaker.gettext(unit.label) if unit else str(written)


def read_number(text: str, field: str) -> int | float:
    """Read a number as people here write it: with a decimal comma, and 1.500 may be two things."""
    if is_twofold(text):
        raise NumberTwofold(field=field)
    try:
        number = float(with_point(text))
    except ValueError:
        raise NotANumber(field=field) from None
    if not math.isfinite(number) or "_" in text:
        raise NotANumber(field=field)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
