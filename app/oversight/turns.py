"""How often one network may do something, remembered in memory alone and only for a while."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

HOUR: Final = timedelta(hours=1)
# Networks remembered at once: who fills this table only makes the oldest be forgotten.
_MOST_NETWORKS: Final = 20_000


class Turns:
    """Gives each network so many turns within an hour. Safe to use from many threads.

    An address never leaves this process: nothing of it is stored or logged.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._taken: OrderedDict[str, deque[datetime]] = OrderedDict()

    def take(self, network: str, now: datetime) -> int | None:
        """Take a turn; return none, or the seconds to wait where there is no turn left."""
        with self._lock:
            taken = self._fresh(network, now)
            if len(taken) >= self._most:
                return _seconds(taken[0] + HOUR - now)
            taken.append(now)
            return None

    def wait(self, network: str, now: datetime) -> int | None:
        """Return what `take` would, without taking a turn."""
        with self._lock:
            taken = self._fresh(network, now)
            return _seconds(taken[0] + HOUR - now) if len(taken) >= self._most else None

    def _fresh(self, network: str, now: datetime) -> deque[datetime]:
        taken = self._taken.setdefault(network, deque(maxlen=self._most))
        self._taken.move_to_end(network)
        while taken and taken[0] <= now - HOUR:
            taken.popleft()
        while len(self._taken) > _MOST_NETWORKS or self._stale(now):
            self._taken.popitem(last=False)
        return taken

    def _stale(self, now: datetime) -> bool:
        # The one just asked for stands last, so there is always a first.
        oldest = next(iter(self._taken.values()))
        return len(self._taken) > 1 and (not oldest or oldest[-1] <= now - HOUR)


def _seconds(left: timedelta) -> int:
    return max(1, int(left.total_seconds()) + 1)


@dataclass(frozen=True)
class Limits:
    """What the public form bears from one network within an hour.

    Reports that are kept; forms that are sent at all, each of which may bring a photo to decode;
    and references that nobody has.
    """

    sent: Turns = field(default_factory=lambda: Turns(5))
    tried: Turns = field(default_factory=lambda: Turns(40))
    guessed: Turns = field(default_factory=lambda: Turns(20))
