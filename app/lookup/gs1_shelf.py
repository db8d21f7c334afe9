"""What was just asked for by a GS1 address, kept so that the next who asks needs no read."""

from bisect import bisect_right, insort
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.stamps import codes
from app.stamps.keyring import Keyring

MOST: Final = 5_000
# A product's GTIN may change; what its stamps are proven by never does.
LONGEST: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KnownBatch:
    """The places of a batch on the line, by what its codes are proven, and its GTINs."""

    first: int
    last: int
    keys: codes.BatchKeys
    gtins: AbstractSet[str]
    read_at: datetime


class GtinShelf:
    """Tells by arithmetic alone whether a serial is a stamp of a GTIN. Belongs to one event loop.

    Keeps where GTINs and lots lead, too.

    Where a genuine stamp leads does not depend on its state, so nothing need be read for it.
    """

    def __init__(self) -> None:
        self._batches: dict[int, KnownBatch] = {}
        self._firsts: list[int] = []
        self._targets: dict[str, tuple[str, datetime]] = {}

    def put(self, batch: KnownBatch) -> None:
        if len(self._firsts) >= MOST:
            self._batches.clear()
            self._firsts.clear()
        if batch.first not in self._batches:
            insort(self._firsts, batch.first)
        self._batches[batch.first] = batch

    def put_target(self, address: str, target: str, *, now: datetime) -> None:
        """Keep where an address without a serial leads."""
        if len(self._targets) >= MOST:
            self._targets.clear()
        self._targets[address] = target, now

    def find_target(self, address: str, *, now: datetime) -> str | None:
        target, read_at = self._targets.get(address, ("", now))
        return target if target and timedelta(0) <= now - read_at < LONGEST else None

    def find_code(self, gtin: str, serial: str, *, keyring: Keyring, now: datetime) -> str | None:
        """Return the stamp's code in its own spelling; None where it has to be read."""
        parsed = codes.parse(serial)
        root = parsed and keyring.roots.get(parsed.epoch)
        if parsed is None or not root:
            return None
        number = codes.number_of(parsed, root)
        place = codes.line(parsed.epoch, number)
        at = bisect_right(self._firsts, place)
        batch = self._batches[self._firsts[at - 1]] if at else None
        if batch is None or place > batch.last or gtin not in batch.gtins:
            return None
        if not timedelta(0) <= now - batch.read_at < LONGEST:
            return None
        return parsed.code if batch.keys.verify(parsed, number) else None
