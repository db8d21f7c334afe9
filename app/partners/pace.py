"""How many requests a minute and a day, and how it is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from app.kit.clock import day_of, start_of

MINUTE: Final = 60
# Of addresses without a key: a shop of some size on one, or a school behind another.
OPEN_PER_MINUTE: Final = 300
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

    Several processes let through as many times the limit; the limit of a day is exact, since
    the database holds it.
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


def seconds_of_day(now: datetime) -> int:
    """Return the seconds until the day turns in Vietnam, at least one."""
    midnight = start_of(day_of(now) + timedelta(days=1))
    return max(1, int((midnight - now).total_seconds()))


def headers(allowances: tuple[Allowance, ...]) -> dict[str, str]:
    """Return the fields of the IETF's draft on RateLimit headers for HTTP."""
    if not allowances:
        return {}
    policy = [f'"{one.name}";q={one.limit};w={one.window}' for one in allowances]
    state = [f'"{one.name}";r={one.left};t={one.seconds}' for one in allowances]
    return {"RateLimit-Policy": ", ".join(policy), "RateLimit": ", ".join(state)}
