"""Workbooks of checklists that somebody filled in wrongly, or to do harm."""

import re
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from app.kit.sheets import read_table
from app.oversight.checklist_sheets import (
    ABOVE,
    COLUMNS,
    ChecklistFile,
    ChecklistFileWrong,
    read_checklist,
)
from app.wiring import words

WORDS = words()
VI = WORDS["vi"]
NAMED = ("thu", "Thử")
LIST = "Một giá trị trong danh sách"


def row(text: object, section: str = "A", **more: str) -> list[object]:
    told: dict[str, object] = {"section": section, "text": text, **more}
    return [told.get(column.name, "") for column in COLUMNS]


def read(*rows: list[object], named: tuple[str, str] = NAMED, merged: str = "") -> ChecklistFile:
    book = Workbook()
    sheet: Any = book.active
    for (_, label), said in zip(ABOVE, named, strict=False):
        sheet.append([VI.gettext(label), said])
    sheet.append([VI.gettext(column.label) for column in COLUMNS])
    for cells in rows:
        sheet.append(cells)
    if merged:
        sheet.merge_cells(merged)
    out = BytesIO()
    book.save(out)
    return read_checklist(read_table(out.getvalue(), name="c.xlsx"), list(WORDS.values()))


# What is wrong, the row it is told of, and a word of the reason.
WRONG: list[tuple[list[list[object]], tuple[str, str], int, str]] = [
    ([row("=1+1")], NAMED, 4, "công thức"),
    ([row("Một")], ("thu", '=CONCAT("a";"b")'), 2, "công thức"),
    ([row("Một")], ("=A9", "Thử"), 1, "công thức"),
    ([row(f"Mục {at}") for at in range(1_000)], NAMED, 204, "200"),
    ([row("Mục", section=f"S{at}") for at in range(1_000)], NAMED, 204, "200"),
    ([row("Một", code="a"), row("Hai", code="a")], NAMED, 5, "hai lần"),
    ([row("Biển hiệu"), row("Hai", code="bien-hieu")], NAMED, 5, "hai lần"),
    ([row("Một", section="")], NAMED, 4, "Thiếu"),
    ([row("Một", kind=LIST)], NAMED, 4, "danh sách"),
    ([row("Một", choices="Tốt\nXấu")], NAMED, 4, "danh sách"),
    ([row("Một", kind=LIST, choices="Tốt|Good|a\nTỐT|Good|b")], NAMED, 4, "hai lần"),
    ([row("Một", bad="Xấu")], NAMED, 4, "không đạt"),
    ([row("Một\u202e hai")], NAMED, 4, "U+202E"),
    ([row("x" * 600)], NAMED, 4, "600"),
]


def test_what_is_wrong_in_a_workbook_is_told_with_its_row() -> None:
    for rows, named, number, word in WRONG:
        with pytest.raises(ChecklistFileWrong) as caught:
            read(*rows, named=named)
        first = caught.value.lines(VI)[0]
        assert re.match(rf"Dòng {number}: .*{re.escape(word)}", first), first


def test_merged_cells_and_markup_are_only_text() -> None:
    found = read(row("<script>"), row(12.5, section=""), row("Ba", section=""), merged="A4:A6")
    [section] = found.questions.sections
    assert [(one.code, one.text) for one in section.items] == [
        ("script", "<script>"),
        ("12-5", "12.5"),
        ("ba", "Ba"),
    ]
