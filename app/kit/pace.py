"""How many requests a minute, counted in memory alone."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

MINUTE: Final = 60
# Of who asks within a minute, so many are counted: who fills this makes the first be forgotten.
_MOST_ASKING: Final = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit in force: what is left of it, and in how many seconds it is whole again."""

    name: str
    limit: int
    window: int
    left: int
    seconds: int


class Pace:
    """Counts the requests of this minute, for each who asks, in the memory of one process.

    Several processes let through as many times the limit.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def take(self, who: str, *, limit: int, now: datetime) -> Allowance | None:
        """Count one request; None where the limit was reached before it."""
        seconds = int(now.timestamp())
        minute = seconds // MINUTE
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            count = self._counts.get(who, 0) + 1
            if count > limit:
                return None
            self._counts[who] = count
            if len(self._counts) > _MOST_ASKING:
                self._counts.pop(next(iter(self._counts)))
        return Allowance("minute", limit, MINUTE, limit - count, MINUTE - seconds % MINUTE)


def seconds_of_minute(now: datetime) -> int:
    """Return the seconds until the minute turns."""
    return MINUTE - int(now.timestamp()) % MINUTE
