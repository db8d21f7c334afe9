"""Whether an entry says what the stage of its lot's template asks for, and says it soundly.

What a template does not know is kept as it is: an older phone, or another program, may say more.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import ClassVar, Final

from app.diary.amounts import comparable
from app.diary.remarks import Remark
from app.diary.rules import EntryKind, TimeLimits
from app.diary.template import Field, FieldKind, Stage, Template
from app.diary.values import Value
from app.diary.written import LIMITS
from app.kit.errors import Invalid, Words
from app.kit.i18n import N_
from app.kit.units import find_unit, read_unit

QUANTITY: Final = "quantity"
UNIT: Final = "unit"
WITHDRAWAL: Final = "withdrawal_days"
MOST: Final = 1_000_000_000
MOST_DAYS: Final = 3650
# What can lie below nought: all else that is counted, weighed or measured can't.
_SIGNED: Final = frozenset({"CEL"})
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class UnknownStage(Invalid):
    """The lot's diary has no such stage"""

    code: ClassVar[str] = "diary.unknown_stage"
    detail: ClassVar[str] = N_("“{stage}” is none of its stages, or is of another kind of work.")
    field = "stage"

    def __init__(self, *, stage: str) -> None:
        self.stage = stage


class FieldFault(Invalid):
    """What was entered in a field is wrong"""

    code: ClassVar[str] = "diary.field"

    def __init__(self, *, name: str, label: str, label_en: str) -> None:
        self.field = f"values.{name}"
        self.label = label
        self.label_en = label_en

    def explain(self, words: Words) -> str:
        told = super().explain(words)
        label = self.label_en if words.language == "en" and self.label_en else self.label
        return f"{label}: {told}" if told else label


class FieldNeeded(FieldFault):
    """Something of the entry is missing"""

    code: ClassVar[str] = "diary.field_needed"
    detail: ClassVar[str] = N_("this has to be filled in.")


class NumberNeeded(FieldFault):
    """A number is needed"""

    code: ClassVar[str] = "diary.number_needed"
    detail: ClassVar[str] = N_("write a number, without its unit.")


class TextNeeded(FieldFault):
    """A text is needed"""

    code: ClassVar[str] = "diary.text_needed"
    detail: ClassVar[str] = N_("write it in words.")


class NumberOutOfRange(FieldFault):
    """The number can't be right"""

    code: ClassVar[str] = "diary.number_out_of_range"
    detail: ClassVar[str] = N_("write a number from {least} to {most}.")

    def __init__(self, *, name: str, label: str, label_en: str, least: float, most: float) -> None:
        super().__init__(name=name, label=label, label_en=label_en)
        self.least = least
        self.most = most

    def explain(self, words: Words) -> str:
        figures = {"least": words.number(self.least), "most": words.number(self.most)}
        label = self.label_en if words.language == "en" and self.label_en else self.label
        return f"{label}: {words.gettext(self.detail).format(**figures)}"


class NotAChoice(FieldFault):
    """The value is none of those to choose from"""

    code: ClassVar[str] = "diary.not_a_choice"
    detail: ClassVar[str] = N_("choose one of the list.")


class DayNeeded(FieldFault):
    """A day is needed"""

    code: ClassVar[str] = "diary.day_needed"
    detail: ClassVar[str] = N_("write a day, as 2026-03-31.")


class OtherMeasure(FieldFault):
    """The unit measures something else"""

    code: ClassVar[str] = "diary.other_measure"
    detail: ClassVar[str] = N_("it is not counted in “{written}”. Choose another unit.")

    def __init__(self, *, name: str, label: str, label_en: str, written: str) -> None:
        super().__init__(name=name, label=label, label_en=label_en)
        self.written = written


def limits_of(template: Template) -> TimeLimits:
    """Return how late an entry may be by the template; how far ahead, nobody sets."""
    return TimeLimits(
        late_after=timedelta(hours=template.late_after_hours),
        approval_after=timedelta(days=template.approval_after_days),
        ahead=LIMITS.ahead,
    )


def stage_of(template: Template, code: str, kind: EntryKind, *, plain: bool) -> Stage | None:
    """Return the stage an entry is of, or raise UnknownStage.

    Without a code it is the one stage of that kind, where there is just one; work the template
    did not foresee is of none. The plain template takes any words for a stage, as it always did.
    """
    of_kind = [stage for stage in template.stages if stage.kind is kind]
    found = template.stage(code)
    if found is not None and found.kind is kind:
        return found
    if code and not plain:
        raise UnknownStage(stage=code)
    return of_kind[0] if len(of_kind) == 1 else None


def check_values(stage: Stage, values: Mapping[str, Value], *, goods: bool) -> None:
    """Refuse values the stage's fields don't take, with the field and the reason.

    `goods` tells whether the entry names what went in. Raises the errors of this module and
    UnknownUnit.
    """
    for field in stage.fields:
        given = values.get(field.name)
        if field.kind is FieldKind.LOT:
            if field.required and not goods:
                raise FieldNeeded(name="inputs", label=field.label, label_en=field.label_en)
        elif given is None or given == "":
            if field.required:
                raise _fault(FieldNeeded, field)
        else:
            _CHECKS[field.kind](field, given)
            _check_unit(field, values)
    _check_days(stage, values)


def lacking_fields(stage: Stage, values: Mapping[str, Value], *, goods: bool) -> list[Field]:
    """Return the fields the stage requires that an entry leaves empty."""
    return [
        field
        for field in stage.fields
        if field.required
        and (not goods if field.kind is FieldKind.LOT else values.get(field.name) in {None, ""})
    ]


def remarks_on(stage: Stage | None, *, photos: int) -> tuple[Remark, ...]:
    """Return what an entry is told that was taken though its stage asks for more photos."""
    if stage is None or photos >= stage.photos:
        return ()
    text = N_(
        "This stage needs {count} photos as evidence. Add them by a correction, or stamps can't "
        "be activated for the lot."
    )
    return (Remark("diary.photos_lacking", text, {"count": stage.photos}),)


def _fault(kind: type[FieldFault], field: Field) -> FieldFault:
    return kind(name=field.name, label=field.label, label_en=field.label_en)


def _check_number(field: Field, value: Value) -> None:
    if isinstance(value, bool | str):
        raise _fault(NumberNeeded, field)
    floor = -MOST if not field.unit or field.unit in _SIGNED else 0
    if field.name in {QUANTITY, WITHDRAWAL}:
        floor = 0
    least = floor if field.least is None else field.least
    most = MOST if field.most is None else field.most
    if not least <= value <= most:
        raise NumberOutOfRange(
            name=field.name, label=field.label, label_en=field.label_en, least=least, most=most
        )


def _check_text(field: Field, value: Value) -> None:
    if not isinstance(value, str):
        raise _fault(TextNeeded, field)


def _check_choice(field: Field, value: Value) -> None:
    if field.choice(value) is None:
        raise _fault(NotAChoice, field)


def _check_day(field: Field, value: Value) -> None:
    try:
        fine = isinstance(value, str) and _DAY.fullmatch(value) and date.fromisoformat(value)
    except ValueError:
        fine = None
    if not fine:
        raise _fault(DayNeeded, field)


_CHECKS: Final = {
    FieldKind.NUMBER: _check_number,
    FieldKind.TEXT: _check_text,
    FieldKind.CHOICE: _check_choice,
    FieldKind.DATE: _check_day,
}


def _check_unit(field: Field, values: Mapping[str, Value]) -> None:
    """Refuse a quantity in a unit nobody knows, or in one of another dimension than the field's."""
    if field.name != QUANTITY:
        return
    written = values.get(UNIT, "")
    if not written:
        return
    unit = read_unit(str(written), field=f"values.{UNIT}")
    if field.unit and not comparable(unit.code, field.unit):
        raise OtherMeasure(
            name=UNIT, label=field.label, label_en=field.label_en, written=str(written)[:30]
        )


def _check_days(stage: Stage, values: Mapping[str, Value]) -> None:
    """Refuse withdrawal days that are none, whether the stage asks for them or not."""
    days = values.get(WITHDRAWAL)
    if days is None or days == "":
        return
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
        known = stage.field(WITHDRAWAL)
        raise NumberOutOfRange(
            name=WITHDRAWAL,
            label=known.label if known else WITHDRAWAL,
            label_en=known.label_en if known else "",
            least=0,
            most=MOST_DAYS,
        )


def unit_of(field: Field, values: Mapping[str, Value]) -> str:
    """Return the code of the unit a value is told in: the one entered, else the field's own."""
    if field.name == QUANTITY and (written := values.get(UNIT)):
        found = find_unit(str(written))
        return found.code if found else str(written)
    return field.unit
