"""How long wrong tries to sign in make the next one wait: a delay, never a lock."""

from dataclasses import dataclass
from typing import Final

from app.identity.rules import BadPhone, normalised_phone
from app.identity.sealing import Sealer
from app.kit.networks import network_of

# A network may be a whole office, or a mobile carrier's: it gets more patience, forgets one
# failure every ten seconds, and its waits stay short. It is there against one who tries many
# numbers.
PHONE_FREE: Final = 5
NETWORK_FREE: Final = 100
_PHONE_LONGEST: Final = 900
_NETWORK_LONGEST: Final = 30
_NETWORK_LEAK: Final = 10


@dataclass(frozen=True)
class Counted:
    """What wrong tries are counted by, and how patient it is."""

    hash: str
    free: int = PHONE_FREE
    longest: int = _PHONE_LONGEST
    leak: int = 0

    def wait(self, failures: int, seconds: float) -> int:
        """Return how long to wait yet, so many failures and seconds after the last one."""
        return max(0, round(delay_after(failures, self.free, self.longest) - seconds))

    def kept(self, failures: int, seconds: float) -> int:
        """Return how many failures are remembered so many seconds after the last one."""
        return max(0, failures - int(seconds / self.leak)) if self.leak else failures


def delay_after(failures: int, free: int = PHONE_FREE, longest: int = _PHONE_LONGEST) -> int:
    """Return the seconds to wait: none for the first tries, then doubling up to the longest."""
    return 0 if failures < free else min(2 ** min(failures - free, 20) * 5, longest)


def counted_by_phone(sealer: Sealer, typed: str) -> Counted:
    """Return what tries by one phone number are counted by, whether or not anybody has it."""
    try:
        number = normalised_phone(typed)
    except BadPhone:
        number = typed.strip()[:40]
    return Counted(sealer.marks(f"phone {number}")[0])


def counted_by_network(sealer: Sealer, address: str) -> Counted:
    mark = sealer.marks(f"network {network_of(address)}")[0]
    return Counted(mark, NETWORK_FREE, _NETWORK_LONGEST, _NETWORK_LEAK)
