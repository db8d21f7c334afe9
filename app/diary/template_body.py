"""Reads the body of a process template, as an editor, a file or a program wrote it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from app.diary.rules import EntryKind
from app.diary.template_faults import (
    ChoiceParted,
    LimitsCrossed,
    NoChoices,
    NoSuchMeaning,
    NotOfThisKind,
    TemplateChoice,
    TemplateFault,
    TemplateShape,
    TooMuchRequired,
)
from app.diary.template_parts import VALUE, Part
from app.kit.i18n import N_
from app.kit.units import UNITS, find_unit

FORMAT: Final = 1
MOST_STAGES: Final = 40
MOST_FIELDS: Final = 20
MOST_CHOICES: Final = 30
MOST_REQUIRED: Final = 2
MOST_PHOTOS: Final = 5
LATE_HOURS: Final = (1, 24 * 365)
APPROVAL_DAYS: Final = (1, 365)
WITHDRAWAL_DAYS: Final = (0, 730)
_STAGE_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
# What parts a choice from its value and its name in English where they are written in a line.
_PARTING: Final = "|="
_ALWAYS_NUMBERS: Final = frozenset({"quantity", "withdrawal_days"})

Body = dict[str, Any]


class FieldKind(StrEnum):
    """What is asked for; a lot asks for what went in, and is kept among the entry's inputs."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    LOT = "lot"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS: Final = {
    FieldKind.TEXT: N_("Text"),
    FieldKind.NUMBER: N_("A number"),
    FieldKind.CHOICE: N_("Choice"),
    FieldKind.DATE: N_("Date"),
    FieldKind.LOT: N_("Lot or material that went in"),
}


def clean_body(given: object) -> tuple[Body, list[TemplateFault]]:
    """Return a body with all that may be left out filled in, and everything wrong with it.

    Where something is wrong, the body holds what could be read.
    """
    faults: list[TemplateFault] = []
    top = Part(given if isinstance(given, Mapping) else {}, faults)
    top.known(("format", "late_after_hours", "approval_after_days", "stages"))
    if not isinstance(given, Mapping) or top.given.get("format", FORMAT) != FORMAT:
        top.wrong(TemplateShape, "format")
    late = top.whole("late_after_hours", LATE_HOURS, 48) or 0
    approval = top.whole("approval_after_days", APPROVAL_DAYS, 7) or 0
    if late > approval * 24:
        top.wrong(LimitsCrossed, "late_after_hours")
    codes: set[str] = set()
    names: set[str] = set()
    stages = [_stage(part, codes, names) for part in top.parts("stages", least=1, most=MOST_STAGES)]
    limits = {"late_after_hours": late, "approval_after_days": approval}
    return {"format": FORMAT, **limits, "stages": stages}, faults


_STAGE_KEYS: Final = (
    "code", "name", "name_en", "kind", "required", "public", "photos", "withdrawal_days", "test",
    "fields",
)  # fmt: skip
_FIELD_KEYS: Final = (
    "name", "label", "label_en", "kind", "unit", "choices", "required", "public", "tally", "least",
    "most",
)  # fmt: skip


def _stage(given: Part, codes: set[str], names: set[str]) -> Body:
    name = given.text("name", needed=True)
    part = replace(given, stage=name or str(given.path.split(".")[-2]))
    part.known(_STAGE_KEYS)
    code = part.code("code", _STAGE_CODE, "-", made_of=name)
    part.once("name", name, names)
    part.once("code", code, codes)
    kind = part.kind(EntryKind)
    days = part.whole("withdrawal_days", WITHDRAWAL_DAYS, None)
    if days is not None and kind is not EntryKind.TREATMENT:
        part.wrong(NotOfThisKind, "withdrawal_days")
    test = part.flag("test")
    if test and kind is not EntryKind.SAMPLING:
        part.wrong(NotOfThisKind, "test")
    seen: set[str] = set()
    fields = [_field(one, seen) for one in part.parts("fields", least=0, most=MOST_FIELDS)]
    needed = sum(one["required"] for one in fields)
    if needed > MOST_REQUIRED:
        part.wrong(TooMuchRequired, "fields", count=needed, most=MOST_REQUIRED)
    return {
        "code": code,
        "name": name,
        "name_en": part.text("name_en"),
        "kind": kind,
        "required": part.flag("required"),
        "public": part.flag("public", default=True),
        "photos": part.whole("photos", (0, MOST_PHOTOS), 0),
        "withdrawal_days": days,
        "test": test,
        "fields": fields,
    }


def _field(given: Part, seen: set[str]) -> Body:
    label = given.text("label", needed=True)
    part = replace(given, name=label or str(given.path.split(".")[-2]))
    part.known(_FIELD_KEYS)
    name = part.code("name", _FIELD_NAME, "_", made_of=label)
    part.once("name", name, seen)
    kind = part.kind(FieldKind)
    numeric = kind is FieldKind.NUMBER
    if (name in _ALWAYS_NUMBERS and not numeric) or name == "unit":
        part.wrong(NoSuchMeaning, "name")
    extra = {"unit": _unit(part), "tally": part.flag("tally")}
    least, most = part.number("least"), part.number("most")
    limits = {"least": least, "most": most}
    for key, value in (extra | limits).items():
        if not numeric and value is not None and value is not False and value != "":
            part.wrong(NotOfThisKind, key)
    if least is not None and most is not None and least > most:
        part.wrong(LimitsCrossed, "least")
    return {
        "name": name,
        "label": label,
        "label_en": part.text("label_en"),
        "kind": kind,
        "unit": extra["unit"],
        "choices": _choices(part, kind),
        "required": part.flag("required"),
        "public": part.flag("public", default=True),
        "tally": extra["tally"],
        **limits,
    }


def _unit(part: Part) -> str:
    """Return the code of the unit, which may be written in words; none is fine."""
    written = part.given.get("unit", "")
    unit = find_unit(written) if isinstance(written, str) else None
    if written and unit is None:
        allowed = ", ".join(one.words[0] for one in UNITS)
        part.wrong(TemplateChoice, "unit", written=str(written), allowed=allowed)
    return unit.code if unit else ""


def _choices(part: Part, kind: FieldKind | None) -> list[Body]:
    listed = part.parts("choices", least=0, most=MOST_CHOICES)
    if kind is FieldKind.CHOICE and not listed:
        part.wrong(NoChoices, "choices")
    elif kind is not FieldKind.CHOICE and listed:
        part.wrong(NotOfThisKind, "choices")
    values: set[str] = set()
    labels: set[str] = set()
    choices = []
    for one in listed:
        one.known(("value", "label", "label_en"))
        label = one.text("label", needed=True)
        value = one.code("value", VALUE, "-", made_of=label)
        if any(sign in label for sign in _PARTING):
            one.wrong(ChoiceParted, "label")
        one.once("label", label, labels)
        one.once("value", value, values)
        choices.append({"value": value, "label": label, "label_en": one.text("label_en")})
    return choices
