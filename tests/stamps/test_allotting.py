from typing import Any

import pytest

from app.kit.columns import Fault as CellFault
from app.kit.headings import ReadRow
from app.stamps.allotment_sheet import Catalogue, Known, read_name, sheet_name, wanted_rows
from app.stamps.allotting import (
    Basis,
    FacilityFacts,
    Given,
    Ground,
    Limit,
    ProductFacts,
    RequestFacts,
    Wanted,
    faults_of,
    read_quantity,
    suggested,
)
from app.wiring import words

GROUND = Ground(
    products={1: ProductFacts(10, active=True), 2: ProductFacts(20, active=False)},
    facilities={5: FacilityFacts(10, retired=False), 6: FacilityFacts(10, retired=True)},
    requests={
        7: RequestFacts(1, 300, free=True, facility_id=5),
        8: RequestFacts(1, 300, free=False),
        9: RequestFacts(1, 300, free=True),
    },
    limits=[],
    largest=5000,
)


def row(place: int = 1, **facts: object) -> Wanted:
    given: dict[str, object] = {"place": str(place), "product_id": 1, "quantity": 100} | facts
    return Wanted(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "same", "use"),
    [
        (Given(3000, 3000, 0), 3000, 3000),
        (Given(3000, 2431, 569), 3000, 1900),
        (Given(3000, 1, 0), 3000, 100),
        (Given(3000, 400, 2600), 3000, 0),
        (Given(), 0, 0),
    ],
)
def test_last_year_suggests_as_many_or_what_was_used_up_to_the_hundreds(
    given: Given, same: int, use: int
) -> None:
    assert (suggested(given, Basis.SAME), suggested(given, Basis.USE)) == (same, use)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("3000", 3000),
        (" 3.000 ", 3000),
        ("1,234,567", 1234567),
        ("3 000", 3000),
        ("0", 0),
        ("3.5", None),
        ("3.0000", None),
        ("-3", None),
        ("ba nghìn", None),
        ("٣", None),
        ("", None),
        ("9" * 16, None),
    ],
)
def test_a_quantity_is_read_as_people_write_it_and_never_guessed(
    text: str, quantity: int | None
) -> None:
    assert read_quantity(text) == quantity


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"product_id": 99}, "Product"),
        ({"product_id": 2}, "Product"),
        ({"quantity": None}, "Quantity"),
        ({"quantity": 0}, "Quantity"),
        ({"quantity": 5001}, "Quantity"),
        ({"facility_id": 99}, "Facility"),
        ({"facility_id": 6}, "Facility"),
        ({"facility_id": 5, "product_id": 2}, "Product"),
        ({"request_id": 99}, "Request"),
        ({"request_id": 8}, "Request"),
        ({"request_id": 9}, "Facility"),
        ({"request_id": 7, "quantity": 301}, "Quantity"),
    ],
)
def test_each_wrong_row_is_named_with_its_column(wrong: dict[str, object], column: str) -> None:
    faults = faults_of([row(1), row(2, **{"facility_id": 5} | wrong)], GROUND)
    assert (faults[0].place, faults[0].column) == ("2", column)
    assert "{" not in faults[0].told(words()["vi"])


def test_the_same_product_may_stand_once_for_each_facility_and_request() -> None:
    rows = [row(1), row(2, facility_id=5), row(3, request_id=9)]
    assert faults_of(rows, GROUND) == []
    assert [fault.place for fault in faults_of([*rows, row(4)], GROUND)] == ["4"]


def test_rows_that_pass_a_quota_only_together_are_all_named() -> None:
    limits = [Limit(10, 250), Limit(10, 90, facility_id=5), Limit(20, 0)]
    ground = Ground(GROUND.products, GROUND.facilities, {}, limits, GROUND.largest)
    assert faults_of([row(1, quantity=160), row(2, facility_id=5, quantity=90)], ground) == []
    faults = faults_of([row(1), row(2, facility_id=5, quantity=151)], ground)
    assert [(fault.place, fault.facts["left"]) for fault in faults] == [
        ("1", 250),
        ("2", 250),
        ("2", 90),
    ]


CATALOGUE = Catalogue(
    [
        Known(1, "08931234567890", "Tôm khô", 10, "HTX Rạch Gốc"),
        Known(2, "", "Mắm", 20, "Hộ Út Hòa"),
        Known(3, "", "Mắm", 30, "Hộ Ba Khía"),
    ],
    {(10, "xuong 1"): 5},
)


def read(number: int = 2, **facts: object) -> ReadRow:
    return ReadRow(number, {"quantity": 100} | facts, [], ())


@pytest.mark.parametrize(
    ("facts", "product"),
    [
        ({"product_id": 1}, 1),
        ({"gtin": "8931234567890"}, 1),
        ({"product": "TOM KHO"}, 1),
        ({"product": "mắm", "entity": "Hộ Ba khía"}, 3),
        ({"product_id": 1, "facility": "Xưởng 1"}, 1),
    ],
)
def test_a_sheet_names_a_product_by_number_gtin_or_names(
    facts: dict[str, Any], product: int
) -> None:
    rows, faults = wanted_rows([read(**facts)], CATALOGUE)
    assert ([one.product_id for one in rows], faults) == ([product], [])
    assert rows[0].facility_id == (5 if "facility" in facts else None)


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ({"product_id": 9}, "Product"),
        ({"gtin": "1"}, "Product"),
        ({"product": "Mắm"}, "Product"),
        ({}, "Product"),
        ({"product_id": 1, "entity": "Hộ Út Hòa"}, "Entity"),
        ({"product_id": 1, "product": "Mắm"}, "Product"),
        ({"product_id": 2, "facility": "Xưởng 1"}, "Facility"),
    ],
)
def test_a_sheet_row_that_names_nothing_or_two_things_is_refused(
    facts: dict[str, Any], column: str
) -> None:
    rows, faults = wanted_rows([read(7, **facts)], CATALOGUE)
    assert (rows, [(fault.place, fault.column) for fault in faults]) == ([], [("7", column)])


def test_a_cell_that_can_not_be_read_is_told_once_with_what_it_says() -> None:
    bad = ReadRow(4, {"product_id": 1}, [CellFault("quantity", "Not a whole number")], ())
    rows, faults = wanted_rows([bad, read(5, product_id=1)], CATALOGUE)
    assert [fault.column for fault in faults] == ["Quantity"]
    assert [fault.column for fault in faults_of(rows, GROUND)] == ["Product"]


def test_a_sheet_tells_which_plan_and_version_it_was_taken_from() -> None:
    assert read_name(sheet_name(12, 3)) == (12, 3)
    assert read_name("Sheet1") is None
