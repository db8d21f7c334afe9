from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from app.kit import grid
from app.kit.grid import BadCell, Flaw, Row
from app.kit.sheets import read_table, write_csv, write_xlsx
from tests.workbooks import by_hand, cells, workbook, zipped

EICAR = b"MZ\x90\x00" + bytes(200)
OLE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.integers(-(10**14), 10**14),
    st.booleans(),
    st.dates(date(1901, 1, 1), date(2199, 12, 31)),
)


def read(content: bytes) -> list[Row]:
    return list(read_table(content, name="danh-sach.xlsx").rows)


def values(content: bytes) -> list[list[Any]]:
    return [list(row.cells) for row in read(content)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=12))
def test_what_openpyxl_writes_is_read_as_it_was(rows: list[list[Any]]) -> None:
    # A first cell that nothing leaves out keeps every row from being blank.
    kept = [["x", *row] for row in rows]
    content = workbook([[_safe(value) for value in row] for row in kept])
    found = values(content)
    assert found == [_trimmed(row) for row in kept]


def _safe(value: object) -> object:
    # openpyxl takes a text that begins so for a formula; ours are tested below.
    return f"'{value}" if isinstance(value, str) and value.startswith("=") else value


def _trimmed(row: list[Any]) -> list[Any]:
    row = [_safe(value) for value in row]
    while row[-1] is None:
        row.pop()
    return row


def test_what_is_written_is_read_again_and_runs_nowhere() -> None:
    rows: list[list[Any]] = [
        ["=HYPERLINK(1)", "+84 912 345 678", "@x", "-1+1", "0123", "\tx", None],
        ["Tên", 3, 2.5, date(2026, 1, 2), datetime(2026, 1, 1, 18, tzinfo=UTC), "", ""],
    ]
    out = BytesIO()
    write_xlsx(out, title="Danh sách: [mẫu]", header=["A", "=B"], rows=rows)
    sheet = load_workbook(out).active
    assert isinstance(sheet, Worksheet)
    assert sheet.title == "Danh sách mẫu"
    assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}
    assert sheet["A2"].quotePrefix
    assert not sheet["B3"].quotePrefix
    again = values(out.getvalue())
    assert again[1] == ["=HYPERLINK(1)", "+84 912 345 678", "@x", "-1+1", "0123", "\tx"]
    assert again[2] == ["Tên", 3, 2.5, date(2026, 1, 2), datetime(2026, 1, 2, 1, 0)]  # noqa: DTZ001 - as the sheet shows it
    text = BytesIO()
    write_csv(text, ["A", "=B"], rows)
    lines = text.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "A,'=B"
    assert lines[1] == "'=HYPERLINK(1),+84 912 345 678,'@x,'-1+1,0123,'\tx,"
    assert lines[2] == "Tên,3,2.5,02/01/2026,02/01/2026 01:00,,"
    assert values(text.getvalue())[1][0] == "=HYPERLINK(1)"


def test_blank_rows_merged_cells_and_formats_are_survived() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:D1")
        sheet.merge_cells("A4:A6")
        sheet["C4"].number_format = "0000000000"
        for row in range(8, 2000):
            sheet.row_dimensions[row].height = 20

    content = workbook(
        [
            ["DANH SÁCH CHỦ THỂ"],
            [None, "  "],
            ["Tên", "Sản phẩm", "Mã"],
            ["HTX Một", "Tôm", 12],
            [None, "Cua", None],
            [None, None, None],
            [None, "Mắm", None],
        ],
        change,
    )
    assert [(row.number, list(row.cells)) for row in read(content)] == [
        (1, ["DANH SÁCH CHỦ THỂ"]),
        (3, ["Tên", "Sản phẩm", "Mã"]),
        (4, ["HTX Một", "Tôm", "0000000012"]),
        (5, ["HTX Một", "Cua"]),
        (7, [None, "Mắm"]),
    ]


def test_a_hundred_thousand_blank_rows_cost_nothing() -> None:
    empty = '<c r="A1" s="0"/>'
    content = by_hand(cells('<c r="A1" t="str"><v>Tên</v></c>', *[empty] * 100_000))
    assert values(content) == [["Tên"]]


def test_a_formula_counts_by_its_value_and_is_flawed_without_one() -> None:
    computed = '<c r="A1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'
    number = '<c r="B1"><f>1+1</f><v>2</v></c>'
    never = '<c r="C1"><f>SUM(A1)</f><v/></c>'
    wrong = '<c r="D1" t="e"><f>NA()</f><v>#N/A</v></c>'
    nothing = '<c r="E1" t="str"><f>""</f><v></v></c>'
    found = values(by_hand(cells(computed + number + never + wrong + nothing)))
    assert found == [["ab", 2, BadCell(Flaw.FORMULA, "=SUM(A1)"), BadCell(Flaw.ERROR, "#N/A")]]
    assert values(workbook([["x", "=1+1"]])) == [["x", BadCell(Flaw.FORMULA, "=1+1")]]


def test_only_a_sheet_that_can_be_seen_is_read_and_the_others_are_named() -> None:
    def change(sheet: Worksheet) -> None:
        book = sheet.parent
        assert book is not None
        sheet.sheet_state = "hidden"
        book.create_sheet("Trống")
        book.create_sheet("Dữ liệu").append(["có"])
        book.create_sheet("Ghi chú").append(["khác"])

    table = read_table(workbook([["ẩn"]], change), name="a.xlsx")
    assert (table.sheet, [list(row.cells) for row in table.rows]) == ("Dữ liệu", [["có"]])
    assert table.others == ["Trống", "Ghi chú"]


BOMB = cells('<c r="A1" t="str"><v>' + "0" * 20_000_000 + "</v></c>")
ENTITIES = f'<!DOCTYPE x [<!ENTITY a "{"y" * 99}">]>' + cells('<c t="str"><v>&a;</v></c>')
WIDE = cells('<c r="XFD1" t="str"><v>x</v></c>')
ONE = '<c r="A1" t="str"><v>x</v></c>'
MANY = cells(*[ONE] * (grid.MOST_ROWS + 100))
REFUSED: dict[str, tuple[bytes, type[Exception]]] = {
    "nothing": (b"", grid.SheetEmpty),
    "a program": (EICAR, grid.LetterCodeUnknown),
    "a PDF": (b"%PDF-1.7 x", grid.NotASheet),
    "a web page called .xls": (b"\xef\xbb\xbf<html><table></table>", grid.NotASheet),
    "an old workbook": (OLE + "Workbook".encode("utf-16-le"), grid.OldSheet),
    "a locked workbook": (OLE + "EncryptedPackage".encode("utf-16-le"), grid.SheetEncrypted),
    "a text document": (zipped({"mimetype": "x", "content.xml": "<a/>"}), grid.OldSheet),
    "a binary workbook": (zipped({"xl/workbook.bin": b"x"}), grid.OldSheet),
    "any archive": (zipped({"a.txt": "x"}), grid.NotASheet),
    "half a workbook": (workbook([["x"]])[:2000], grid.NotASheet),
    "no cells": (workbook([]), grid.SheetEmpty),
    "a broken sheet": (by_hand("<worksheet><row"), grid.NotASheet),
    "a shared text that is not there": (
        by_hand(cells('<c r="A1" t="s"><v>9</v></c>')),
        grid.NotASheet,
    ),
    "entities": (by_hand(ENTITIES), grid.NotASheet),
    "entities in a small part": (
        by_hand(cells(ONE), **{"xl/workbook.xml": ENTITIES}),
        grid.NotASheet,
    ),
    "a bomb": (by_hand(BOMB), grid.SheetUnpacksTooLarge),
    "bombs": (
        by_hand(cells(ONE), **{f"b{n}": bytes(60 * 1024 * 1024) for n in range(3)}),
        grid.SheetUnpacksTooLarge,
    ),
    "very wide": (by_hand(WIDE), grid.SheetTooWide),
    "very long": (by_hand(MANY), grid.SheetTooLong),
    "a quotation mark left open": (b'a,b\n"x,y\n', grid.BrokenLine),
    "unknown letters": (b"t\x00e\x00n\x00", grid.LetterCodeUnknown),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_table_is_refused_in_words(what: str) -> None:
    content, refusal = REFUSED[what]
    with pytest.raises(refusal):
        read(content)


def test_an_entry_that_lies_of_its_size_unpacks_no_further() -> None:
    content = by_hand(cells(*[ONE] * 5000))
    size = len(cells(*[ONE] * 5000)).to_bytes(4, "little")
    lying = content.replace(size, (999).to_bytes(4, "little"))
    assert lying != content
    with pytest.raises(grid.NotASheet):
        read(lying)


TABLE = 'Tên;Mã số\nHợp tác xã Đất Mũi;0123\n\n="0045";=1+1\n'


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.replace(";", "\t").encode(),
        TABLE.replace(";", ",").replace("\n", "\r\n").encode(),
        b"sep=;\n" + TABLE.encode(),
    ],
)
def test_text_is_read_in_the_ways_programs_write_it(content: bytes) -> None:
    rows = read(content)
    assert [list(row.cells) for row in rows] == [
        ["Tên", "Mã số"],
        ["Hợp tác xã Đất Mũi", "0123"],
        ["0045", BadCell(Flaw.FORMULA, "=1+1")],
    ]
    assert rows[2].number - rows[1].number == 2


def test_the_code_page_of_vietnamese_windows_is_read() -> None:
    # It writes tone marks apart, as they are kept until a column makes them one again.
    written = "Tên,Ma\u0303\nHơ\u0323p tác xa\u0303,1\n"
    assert values(written.encode("windows-1258"))[1] == ["Hơ\u0323p tác xa\u0303", "1"]
