"""Templates as workbooks: written, read again the same, and errors by sheet, row and column."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from app.diary.template import PLAIN, Template
from app.diary.template_actions import READY
from app.diary.template_sheet_reading import (
    NoTemplateFile,
    NoTemplateSheets,
    TemplateFileWrong,
    read_template,
)
from app.diary.template_sheets import Titled, write_template
from app.kit.grid import SheetEmpty
from app.kit.units import UNITS
from app.wiring import words

WORDS = words()
VI, EN = WORDS["vi"], WORDS["en"]
Edit = Callable[[Any], None]


def rice() -> Titled:
    ready = json.loads((READY / "lua-gao.json").read_text(encoding="utf-8"))
    template = Template.read(ready.pop("body"))
    return Titled(**ready, template=template)


def edited(content: bytes, edit: Edit) -> bytes:
    workbook = load_workbook(BytesIO(content))
    edit(workbook)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


@pytest.mark.parametrize("words", [VI, EN])
def test_a_template_comes_back_from_its_workbook_the_same(words: Any) -> None:  # noqa: ANN401 - a translator
    hard = PLAIN.body()
    hard["stages"][0] |= {"name": '-1 "Lạ"; kỳ', "public": False, "photos": 2}
    choices = [{"value": "x1", "label": "Đực; cái", "label_en": "Male"}, {"label": "5"}]
    hard["stages"][0]["fields"] = [
        {"label": "7", "name": "seven", "kind": "choice", "choices": choices, "required": True},
        {"label": "Số", "kind": "number", "least": -0.5, "most": 1e6, "tally": True},
    ]
    counted = {"label": "x", "kind": "number"}
    hard["stages"] += [
        {"name": f"Đơn vị {one.code}", "kind": "other", "fields": [{**counted, "unit": one.code}]}
        for one in UNITS
    ]
    for titled in (rice(), Titled("rong", "Trơn", "", Template.read(hard))):
        content = write_template(titled, words)
        found = read_template(content, name="a.xlsx", languages=(VI, EN))
        assert (found.code, found.name, found.name_en) == (
            titled.code,
            titled.name,
            titled.name_en,
        )
        assert found.body == titled.template.body()
        assert len(load_workbook(BytesIO(content)).sheetnames) == 3


def put(sheet: str, cell: str, value: object) -> Edit:
    def edit(workbook: Any) -> None:  # noqa: ANN401 - openpyxl's workbook
        workbook[sheet][cell] = value

    return edit


STAGES, FIELDS = VI.gettext("Stages"), VI.gettext("Fields")
WRONG = {
    "row 9, column D": put(STAGES, "D9", "Ăn uống"),
    "row 8, column G": put(STAGES, "G8", -3),
    "row 10, column C": put(STAGES, "C10", "gieo-sa"),
    "row 4, column B": put(STAGES, "B4", "nhiều"),
    "row 7, column H": put(STAGES, "H7", 9),
    "row 2, column A": put(FIELDS, "A2", "Không có"),
    "row 5, column F": put(FIELDS, "F5", "cây số"),
    "row 3, column E": put(FIELDS, "E3", "=1+1"),
    "row 4, column H": put(FIELDS, "H4", "có lẽ"),
    "row 6, column B": put(FIELDS, "B6", "x" * 90),
}


@pytest.mark.parametrize("place", WRONG)
def test_what_is_wrong_in_a_workbook_is_named_by_sheet_row_and_column(place: str) -> None:
    content = edited(write_template(rice(), VI), WRONG[place])
    with pytest.raises(TemplateFileWrong) as caught:
        read_template(content, name="a.xlsx", languages=(VI, EN))
    lines = caught.value.lines(EN)
    assert len(lines) == 1, lines
    assert lines[0].startswith("Sheet “")
    assert place in lines[0]
    assert "Trang tính" in caught.value.explain(VI)


def test_a_workbook_that_is_no_template_is_refused_as_a_whole() -> None:
    other = BytesIO()
    Workbook().save(other)
    with pytest.raises(SheetEmpty):
        read_template(other.getvalue(), name="a.xlsx", languages=(VI, EN))
    renamed = edited(write_template(rice(), VI), put(STAGES, "A1", "x"))
    assert read_template(renamed, name="a", languages=(VI, EN)).code == ""

    def rename(workbook: Any) -> None:  # noqa: ANN401 - openpyxl's workbook
        workbook[FIELDS].title = "Khác"

    with pytest.raises(NoTemplateSheets):
        read_template(edited(renamed, rename), name="a", languages=(VI, EN))
    for content in (b"", b"PK\x03\x04 cut", b"%PDF-1.7", b"a;b\n1;2\n"):
        with pytest.raises(NoTemplateFile):
            read_template(content, name="../../x.xlsx", languages=(VI, EN))
