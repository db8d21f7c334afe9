from datetime import timedelta

from app.kit.guesses import Guesses
from tests import make

HERE, THERE = "203.0.113.7", "2001:db8:1:2::/64"


def test_a_network_has_so_many_wrong_guesses_a_minute_and_others_their_own() -> None:
    guesses = Guesses(60)
    assert guesses.is_calm(make.NOW)
    assert [guesses.take(HERE, make.NOW) for _ in range(59)] == [1] * 59
    assert guesses.wait(HERE, make.NOW) is None
    assert guesses.take(HERE, make.NOW) == 1
    assert guesses.take(HERE, make.NOW) == 0
    assert (guesses.wait(HERE, make.NOW), guesses.wait(THERE, make.NOW)) == (1, None)
    assert guesses.take(THERE, make.NOW) == 1


def test_guesses_leak_away_one_a_second_and_a_flood_is_no_longer_punished() -> None:
    guesses = Guesses(60)
    for _ in range(10_000):
        guesses.take(HERE, make.NOW)
    later = make.NOW + timedelta(seconds=2)
    assert guesses.wait(HERE, later) is None
    assert [guesses.take(HERE, later) for _ in range(3)] == [1, 1, 0]
    over = make.NOW + timedelta(seconds=63)
    assert guesses.is_calm(over)
    assert guesses.take(HERE, over) == 1


def test_what_was_no_wrong_guess_is_given_back_and_a_batch_costs_a_minute_at_most() -> None:
    guesses = Guesses(60)
    assert guesses.take(HERE, make.NOW, 100) == 60
    assert guesses.take(HERE, make.NOW) == 0
    guesses.settle(HERE, make.NOW, taken=60, wrong=1)
    assert guesses.take(HERE, make.NOW, 58) == 58
    guesses.settle(HERE, make.NOW, taken=58, wrong=58)
    assert [guesses.take(HERE, make.NOW) for _ in range(2)] == [1, 0]
    # One that was looked up although no guess was free, since it could have been genuine.
    guesses.settle(HERE, make.NOW, taken=0, wrong=1)
    assert guesses.wait(HERE, make.NOW) == 2


def test_memory_is_bounded_and_the_clock_may_go_back() -> None:
    guesses = Guesses(2, most=3)
    for number in range(5):
        guesses.take(str(number), make.NOW)
    guesses.take("4", make.NOW)
    assert guesses.wait("4", make.NOW - timedelta(hours=1)) == 30
    assert guesses.wait("0", make.NOW) is None
    assert len(guesses._levels) == 3  # noqa: SLF001 - what is held is the point here
