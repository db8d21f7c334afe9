"""Reads a template's workbook; what is wrong is named by sheet, row and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from app.diary.template_body import FORMAT, Body, clean_body
from app.diary.template_faults import TemplateFault
from app.diary.template_forms import read_choices
from app.diary.template_sheets import ABOVE, FIELD_COLUMNS, FIELDS, STAGE_COLUMNS, STAGES
from app.kit.columns import Column, Fault, plain, reader_of
from app.kit.errors import DomainError, Invalid, Words
from app.kit.grid import NotASheet, Table, is_blank, letters_of
from app.kit.headings import Header, ReadRow, find_header, read_rows
from app.kit.i18n import N_
from app.kit.workbooks import read_sheets

MOST_SHEETS: Final = 4
_MOST_ROWS: Final = 1000
_TOLD: Final = 30


class NoTemplateSheets(Invalid):
    """The workbook is no template"""

    code: ClassVar[str] = "diary.template_no_sheets"
    detail: ClassVar[str] = N_(
        "It needs a sheet “{stages}” and a sheet “{fields}”. Take a template as Excel, change it "
        "and send it."
    )
    field = "file"

    def __init__(self, *, stages: str, fields: str) -> None:
        self.stages = stages
        self.fields = fields


class NoTemplateFile(Invalid):
    """The file is no Excel workbook"""

    code: ClassVar[str] = "diary.template_no_workbook"
    detail: ClassVar[str] = N_("Take a template as Excel (.xlsx), change it and send it.")
    field = "file"


class StageUnknown(Invalid):
    """The stage of this field is not in the sheet of stages"""

    code: ClassVar[str] = "diary.template_stage_unknown"
    detail: ClassVar[str] = N_("Write the name of a stage, as it stands there.")


class TooManyTemplateRows(Invalid):
    """The sheet has too many rows"""

    code: ClassVar[str] = "diary.template_too_many_rows"
    detail: ClassVar[str] = N_("At most {limit} are read. Delete what is no part of the template.")

    def __init__(self) -> None:
        self.limit = _MOST_ROWS


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the workbook something is wrong, and what."""

    sheet: str
    row: int
    column: str
    label: str
    fault: Fault | TemplateFault

    def say(self, words: Words) -> str:
        what = N_("Sheet “{sheet}”, row {row}, column {column} ({label}): {why}")
        if not self.column:
            what = N_("Sheet “{sheet}”, row {row}: {why}")
        why = (
            self.fault.say(words)
            if isinstance(self.fault, Fault)
            else f"{self.fault.title(words)}. {self.fault.told(words)}"
        )
        return words.gettext(what).format(
            sheet=self.sheet,
            row=self.row,
            column=self.column,
            label=words.gettext(self.label) if self.label else "",
            why=why,
        )


class TemplateFileWrong(Invalid):
    """Something in the workbook is wrong"""

    code: ClassVar[str] = "diary.template_file_wrong"
    field = "file"

    def __init__(self, spots: Sequence[Spot]) -> None:
        self.spots = spots

    def lines(self, words: Words) -> list[str]:
        """Return what is wrong, each with its place."""
        return [spot.say(words) for spot in self.spots[:_TOLD]]

    def explain(self, words: Words) -> str:
        return " ".join(self.lines(words))


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """What a workbook says: a template's code and names, and its body."""

    code: str
    name: str
    name_en: str
    body: Body


@dataclass(slots=True)
class _Sheet:
    """A sheet being read: its rows by their columns, and where the columns stand."""

    table: Table
    columns: Sequence[Column]
    header: Header
    rows: list[ReadRow]
    spots: list[Spot] = field(default_factory=list)

    def spot(self, row: int, name: str, fault: Fault | TemplateFault) -> None:
        """Note what is wrong with a cell: the first of it is enough."""
        column = next((one for one in self.columns if one.name == name), None)
        at = self.header.at.get(name)
        letters = "" if at is None else letters_of(at)
        label = column.label if column else ""
        if any((one.row, one.label) == (row, label) for one in self.spots):
            return
        self.spots.append(Spot(self.table.sheet, row, letters, label, fault))


def read_template(content: bytes, *, name: str, languages: Sequence[Words]) -> TemplateFile:
    """Return the template of a workbook; `languages` begins with the reader's.

    Raises TemplateFileWrong with all that is wrong, or what is wrong with the file as a whole.
    """
    try:
        tables = read_sheets(content, name=name, most=MOST_SHEETS)
    except NotASheet as error:
        raise NoTemplateFile from error
    stages = _sheet(tables, STAGES, STAGE_COLUMNS, languages)
    fields = _sheet(tables, FIELDS, FIELD_COLUMNS, languages)
    above = _above(stages, languages)
    body, places = _body(stages, fields, above)
    cleaned, faults = clean_body(body)
    for fault in faults:
        _place(fault, stages, fields, places)
    spots = stages.spots + fields.spots
    if spots:
        raise TemplateFileWrong(spots)
    return TemplateFile(
        code=above.get("code", ""),
        name=above.get("name", ""),
        name_en=above.get("name_en", ""),
        body=cleaned,
    )


def _sheet(
    tables: Sequence[Table], title: str, columns: Sequence[Column], languages: Sequence[Words]
) -> _Sheet:
    titles = {plain(title), *(plain(words.gettext(title)) for words in languages)}
    found = next((table for table in tables if plain(table.sheet) in titles), None)
    if found is None:
        reader = languages[0]
        raise NoTemplateSheets(stages=reader.gettext(STAGES), fields=reader.gettext(FIELDS))
    header = find_header(found, columns, languages)
    rows = list(read_rows(found, header, columns, languages))
    if len(rows) > _MOST_ROWS:
        raise TooManyTemplateRows
    sheet = _Sheet(found, columns, header, rows)
    for row in rows:
        for fault in row.faults:
            sheet.spot(row.number, fault.column, fault)
    return sheet


def _above(stages: _Sheet, languages: Sequence[Words]) -> dict[str, Any]:
    """Return what stands above the stages: a label and its value a row."""
    known = {
        plain(label): column
        for column in ABOVE
        for label in (column.label, *(words.gettext(column.label) for words in languages))
    }
    facts: dict[str, Any] = {}
    for row in stages.table.rows:
        label, value = row.cell(0), row.cell(1)
        column = known.get(plain(label)) if isinstance(label, str) else None
        if row.number >= stages.header.number or column is None or is_blank(value):
            continue
        try:
            facts[column.name] = reader_of(column, languages)(value)
        except DomainError as error:
            told = Fault.of(error, column.name)
            spot = Spot(stages.table.sheet, row.number, "B", column.label, told)
            stages.spots.append(spot)
    return facts


def _body(
    stages: _Sheet, fields: _Sheet, above: Mapping[str, Any]
) -> tuple[Body, Mapping[str, int]]:
    """Return the body, and by the path of each of its parts the row it stands in."""
    made: list[Body] = []
    by_name: dict[str, int] = {}
    places: dict[str, int] = {}
    for place, row in enumerate(stages.rows):
        made.append({**row.facts, "fields": []})
        places[f"stages.{place}"] = row.number
        by_name.setdefault(plain(row.facts.get("code", "")), place)
        by_name[plain(row.facts.get("name", ""))] = place
    for row in fields.rows:
        facts = dict(row.facts)
        stage = by_name.get(plain(facts.pop("stage", "")))
        if stage is None or not plain(row.facts.get("stage", "")):
            fields.spot(row.number, "stage", Fault.of(StageUnknown(), "stage"))
            continue
        facts["choices"] = read_choices(facts.get("choices", ""))
        own = made[stage]["fields"]
        places[f"stages.{stage}.fields.{len(own)}"] = row.number
        own.append(facts)
    limits = {
        name: above[name] for name in ("late_after_hours", "approval_after_days") if name in above
    }
    return {"format": FORMAT, **limits, "stages": made}, places


def _place(fault: TemplateFault, stages: _Sheet, fields: _Sheet, places: Mapping[str, int]) -> None:
    """Note a fault of the body where in the workbook it stands."""
    steps = (fault.field or "").split(".")
    own, whole = ".".join(steps[:4]), ".".join(steps[:2])
    if own in places and len(steps) > 4:  # noqa: PLR2004 - stages, its place, fields, its place
        fields.spot(places[own], steps[4], fault)
    elif whole in places:
        stages.spot(places[whole], steps[2], fault)
    else:
        stages.spot(stages.header.number, steps[0], fault)
