"""How many wrong guesses a network has had of late; kept in memory, and never much of it."""

from collections import OrderedDict
from datetime import datetime
from math import ceil
from threading import Lock
from typing import Final, NamedTuple

# About 10 MB. Who comes with more networks than these is not held up by counting them.
MOST_NETWORKS: Final = 50_000
_MINUTE: Final = 60.0


class _Level(NamedTuple):
    """What is left of the guesses at an instant; it leaks away within a minute."""

    guesses: float
    at: datetime


class Guesses:
    """Counts wrong guesses by network. Safe to use from many threads.

    So many are free within a minute; after that, as many as leak away. One is counted before
    anybody knows whether it is wrong, or all that come at once would pass.
    """

    def __init__(self, per_minute: int, *, most: int = MOST_NETWORKS) -> None:
        self._free = per_minute
        self._leak = per_minute / _MINUTE
        self._most = most
        self._lock = Lock()
        self._levels: OrderedDict[str, _Level] = OrderedDict()
        self._last_over: datetime | None = None

    def take(self, network: str, now: datetime, count: int = 1) -> int:
        """Return how many guesses were counted: none where none is free.

        Where one is, all of them may be made, and no more are counted than a minute has.
        """
        taken = min(count, self._free)
        with self._lock:
            left = self._left(network, now)
            if self._wait(left) is not None:
                return 0
            self._keep(network, left + taken, now)
        return taken

    def settle(self, network: str, now: datetime, *, taken: int, wrong: int) -> None:
        """Count the guesses that were wrong in place of those that were taken for them."""
        more = min(wrong, self._free) - taken
        if more:
            with self._lock:
                self._keep(network, max(0.0, self._left(network, now) + more), now)

    def wait(self, network: str, now: datetime) -> int | None:
        """Return the seconds until the network's next guess is free, None where it is."""
        if self.is_calm(now):
            return None
        with self._lock:
            return self._wait(self._left(network, now))

    def is_calm(self, now: datetime) -> bool:
        """Tell at once whether no network can have to wait."""
        last = self._last_over
        return last is None or (now - last).total_seconds() > _MINUTE

    def _keep(self, network: str, guesses: float, now: datetime) -> None:
        self._levels[network] = _Level(guesses, now)
        self._levels.move_to_end(network)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        if self._wait(guesses) is not None:
            self._last_over = now

    def _left(self, network: str, now: datetime) -> float:
        level = self._levels.get(network)
        if level is None:
            return 0.0
        gone = max(0.0, (now - level.at).total_seconds()) * self._leak
        return max(0.0, level.guesses - gone)

    def _wait(self, guesses: float) -> int | None:
        over = guesses - (self._free - 1)
        return max(1, ceil(over / self._leak)) if over > 0 else None
