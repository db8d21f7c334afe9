from datetime import UTC, date, datetime, timedelta

import pytest

from app.kit.clock import day_of, start_of


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 1, 1, 16, 59, 59, 999999, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 1, 1, 17, 0, tzinfo=UTC), date(2026, 1, 2)),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_the_day_turns_at_midnight_in_vietnam(instant: datetime, day: date) -> None:
    assert day_of(instant) == day


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        day_of(datetime(2026, 1, 1))  # noqa: DTZ001 - the missing zone is the point


def test_a_day_begins_where_the_one_before_ends() -> None:
    day = date(2026, 2, 28)
    assert start_of(day) == datetime(2026, 2, 27, 17, tzinfo=UTC)
    assert day_of(start_of(date(2026, 3, 1)) - timedelta(microseconds=1)) == day
