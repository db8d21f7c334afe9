"""A template as a workbook: its stages, their fields, and what each column means."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook

from app.diary.rules import EntryKind
from app.diary.template import Template
from app.diary.template_body import (
    APPROVAL_DAYS,
    LATE_HOURS,
    MOST_CHOICES,
    MOST_FIELDS,
    MOST_PHOTOS,
    MOST_REQUIRED,
    MOST_STAGES,
    FieldKind,
)
from app.diary.template_changes import FIELD_LABELS, LIMIT_LABELS, STAGE_LABELS
from app.diary.template_forms import choice_lines
from app.kit.columns import Choice, Column, Kind
from app.kit.errors import Words
from app.kit.i18n import N_
from app.kit.sheets import Written, add_sheet
from app.kit.units import find_unit

STAGES: Final = N_("Stages")
FIELDS: Final = N_("Fields")
EXPLANATIONS: Final = N_("Explanations")
_WIDTH: Final = 20.0
_ANY: Final = 100_000

ABOVE: Final = (
    Column(name="code", label=N_("Code of the template"), limit=80),
    Column(name="name", label=N_("Name of the template")),
    Column(name="name_en", label=N_("Name of the template in English")),
    Column(name="late_after_hours", label=LIMIT_LABELS["late_after_hours"], kind=Kind.WHOLE),
    Column(name="approval_after_days", label=LIMIT_LABELS["approval_after_days"], kind=Kind.WHOLE),
)


def _choices(kinds: type[EntryKind] | type[FieldKind]) -> tuple[Choice, ...]:
    return tuple(Choice(one.value, one.label) for one in kinds)


# Longer texts than are taken are read, so that the error names the place in the template.
STAGE_COLUMNS: Final = (
    Column(name="name", label=N_("Stage"), hint=N_("As the producer reads it on a tile.")),
    Column(name="name_en", label=STAGE_LABELS["name_en"]),
    Column(
        name="code",
        label=N_("Code"),
        hint=N_(
            "Small letters without diacritics, digits and “-”. Left empty it is made from the "
            "name. Keep it when you rename the stage: entries are kept by it."
        ),
    ),
    Column(
        name="kind",
        label=STAGE_LABELS["kind"],
        kind=Kind.CHOICE,
        choices=_choices(EntryKind),
        hint=N_("Decides the picture, and what rules hold: withdrawal after a treatment."),
    ),
    Column(
        name="required",
        label=STAGE_LABELS["required"],
        kind=Kind.YES_NO,
        hint=N_("Without such an entry no stamp is activated onto the lot."),
    ),
    Column(
        name="public",
        label=STAGE_LABELS["public"],
        kind=Kind.YES_NO,
        hint=N_("Left empty: yes. On top of it the producer may hide an entry."),
    ),
    Column(
        name="photos",
        label=STAGE_LABELS["photos"],
        kind=Kind.WHOLE,
        hint=N_("How many at least each entry needs, as evidence."),
    ),
    Column(
        name="withdrawal_days",
        label=STAGE_LABELS["withdrawal_days"],
        kind=Kind.WHOLE,
        hint=N_("Of a treatment, where an entry does not say other days."),
    ),
    Column(
        name="test",
        label=STAGE_LABELS["test"],
        kind=Kind.YES_NO,
        hint=N_("Of sampling: a test that the template demands."),
    ),
)
FIELD_COLUMNS: Final = (
    Column(name="stage", label=N_("Stage"), hint=N_("Its name or code in the sheet of stages.")),
    Column(name="label", label=N_("Field"), hint=N_("As the producer reads it in the form.")),
    Column(name="label_en", label=FIELD_LABELS["label_en"]),
    Column(
        name="name",
        label=N_("Code"),
        hint=N_(
            "Small letters without diacritics, digits and “_”. With a meaning of their own: "
            "quantity, agent, dose, target, registration_no, applicator, withdrawal_days, receiver."
        ),
    ),
    Column(name="kind", label=FIELD_LABELS["kind"], kind=Kind.CHOICE, choices=_choices(FieldKind)),
    Column(name="unit", label=FIELD_LABELS["unit"], hint=N_("Of a number: kg, lít, giờ, °C...")),
    Column(
        name="choices",
        label=FIELD_LABELS["choices"],
        kind=Kind.NOTE,
        limit=_ANY,
        hint=N_("Of a choice: one a line, with its name in English behind “|”."),
    ),
    Column(
        name="required",
        label=FIELD_LABELS["required"],
        kind=Kind.YES_NO,
        hint=N_("Two fields of a stage at most."),
    ),
    Column(
        name="public",
        label=FIELD_LABELS["public"],
        kind=Kind.YES_NO,
        hint=N_("Left empty: yes. Names of persons and buyers are better left out."),
    ),
    Column(
        name="tally",
        label=FIELD_LABELS["tally"],
        kind=Kind.YES_NO,
        hint=N_("Of a small number: it is counted with two buttons."),
    ),
    Column(name="least", label=FIELD_LABELS["least"], kind=Kind.DECIMAL),
    Column(name="most", label=FIELD_LABELS["most"], kind=Kind.DECIMAL),
)


@dataclass(frozen=True, slots=True)
class Titled:
    """A template with what it is called."""

    code: str
    name: str
    name_en: str
    template: Template


def write_template(titled: Titled, words: Words) -> bytes:
    """Return the workbook, its headings in the reader's language; read again it says the same."""
    say = words.gettext
    facts: dict[str, Written] = {
        "code": titled.code,
        "name": titled.name,
        "name_en": titled.name_en,
        "late_after_hours": titled.template.late_after_hours,
        "approval_after_days": titled.template.approval_after_days,
    }
    workbook = Workbook(write_only=True)
    above = [(say(column.label), facts[column.name]) for column in ABOVE]
    stages = [[_cell(one, column, say) for column in STAGE_COLUMNS] for one in _stages(titled)]
    fields = [[_cell(one, column, say) for column in FIELD_COLUMNS] for one in _fields(titled)]
    for title, columns, rows, on_top in (
        (STAGES, STAGE_COLUMNS, stages, above),
        (FIELDS, FIELD_COLUMNS, fields, []),
    ):
        header = [say(column.label) for column in columns]
        add_sheet(workbook, title=say(title), header=header, rows=rows, above=on_top, width=_WIDTH)
    heads = [say(head) for head in (N_("Sheet"), N_("Column"), N_("Explanation"))]
    add_sheet(workbook, title=say(EXPLANATIONS), header=heads, rows=_explained(say), width=40.0)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def _stages(titled: Titled) -> list[dict[str, Any]]:
    return list(titled.template.body()["stages"])


def _fields(titled: Titled) -> Iterator[dict[str, Any]]:
    for stage in _stages(titled):
        for field in stage["fields"]:
            choices = choice_lines(field["choices"])
            yield {**field, "stage": stage["name"], "choices": choices}


def _cell(part: dict[str, Any], column: Column, say: Callable[[str], str]) -> Written:
    value: Written = part[column.name]
    if isinstance(value, bool):
        return say(N_("Yes") if value else N_("No"))
    if column.choices:
        return say(next(one.label for one in column.choices if one.value == value))
    if column.name == "unit" and (unit := find_unit(str(value))):
        return unit.words[0]
    return value


def _explained(say: Callable[[str], str]) -> Iterator[Sequence[str]]:
    limits = say(
        N_(
            "At most {stages} stages, {fields} fields a stage, {choices} choices a field, "
            "{required} required fields a stage, {photos} photos. Late after {late} hours at "
            "most, approval after {approval} days at most."
        )
    ).format(
        stages=MOST_STAGES,
        fields=MOST_FIELDS,
        choices=MOST_CHOICES,
        required=MOST_REQUIRED,
        photos=MOST_PHOTOS,
        late=LATE_HOURS[1],
        approval=APPROVAL_DAYS[1],
    )
    yield "", "", limits
    for title, columns in ((STAGES, STAGE_COLUMNS), (FIELDS, FIELD_COLUMNS)):
        for column in columns:
            allowed = ", ".join(say(one.label) for one in column.choices)
            hint = say(column.hint) if column.hint else ""
            yield say(title), say(column.label), " ".join(filter(None, (hint, allowed)))
