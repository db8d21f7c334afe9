"""A checklist as a workbook: one row an item, with the name of the whole on top."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar, Final

from openpyxl import Workbook

from app.kit.columns import Choice, Column, Fault, Kind, plain
from app.kit.errors import Invalid, Words
from app.kit.grid import BadCell, Table
from app.kit.headings import ReadRow, find_header, read_rows
from app.kit.i18n import N_
from app.kit.sheets import Written, add_sheet
from app.kit.text import fold
from app.oversight.checklist_body import MANY, MOST_ITEMS, ChecklistWrong, read_questions
from app.oversight.checklists import FORMAT, AnswerKind, Item, Questions

_WIDTH: Final = 24.0
_BODY_FIELD: Final = re.compile(r"sections\.(\d+)(?:\.items\.(\d+))?")

_NO_VALUE: Final = N_("The cell has no value, only a formula or an error.")

ABOVE: Final = (
    ("code", N_("Code of the checklist")),
    ("name", N_("Name of the checklist")),
    ("name_en", N_("Name of the checklist in English")),
)
COLUMNS: Final = (
    Column(name="section", label=N_("Section")),
    Column(name="section_en", label=N_("Section in English")),
    Column(name="section_code", label=N_("Code of the section")),
    Column(name="text", label=N_("Item"), limit=500),
    Column(name="text_en", label=N_("Item in English"), limit=500),
    Column(
        name="code",
        label=N_("Code"),
        hint=N_("Left empty it is made from the item. Keep it when you change the words."),
    ),
    Column(
        name="kind",
        label=N_("Kind of answer"),
        kind=Kind.CHOICE,
        choices=tuple(Choice(one.value, one.label) for one in AnswerKind),
        hint=N_("Left empty: yes or no."),
    ),
    Column(
        name="choices",
        label=N_("Answers to choose from"),
        kind=Kind.NOTE,
        limit=5000,
        hint=N_(
            "One a line, with its name in English behind “|”, and its code behind another “|”."
        ),
    ),
    Column(name="unit", label=N_("Unit")),
    Column(name="required", label=N_("Required"), kind=Kind.YES_NO, hint=N_("Left empty: yes.")),
    Column(name="photo", label=N_("Needs a photo"), kind=Kind.YES_NO),
    Column(
        name="bad",
        label=N_("Answers that are findings"),
        kind=Kind.NOTE,
        limit=2000,
        hint=N_("One a line, such as “Không”. Left empty of a yes or no item: none."),
    ),
)


class ChecklistFileWrong(Invalid):
    """Something in the checklist's file is wrong"""

    code: ClassVar[str] = "oversight.checklist_file_wrong"
    detail: ClassVar[str] = N_("Nothing was published. Mend these rows and send it again.")
    field = "file"

    def __init__(self, faults: Sequence[tuple[int, Fault | ChecklistWrong]]) -> None:
        self.faults = faults

    def lines(self, words: Words) -> list[str]:
        """Return what is wrong, each with its row."""
        said = words.gettext(N_("Row {row}: {why}"))
        return [said.format(row=row, why=_why(one, words)) for row, one in self.faults[:30]]


def _why(fault: Fault | ChecklistWrong, words: Words) -> str:
    return fault.say(words) if isinstance(fault, Fault) else fault.explain(words)


@dataclass(frozen=True, slots=True)
class ChecklistFile:
    """What a workbook says: a checklist's code and names, and what it asks."""

    code: str
    name: str
    name_en: str
    questions: Questions


def write_checklist(file: ChecklistFile, words: Words) -> bytes:
    """Return the workbook, its headings in the reader's language; read again it says the same."""
    say = words.gettext
    workbook = Workbook(write_only=True)
    above = [(say(label), getattr(file, name)) for name, label in ABOVE]
    header = [say(one.label) for one in COLUMNS]
    rows = list(_rows(file.questions, words))
    add_sheet(
        workbook, title=say(N_("Checklist")), header=header, rows=rows, above=above, width=_WIDTH
    )
    hints = [(say(one.label), _explained(one, words)) for one in COLUMNS]
    heads = [say(N_("Column")), say(N_("Explanation"))]
    add_sheet(workbook, title=say(N_("Explanations")), header=heads, rows=hints, width=40.0)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def _explained(column: Column, words: Words) -> str:
    allowed = ", ".join(words.gettext(one.label) for one in column.choices)
    hint = words.gettext(column.hint) if column.hint else ""
    return " ".join(filter(None, (hint, allowed)))


def _rows(questions: Questions, words: Words) -> Iterator[list[Written]]:
    yes_no = {True: words.gettext(N_("Yes")), False: words.gettext(N_("No"))}
    for section in questions.sections:
        for item in section.items:
            yield [
                section.name,
                section.name_en,
                section.code,
                item.text,
                item.text_en,
                item.code,
                words.gettext(item.kind.label),
                "\n".join(f"{one.label} | {one.label_en} | {one.value}" for one in item.choices),
                item.unit,
                yes_no[item.required],
                yes_no[item.photo],
                "\n".join(_bad(item, value, words) for value in item.bad),
            ]


def _bad(item: Item, value: str, words: Words) -> str:
    named = {one.value: one.label for one in item.choices}
    return named.get(value) or item.said(value, words)


def read_checklist(table: Table, languages: Sequence[Words]) -> ChecklistFile:
    """Return the checklist of a sheet. Raises ChecklistFileWrong with what is wrong with it."""
    header = find_header(table, COLUMNS, languages)
    rows = list(read_rows(table, header, COLUMNS, languages))
    faults: list[tuple[int, Fault | ChecklistWrong]] = [
        (row.number, fault) for row in rows for fault in row.faults
    ]
    if faults:
        raise ChecklistFileWrong(faults)
    above = _above(table, header.number, languages)
    if len(rows) > MOST_ITEMS:
        # Told before codes are made for all of them, which takes its time.
        many = ChecklistWrong(field="sections", place="", reason=MANY)
        raise ChecklistFileWrong([(rows[MOST_ITEMS].number, many)])
    body, places = _body(rows, languages)
    try:
        questions = read_questions(body)
    except ChecklistWrong as error:
        raise ChecklistFileWrong([(_row_of(error, places, header.number), error)]) from error
    return ChecklistFile(
        above.get("code", ""), above.get("name", ""), above.get("name_en", ""), questions
    )


def _row_of(error: ChecklistWrong, places: Mapping[tuple[int, int], int], otherwise: int) -> int:
    found = _BODY_FIELD.match(error.field or "")
    return places.get((int(found[1]), int(found[2] or 0)), otherwise) if found else otherwise


def _above(table: Table, header: int, languages: Sequence[Words]) -> dict[str, str]:
    known = {
        plain(said): name
        for name, label in ABOVE
        for said in (label, *(words.gettext(label) for words in languages))
    }
    found = {}
    for row in table.rows:
        if row.number >= header or len(row.cells) < 2:  # noqa: PLR2004 - a label and its value
            continue
        key = known.get(plain(str(row.cell(0) or "")))
        said = row.cell(1)
        if key and isinstance(said, BadCell):
            wrong = ChecklistWrong(field=key, place=str(row.cell(0)), reason=_NO_VALUE)
            raise ChecklistFileWrong([(row.number, wrong)])
        if key:
            found[key] = str(said or "").strip()
    return found


def _body(
    rows: Sequence[ReadRow], languages: Sequence[Words]
) -> tuple[dict[str, Any], dict[tuple[int, int], int]]:
    """Return the body the rows make, and which row each item stands in."""
    sections: list[dict[str, Any]] = []
    places: dict[tuple[int, int], int] = {}
    taken: set[str] = set()
    for row in rows:
        facts = row.facts
        name = facts.get("section", sections[-1]["name"] if sections else "")
        at = next((i for i, one in enumerate(sections) if one["name"] == name), None)
        if at is None:
            taken_codes = {one["code"] for one in sections}
            code = facts.get("section_code") or code_of(name, taken_codes)
            made = {"code": code, "name": name}
            sections.append({**made, "name_en": facts.get("section_en", ""), "items": []})
            at = len(sections) - 1
        items = sections[at]["items"]
        places[at, len(items)] = row.number
        items.append(_item(facts, taken, languages))
    return {"format": FORMAT, "sections": sections}, places


def _item(facts: Mapping[str, Any], taken: set[str], languages: Sequence[Words]) -> dict[str, Any]:
    code = facts.get("code") or code_of(facts.get("text", ""), taken)
    taken.add(code)
    kind = facts.get("kind", AnswerKind.YES_NO.value)
    choices = [_choice(line) for line in facts.get("choices", "").split("\n") if line.strip()]
    told = _told_values(kind, choices, languages)
    bad = [line.strip() for line in facts.get("bad", "").split("\n") if line.strip()]
    return {
        "code": code,
        "text": facts.get("text", ""),
        "text_en": facts.get("text_en", ""),
        "kind": kind,
        "choices": choices,
        "unit": facts.get("unit", ""),
        "required": facts.get("required", True),
        "photo": facts.get("photo", False),
        "bad": [told.get(plain(one), one) for one in bad],
    }


def _choice(line: str) -> dict[str, str]:
    label, label_en, value, *_ = (*(part.strip() for part in line.split("|")), "", "")
    return {"value": value or code_of(label, set()), "label": label, "label_en": label_en}


def _told_values(
    kind: str, choices: Sequence[Mapping[str, str]], languages: Sequence[Words]
) -> dict[str, str]:
    """Return the values of answers by what people write for them."""
    if kind == AnswerKind.YES_NO:
        item = Item(code="x", text="x")
        return {
            plain(item.said(value, words)): value for words in languages for value in item.options()
        }
    return {plain(one["label"]): one["value"] for one in choices}


def code_of(text: str, taken: set[str]) -> str:
    """Return a code made from words, unlike those that are taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:34].strip("-") or "x"
    number, code = 2, stem
    while code in taken:
        code, number = f"{stem}-{number}", number + 1
    return code
