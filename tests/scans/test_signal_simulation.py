"""The goals of the clone signals, shown on stamps that behave as buyers are thought to.

What is assumed of honest packs stands in `Packs.days`. With -s the figures are printed.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from math import log, sqrt
from random import Random
from typing import NamedTuple

import pytest

from app.scans.signals import FLOOR, LEAST, Look, Since, signs_of, threshold
from tests import make

SCANNED, TRIALS = 200_000, 3000
FALSE_FLAGS, CAUGHT = 0.0005, 0.99
# What a figure of the simulation may be off by with a chance of one in twenty, one-sided.
SURE = 1.645
# Provinces through which carriers lead subscribers of others out.
GATEWAYS = ("01", "79", "48")
DAY = timedelta(days=1)


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def packs_of(seed: int) -> "Packs":
    return Packs(Random(seed))  # noqa: S311 - the same packs each time, no secret


class Life(NamedTuple):
    """The days on which a pack was looked up, from its sale on, and whether it is on display."""

    days: list[int]
    display: bool


@dataclass(frozen=True)
class Packs:
    """Draws how packs are looked up."""

    random: Random

    def more(self, mean: float) -> int:
        """Return a geometric number, from 0: most often none, now and then many."""
        return int(log(1 - self.random.random()) / log(mean / (1 + mean)))

    def some(self, mean: float, over: int) -> list[int]:
        return [self.random.randrange(over) for _ in range(self.more(mean))]

    def life(self) -> Life:
        """Return a life of an honest pack that is looked up at all.

        Its buyer looks, now and then another phone of the household, and some look again on
        another day, which is a new visitor, for the day's key is destroyed. Of a thousand packs
        30 are kept open and shown around, 10 are looked up in the shop by people who don't buy
        them, 2 are a reseller's who shows it to customers; of ten thousand 2 stand on display.
        """
        habit = self.random.random()
        days = [0] * (1 + self.more(0.15)) + [1 + day for day in self.some(0.2, 20)]
        if habit < 0.03:
            days += self.some(1.5, 60)
        elif habit < 0.04:
            days += self.some(2, 14)
        elif habit < 0.042:
            days += self.some(3, 30)
        display = 0.042 <= habit < 0.0422
        if display:
            days += [self.random.randrange(60) for _ in range(20)] + self.some(40, 60)
        return Life(days, display)

    def early(self) -> list[int]:
        """Return when it was looked up before activation: one in fifty, by printer or packer."""
        if self.random.random() > 0.02:
            return []
        return [-1 - day for day in (self.random.randrange(30), *self.some(0.2, 30))]

    def province(self, home: str) -> str:
        """Return where a look-up seems to come from: one in five of another province."""
        chance = self.random.random()
        if chance < 0.17:
            return self.random.choice(GATEWAYS)
        return str(self.random.randrange(10, 44)) if chance < 0.2 else home

    def looks(self, early: list[int], days: list[int]) -> list[Look]:
        home = str(self.random.randrange(10, 44))
        return [
            Look(number.to_bytes(4), make.NOW + day * DAY, day >= 0, self.province(home))
            for number, day in enumerate([*early, *days])
        ]

    def copies(self, count: int, sought: float, over: int) -> list[Look]:
        """Return the look-ups of packs of one code, sold within so many days.

        Of them the share `sought` is looked up, as honest packs are; no province is known.
        """
        found = []
        for _ in range(count):
            if self.random.random() < sought:
                sold = self.random.uniform(0, over) + self.random.expovariate(1 / 5)
                found += [make.NOW + (sold + day) * DAY for day in self.life().days]
        return [Look(number.to_bytes(4), at) for number, at in enumerate(found)]


def is_flagged(looks: list[Look], limit: int, since: Since) -> bool:
    """Tell whether a stamp is ever flagged: it is judged after each of its look-ups."""
    moments = {look.minute for look in looks} if len(looks) >= LEAST else set()
    return any(
        signs_of([one for one in looks if one.minute <= now], threshold=limit, now=now, since=since)
        for now in moments
    )


@dataclass(frozen=True)
class Usual:
    """What is usual of honest packs: look-ups of a scanned one, and how many are flagged."""

    limit: int
    mean: float
    flagged: int
    unmarked: int


@pytest.fixture(scope="module")
def usual() -> Usual:
    """Of the packs on display every second one is marked, from its first day on.

    One lot in a hundred is recalled, within a month of the sale.
    """
    packs = packs_of(20_261_122)
    random, counts, seen = packs.random, Counter[int](), []
    for _ in range(SCANNED):
        life, early = packs.life(), packs.early()
        counts[len(life.days)] += 1
        if len(life.days) + len(early) >= LEAST:
            recalled = make.NOW + random.randrange(30) * DAY if random.random() < 0.01 else None
            marked = make.NOW if life.display and random.random() < 0.5 else None
            seen.append((packs.looks(early, life.days), Since(recalled=recalled, display=marked)))
    limit = threshold(counts)
    flagged = sum(is_flagged(looks, limit, since) for looks, since in seen)
    none_marked = sum(
        is_flagged(looks, limit, since._replace(display=None))
        for looks, since in seen
        if since.display
    )
    mean = sum(days * count for days, count in counts.items()) / SCANNED
    return Usual(limit, mean, flagged, none_marked)


def caught(usual: Usual, copies: int, rate: float, over: int, trials: int) -> float:
    """Return the share of copied codes that are flagged, at so many look-ups a pack."""
    packs = packs_of(copies * 1000 + over)
    drawn = (packs.copies(copies, rate / usual.mean, over) for _ in range(trials))
    return sum(is_flagged(looks, usual.limit, Since()) for looks in drawn) / trials


def test_honest_stamps_are_hardly_ever_flagged(usual: Usual) -> None:
    share, goal = usual.flagged / SCANNED, SCANNED * FALSE_FLAGS
    tell(f"\nfrom {usual.limit} visitor-days on; {usual.mean:.2f} a scanned pack")
    tell(f"false flags: {share:.4%} of {SCANNED} scanned stamps; goal: at most {FALSE_FLAGS:.2%}")
    tell(f"with no display pack marked, {usual.unmarked / SCANNED:.4%} more")
    assert usual.limit == FLOOR
    assert usual.flagged + SURE * sqrt(usual.flagged) <= goal


def test_a_hundred_copies_are_caught(usual: Usual) -> None:
    share = caught(usual, 100, 0.3, 30, TRIALS)
    tell(f"\n100 copies, 0.3 look-ups a pack, sold in 30 days: {share:.2%}; goal: {CAUGHT:.0%}")
    assert share - SURE * sqrt(share * (1 - share) / TRIALS) >= CAUGHT


def test_what_else_is_caught_is_told(usual: Usual) -> None:
    tell("\ncaught   copies:" + "".join(f"{copies:8}" for copies in (10, 30, 50, 100, 300)))
    for rate, over in ((0.3, 30), (0.3, 60), (0.3, 90), (0.1, 30), (0.03, 30)):
        shares = [caught(usual, copies, rate, over, 200) for copies in (10, 30, 50, 100, 300)]
        tell(f"{rate:4} a pack, {over} days" + "".join(f"{share:8.1%}" for share in shares))
        assert shares == sorted(shares)


@pytest.mark.parametrize(("mean", "limit"), [(1.0, 13), (1.4, 13), (2.0, 15), (4.0, 34)])
def test_the_threshold_follows_what_is_usual_for_the_product(mean: float, limit: int) -> None:
    packs = packs_of(7)
    counts = Counter(1 + (packs.more(mean - 1) if mean > 1 else 0) for _ in range(20_000))
    assert abs(threshold(counts) - limit) <= 2
    # Copied stamps hardly raise the threshold they are held to, however much they are looked up.
    assert threshold(counts + Counter({5000: 200})) <= threshold(counts) + 1
    assert threshold(Counter({1: 70, 2: 20, 40: 10})) == threshold({}) == FLOOR
