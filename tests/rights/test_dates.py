from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rights.dates import BadPartialDate, earliest, latest, parse_partial_date


@pytest.mark.parametrize(
    ("written", "kept", "first", "last"),
    [
        ("2019", "2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2022-07", "2022-07", date(2022, 7, 1), date(2022, 7, 31)),
        ("2024-2", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-04-17", "2023-04-17", date(2023, 4, 17), date(2023, 4, 17)),
        (" 17/4/2023 ", "2023-04-17", date(2023, 4, 17), date(2023, 4, 17)),
        ("07/2022", "2022-07", date(2022, 7, 1), date(2022, 7, 31)),
    ],
)
def test_a_date_keeps_its_precision(written: str, kept: str, first: date, last: date) -> None:
    assert parse_partial_date(written) == kept
    assert (earliest(kept), latest(kept)) == (first, last)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2022-13",
        "2023-02-29",
        "31/4/2024",
        "13/2024",
        "24",
        "2024-1-1-1",
        "1899",
        "2200",
        "0000",
        "٢٠٢٤",
        "2024 ?",
        "2024-07-",
    ],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(BadPartialDate) as refused:
        parse_partial_date(written, field="registered_on")
    assert refused.value.field == "registered_on"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from([4, 7, 10]))
def test_a_day_lies_within_every_precision_of_itself(day: date, precision: int) -> None:
    kept = parse_partial_date(day.isoformat()[:precision])
    assert parse_partial_date(kept) == kept
    assert earliest(kept) <= day <= latest(kept)
