from datetime import date, datetime
from typing import Any

import pytest

from app.kit import columns as c
from app.kit.columns import Choice, Column, Fault, Kind
from app.kit.errors import DomainError
from app.kit.grid import BadCell, Cell, Flaw, Row, Table
from app.kit.headings import HeaderTwice, NoHeader, ReadRow, find_header, read_rows
from app.kit.i18n import Translator

EN = Translator("en")
COLUMNS = (
    Column(name="name", label="Name", aliases=("tên chủ thể", "tên"), required=True, limit=20),
    Column(
        name="tax", label="Tax number", aliases=("mã số thuế", "MST"), kind=Kind.CODE, digits=10
    ),
    Column(name="count", label="Count", aliases=("số lượng",), kind=Kind.WHOLE, least=1, most=999),
    Column(name="weight", label="Weight", aliases=("khối lượng",), kind=Kind.DECIMAL),
    Column(name="day", label="Day", aliases=("ngày",), kind=Kind.DAY),
    Column(name="open", label="Open", aliases=("đang mở",), kind=Kind.YES_NO),
    Column(
        name="kind",
        label="Kind",
        aliases=("loại",),
        kind=Kind.CHOICE,
        choices=(
            Choice("coop", "Cooperative", ("HTX", "hợp tác xã")),
            Choice("house", "Household"),
        ),
    ),
)
HEADS = ["Tên", "Mã số thuế", "Số lượng", "Khối lượng", "Ngày", "Đang mở", "Loại"]


def table(*rows: list[Any]) -> Table:
    return Table("A", [Row(place, row) for place, row in enumerate(rows, start=1)])


def read(*cells: Cell) -> ReadRow:
    """Read one row below the usual headings."""
    made = table(HEADS, list(cells))
    return next(read_rows(made, find_header(made, COLUMNS, [EN]), COLUMNS, [EN]))


def value(column: str, cell: Cell) -> Any:  # noqa: ANN401 - what the column makes of it
    place = next(place for place, one in enumerate(COLUMNS) if one.name == column)
    row = read(*[None] * place, cell)
    assert not row.faults, row.faults
    return row.facts[column]


def code(column: str, cell: Cell) -> str:
    """Return the title of what is wrong with the cell."""
    place = next(place for place, one in enumerate(COLUMNS) if one.name == column)
    row = read(*[None] * place, cell)
    assert column not in row.facts
    assert [fault.column for fault in row.faults] == [column]
    return row.faults[0].title


@pytest.mark.parametrize("cell", ["31/12/2024", "31-12-2024", "31.12.2024", "2024-12-31"])
def test_a_day_is_read_as_it_is_written_here(cell: str) -> None:
    assert value("day", cell) == date(2024, 12, 31)


def test_real_days_and_moments_are_days() -> None:
    assert value("day", date(2024, 12, 31)) == date(2024, 12, 31)
    assert value("day", datetime(2024, 12, 31, 8, 0)) == date(2024, 12, 31)  # noqa: DTZ001 - a sheet's
    assert value("day", "1/2/2024 00:00:00") == date(2024, 2, 1)


@pytest.mark.parametrize(
    "cell", ["31/02/2024", "12/31/2024", "31/12/24", 45_000, "hôm qua", "1/1/0024"]
)
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    assert code("day", cell) == "Not a date"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.234,5", 1234.5), ("1234,5", 1234.5), ("1,234.5", 1234.5), ("1 234,5", 1234.5),
        ("0,5", 0.5), ("0.500", 0.5), ("1.234", 1234), ("1,234", 1234), ("1.234.567", 1234567),
        ("2.5", 2.5), ("-3", -3), (7, 7), (0.25, 0.25), ("1\u00a0000", 1000),
    ],
)  # fmt: skip
def test_numbers_have_vietnamese_separators(cell: Cell, number: float) -> None:
    assert value("weight", cell) == number


@pytest.mark.parametrize("cell", ["12kg", "1.2.3", "١٢", "--1", "", "1e5", "nan", True, "1,2,3"])
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    if cell == "":
        assert read("x", None, None, cell).facts == {"name": "x"}
    else:
        assert code("weight", cell) == "Not a number"


def test_a_whole_number_keeps_to_its_bounds() -> None:
    assert value("count", "12") == 12
    assert value("count", 12.0) == 12
    assert code("count", 1.5) == "Not a whole number"
    assert code("count", 0) == "The number is too small or too large"
    assert code("count", "1.000") == "The number is too small or too large"


def test_a_code_keeps_its_zeros_and_tells_where_they_are_lost() -> None:
    assert value("tax", "0123456789") == "0123456789"
    assert value("tax", 2000123456) == "2000123456"
    assert value("tax", 2000123456.0) == "2000123456"
    assert code("tax", 123456789) == "The leading zeros are lost"
    assert code("tax", 1.2345678901234567e18) == "The number has lost figures"


def test_yes_and_no_have_many_names() -> None:
    assert [value("open", cell) for cell in ("Có", "x", "X", True, 1)] == [True] * 5
    assert [value("open", cell) for cell in ("không", "No", False, 0)] == [False] * 4
    assert code("open", "có lẽ") == "Neither yes nor no"


def test_a_choice_is_known_by_label_word_or_value() -> None:
    for cell in ("htx", "Hợp tác xã", "HOP TAC XA", "cooperative", "coop"):
        assert value("kind", cell) == "coop"
    row = read("x", None, None, None, None, None, "công ty")
    assert row.faults[0].say(EN) == (
        "Not one of the values allowed. “công ty” is none of: Cooperative, Household."
    )


def test_texts_are_cleaned_and_what_hides_in_them_is_refused() -> None:
    assert value("name", "  Hợp  tác\txã ") == "Hợp tác xã"
    assert value("name", "Ho\u0323p") == "Họp"
    assert value("name", 12) == "12"
    assert value("name", date(2026, 1, 2)) == "02/01/2026"
    assert code("name", "a\u200bb") == "The text holds characters that can't be seen"
    assert code("name", "a\u202eb") == "The text holds characters that can't be seen"
    assert code("name", "x" * 21) == "The text is too long"
    assert code("name", BadCell(Flaw.FORMULA, "")) == "The cell has a formula and no value"
    assert code("name", "=A1") == "The cell has a formula and no value"
    assert code("name", BadCell(Flaw.ERROR, "#REF!")) == "The cell shows an error"


def test_every_fault_of_a_row_is_told() -> None:
    row = read("x" * 30, 12, "một", "nặng", "mai", "?", "khác")
    assert [fault.column for fault in row.faults] == [column.name for column in COLUMNS]
    assert all(fault.say(EN) for fault in row.faults)


def test_headings_are_found_below_a_title_in_any_order_and_spelling() -> None:
    made = table(
        ["DANH SÁCH CHỦ THỂ OCOP", None],
        ["Tên tỉnh", "Cà Mau"],
        ["STT", "MA SO THUE (MST)", "ten chu the *", "Ghi chú", "Ngày\n(dd/mm/yyyy)", None],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        [1, "0123456789", "HTX Một", "mới", "1/2/2024"],
        [2, None, None, None, None],
    )
    header = find_header(made, COLUMNS, [EN])
    assert (header.number, header.at) == (3, {"tax": 1, "name": 2, "day": 4})
    assert header.unknown == ["Ghi chú"]
    rows = list(read_rows(made, header, COLUMNS, [EN]))
    assert [(row.number, row.facts) for row in rows] == [
        (5, {"tax": "0123456789", "name": "HTX Một", "day": date(2024, 2, 1)})
    ]


def test_a_heading_twice_names_both_columns() -> None:
    made = table(["Tên", "Mã số thuế", "TÊN CHỦ THỂ"], ["x", "y", "z"])
    with pytest.raises(HeaderTwice) as refused:
        find_header(made, COLUMNS, [EN])
    assert refused.value.explain(EN) == (
        "Column A (Tên) and column C (TÊN CHỦ THỂ) are both read as “Name”. Delete or rename one."
    )


@pytest.mark.parametrize("rows", [[["x", "y"]], [["Tên", "khác"]], [["x"]] * 20 + [HEADS]])
def test_a_table_without_headings_is_refused(rows: list[list[Any]]) -> None:
    with pytest.raises(NoHeader) as refused:
        find_header(table(*rows), COLUMNS, [EN])
    assert "Name, Tax number" in refused.value.explain(EN)


def test_a_fault_speaks_as_its_error_does() -> None:
    error: DomainError = c.OutOfBounds(written="0", least="1", most="9")
    assert Fault.of(error, "count").say(EN) == f"{error.title(EN)}. {error.explain(EN)}"
