"""Workbooks to fill in: headings, a sheet that explains them, lists to choose from."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.kit.columns import Column, Kind
from app.kit.errors import Words
from app.kit.i18n import N_
from app.kit.sheets import sheet_title
from app.office.import_kinds import Subject

_ROWS: Final = 2000
_LISTS_FROM: Final = 8
_KIND_WORDS: Final = {
    Kind.TEXT: N_("Text"),
    Kind.NOTE: N_("Text of several lines"),
    Kind.CODE: N_("Text; leading zeros count"),
    Kind.FIGURE: N_("As the report has it, such as 0,05, <0,01 or KPH"),
    Kind.WHOLE: N_("Whole number"),
    Kind.DECIMAL: N_("Number, such as 1.234,5"),
    Kind.DAY: N_("Day, such as 31/12/2024"),
    Kind.YES_NO: N_("Yes or no"),
    Kind.CHOICE: N_("One of a list"),
}


def make_template(subject: Subject, *, full: bool, words: Words) -> bytes:
    """Return a workbook of the mandatory columns, or of all, in the reader's language.

    Its first sheet has nothing but the headings, so that nothing in it can be imported by mistake.
    """
    columns = list(subject.columns) if full else subject.required()
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = sheet_title(words.gettext(subject.label))
    explained = workbook.create_sheet(sheet_title(words.gettext(N_("Explanations"))))
    _explain(explained, columns, words)
    for place, column in enumerate(columns, start=1):
        _head(sheet, place, column, words)
        if column.choices:
            _offer(sheet, explained, place, column, words)
    sheet.freeze_panes = "A2"
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def _head(sheet: Worksheet, place: int, column: Column, words: Words) -> None:
    label = words.gettext(column.label)
    cell = sheet.cell(1, place, label)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if column.required:
        cell.fill = PatternFill("solid", start_color="EEF8F0")
    below = sheet.column_dimensions[get_column_letter(place)]
    below.width = max(14, len(label) + 2)
    if column.kind in {Kind.CODE, Kind.FIGURE, Kind.TEXT, Kind.NOTE}:
        # As text, or the program drops the zeros in front.
        below.number_format = "@"


def _explain(sheet: Worksheet, columns: Sequence[Column], words: Words) -> None:
    heads = (N_("Column"), N_("Needed of a new record"), N_("What to write"), N_("Explanation"))
    sheet.append([words.gettext(head) for head in heads])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column in columns:
        needed = N_("Yes") if column.required else N_("No")
        line = (column.label, needed, _KIND_WORDS[column.kind], column.hint)
        sheet.append([words.gettext(text) if text else "" for text in line])
    for letter, width in zip("ABCD", (32, 16, 28, 80), strict=True):
        sheet.column_dimensions[letter].width = width


def _offer(
    sheet: Worksheet, explained: Worksheet, place: int, column: Column, words: Words
) -> None:
    """Offer the values of a column as a list; other spellings are still taken."""
    beside = explained.max_column + 1 if explained.max_column >= _LISTS_FROM else _LISTS_FROM
    explained.cell(1, beside, words.gettext(column.label)).font = Font(bold=True)
    for row, choice in enumerate(column.choices, start=2):
        explained.cell(row, beside, words.gettext(choice.label))
    letter, last = get_column_letter(beside), len(column.choices) + 1
    listed = f"{quote_sheetname(explained.title)}!${letter}$2:${letter}${last}"
    offered = DataValidation(type="list", formula1=listed, allow_blank=True, errorStyle="warning")
    offered.add(f"{get_column_letter(place)}2:{get_column_letter(place)}{_ROWS + 1}")
    sheet.add_data_validation(offered)
