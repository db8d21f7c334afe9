"""Days, times and whole numbers as programs and forms write them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from app.kit.forms import Filled, In, Measure, filled_from, read_form
from app.kit.forms import Sent as Filed
from app.kit.i18n import Translator

Day = Annotated[date, Field(ge=date(1970, 1, 1))]


WORDS = Translator("vi")


class Counted(In):
    number: Annotated[int, Field(ge=-9)] | None = None
    weight: Annotated[float, Field(gt=0)] | Decimal | None = None
    size: Annotated[Measure, Field(gt=0)] | None = None


class Sent(In):
    day: Day | None = None
    at: datetime | None = None
    number: int | None = None


@pytest.mark.parametrize("value", [0, 20260131, 1.0, "0", "20260131", " -86400 ", "1767225600.5"])
def test_a_number_is_no_day(value: object) -> None:
    # As seconds since 1970 it would be read as another day than the one that was meant.
    for name in ("day", "at"):
        with pytest.raises(ValidationError) as caught:
            Sent.model_validate({name: value})
        assert caught.value.errors()[0]["type"] == "date_parsing"


def test_days_written_out_and_numbers_are_read() -> None:
    sent = Sent.model_validate({"day": "2024-02-29", "at": "2026-01-31T10:00:00Z", "number": "7"})
    assert (sent.day, sent.number) == (date(2024, 2, 29), 7)
    with pytest.raises(ValidationError):
        Sent.model_validate({"day": "2023-02-29"})


@pytest.mark.parametrize(
    ("written", "number"),
    [("3.000", 3000), ("1,200,000", 1_200_000), ("3 000", 3000), ("7", 7), ("0", 0), ("-2", -2)],
)
def test_a_whole_number_in_a_form_is_read_as_people_here_write_it(
    written: str, number: int
) -> None:
    assert read_form(Counted, Filed({"number": written}, {}), WORDS) == Counted(number=number)


@pytest.mark.parametrize("written", ["3.0000", "3.5", "1.00", "1e3", "3.000,5", "=1", "3.000 tem"])
def test_what_is_no_whole_number_is_never_taken_for_one(written: str) -> None:
    found = read_form(Counted, Filed({"number": written}, {}), WORDS)
    assert isinstance(found, Filled)
    assert (found.values["number"], set(found.errors)) == (written, {"number"})


@pytest.mark.parametrize(("written", "weight"), [("0,5", 0.5), ("1.5", 1.5), ("1,2,3", None)])
def test_a_decimal_comma_is_what_a_phone_here_has(written: str, weight: float | None) -> None:
    found = read_form(Counted, Filed({"weight": written}, {}), WORDS)
    assert getattr(found, "weight", None) == weight


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("1,125", 1.125),
        ("1.1250", 1.125),
        ("0.500", 0.5),
        ("1.500.000", 1_500_000),
        ("1.500", None),
    ],
)
def test_thousands_or_decimals_is_asked_where_a_quantity_is_written(
    written: str, size: float | None
) -> None:
    found = read_form(Counted, Filed({"size": written}, {}), WORDS)
    assert getattr(found, "size", None) == size
    assert isinstance(found, Counted) or "thousands" in found.error("size")


@pytest.mark.parametrize("kept", [1.125, 1234567.891, 10_000_000_000.0, 0.001, 12.5])
def test_a_form_takes_back_the_number_it_was_filled_with(kept: float) -> None:
    filled = filled_from(Counted(number=1, size=kept), Counted.model_fields)
    found = read_form(Counted, Filed(filled.values, {}), WORDS)
    assert isinstance(found, Counted)
    assert found.size == kept


def test_a_program_writes_a_whole_number_without_a_point() -> None:
    with pytest.raises(ValidationError) as caught:
        Counted.model_validate({"number": "3.000"})
    assert caught.value.errors()[0]["type"] == "int_parsing"
    # JSON knows no whole numbers: 3.0 is one.
    assert Counted.model_validate({"number": 3.0}).number == 3
