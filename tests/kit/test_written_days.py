"""Days and times as programs and forms write them."""

from datetime import date, datetime
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from app.kit.forms import In

Day = Annotated[date, Field(ge=date(1970, 1, 1))]


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
