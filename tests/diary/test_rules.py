from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.diary.rules import (
    BadLotNumber,
    EntryKind,
    LateMark,
    LotMovesOnly,
    LotState,
    PerformedInFuture,
    TimeLimits,
    check_lot_number,
    check_move,
    timing,
)

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "number", ["1", "L2026-05-01", "A" * 20, "!\"%&'()*+,-./:;<=>?_", "  0123456789  "]
)
def test_a_lot_number_may_use_the_gs1_set(number: str) -> None:
    assert check_lot_number(number) == number.strip()


@pytest.mark.parametrize(
    "number",
    ["", " ", "A" * 21, "Lô 1", "L 1", "LÔ1", "a#b", "a@b", "a\\b", "a~b", "\u0661", "L1\n2"],
)
def test_other_lot_numbers_are_refused(number: str) -> None:
    with pytest.raises(BadLotNumber) as refused:
        check_lot_number(number)
    assert refused.value.field == "number"


@pytest.mark.parametrize(("state", "wanted"), list(product(LotState, LotState)))
def test_a_lot_moves_on_one_step_at_a_time(state: LotState, wanted: LotState) -> None:
    order = [LotState.OPEN, LotState.CLOSED, LotState.RELEASED, LotState.DISTRIBUTED]
    if wanted in order[order.index(state) :][:2]:
        assert check_move(state, wanted) is wanted
        return
    with pytest.raises(LotMovesOnly):
        check_move(state, wanted)


@pytest.mark.parametrize(
    ("behind", "mark"),
    [
        (timedelta(0), LateMark.ON_TIME),
        (timedelta(hours=48), LateMark.ON_TIME),
        (timedelta(hours=48) + SECOND, LateMark.LATE),
        (timedelta(days=7), LateMark.LATE),
        (timedelta(days=7) + SECOND, LateMark.NEEDS_APPROVAL),
        (timedelta(hours=-3), LateMark.ON_TIME),
    ],
)
def test_the_mark_follows_the_time_between_doing_and_writing(
    behind: timedelta, mark: LateMark
) -> None:
    told = timing(performed_at=NOW - behind, device_at=NOW, skew=timedelta(0), received_at=NOW)
    assert told.mark is mark


@pytest.mark.parametrize(
    ("device_at", "skew", "recorded_at"),
    [
        (NOW - timedelta(days=3), timedelta(0), NOW - timedelta(days=3)),
        (NOW - timedelta(days=3), timedelta(hours=2), NOW - timedelta(days=3, hours=2)),
        (NOW - timedelta(days=3), -timedelta(hours=2), NOW - timedelta(days=2, hours=22)),
        (NOW - timedelta(days=3), timedelta(days=1), NOW - timedelta(days=4)),
        (NOW - timedelta(days=3), timedelta(days=1, seconds=1), NOW),
        (NOW - timedelta(days=365), timedelta(days=-365), NOW),
        (NOW - timedelta(days=3), None, NOW),
        (None, timedelta(0), NOW),
        (NOW + timedelta(hours=1), timedelta(0), NOW),
    ],
)
def test_the_phones_clock_counts_only_where_it_is_known(
    device_at: datetime | None, skew: timedelta | None, recorded_at: datetime
) -> None:
    done = NOW - timedelta(days=4)
    told = timing(performed_at=done, device_at=device_at, skew=skew, received_at=NOW)
    assert told.recorded_at == recorded_at


def test_an_entry_written_in_time_and_received_late_bears_no_mark() -> None:
    done = NOW - timedelta(days=20)
    told = timing(performed_at=done, device_at=done, skew=timedelta(0), received_at=NOW)
    assert told.mark is LateMark.ON_TIME
    unknown = timing(performed_at=done, device_at=done, skew=None, received_at=NOW)
    assert unknown.mark is LateMark.NEEDS_APPROVAL


def test_limits_are_the_templates_to_set() -> None:
    strict = TimeLimits(late_after=timedelta(hours=1), approval_after=timedelta(hours=2))
    done = NOW - timedelta(minutes=90)
    told = timing(performed_at=done, device_at=None, skew=None, received_at=NOW, limits=strict)
    assert told.mark is LateMark.LATE


def test_work_of_the_day_after_tomorrow_is_refused() -> None:
    tomorrow = NOW + timedelta(days=1)
    assert timing(performed_at=tomorrow, device_at=None, skew=None, received_at=NOW)
    with pytest.raises(PerformedInFuture):
        timing(performed_at=tomorrow + SECOND, device_at=None, skew=None, received_at=NOW)


def test_every_choice_has_its_label() -> None:
    assert len(EntryKind) == 12
    for choice in (*EntryKind, *LotState):
        assert choice.label
