from datetime import timedelta
from typing import Any

from app.scans.signals import (
    WINDOW,
    Look,
    Reason,
    Signs,
    Since,
    is_clearly_more,
    signs_of,
)
from tests import make

NOW, DAY = make.NOW, timedelta(days=1)


def looks(count: int, *, first: int = 0, ago: int = 0, active: bool = True) -> list[Look]:
    return [
        Look(number.to_bytes(2), NOW - ago * DAY, active) for number in range(first, first + count)
    ]


def judged(found: list[Look], since: Since | None = None) -> Signs | None:
    return signs_of(found, threshold=13, now=NOW, since=since or Since())


def reasons(found: list[Look], since: Since | None = None) -> tuple[Reason, ...]:
    signs = judged(found, since)
    return signs.reasons if signs else ()


def test_one_who_looks_often_on_a_day_is_one_and_old_look_ups_count_no_more() -> None:
    often = [Look(b"a", NOW - timedelta(minutes=number)) for number in range(50)]
    old = looks(12, first=20, ago=WINDOW.days)
    assert (judged(often), judged(often + old), judged([])) == (None, None, None)
    signs = judged(often + looks(12, first=40, ago=WINDOW.days - 1))
    assert signs is not None
    assert (signs.reasons, signs.devices) == ((Reason.DEVICES,), 13)
    assert (signs.first_at, signs.last_at) == (NOW - 29 * DAY, NOW)


def test_stamps_not_activated_are_signs_only_when_several_look_on_several_days() -> None:
    assert reasons(looks(9, active=False)) == ()
    some = looks(2, active=False) + looks(2, first=2, ago=3, active=False)
    assert reasons(some) == (Reason.EARLY,)
    assert reasons(some[:3]) == ()
    # A void stamp is not active either, and is told as what it is.
    assert reasons(some, Since(gone=NOW - 5 * DAY)) == (Reason.GONE,)


def test_a_display_mark_counts_from_its_moment_and_for_the_crowd_alone() -> None:
    crowd = looks(30)
    assert reasons(crowd) == (Reason.DEVICES,)
    assert reasons(crowd, Since(display=NOW)) == ()
    assert reasons(crowd, Since(display=NOW + DAY)) == (Reason.DEVICES,)
    assert reasons(crowd, Since(display=NOW, recalled=NOW)) == (Reason.RECALLED,)


def test_clearly_more_is_twice_as_many_or_a_reason_of_another_kind() -> None:
    then: dict[str, Any] = {"decided_devices": 14, "decided_reasons": ["devices"]}
    assert not is_clearly_more(devices=27, reasons=["devices"], **then)
    assert not is_clearly_more(devices=5, reasons=[], **then)
    assert is_clearly_more(devices=28, reasons=["devices"], **then)
    assert is_clearly_more(devices=14, reasons=["devices", "provinces"], **then)
