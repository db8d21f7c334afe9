"""What was already read and rendered, kept while nothing it tells of has changed.

Reading and rendering a lot takes far longer than finding a stamp in it, and every stamp of the
lot shows the same: a page took 12 ms without the shelf and 3 ms with it, on a busy shared core.
What belongs to the product is kept apart from its lots, so that a new lot of a known product
costs its own diary only.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from markupsafe import Markup

from app.diary.template import Template
from app.lookup.sheet import Sheet, ShopPart, Subject

# About 3 kB a lot with one diary entry in one language, so 60 MB; a long diary takes more.
MOST: Final = 20_000
MOST_PRODUCTS: Final = 1_000
# Languages, verdicts and their reasons; suspicions have a day each.
MOST_PARTS: Final = 50
# A change is seen at once by its audit event. What leaves none is seen within twice this time:
# a lot may be read with a product that was read before it.
LONGEST: Final = timedelta(minutes=2)

# A product, and a lot of it or none.
LotKey = tuple[int, int | None]
Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")
# Who sells a product, by a session and its id: kept by a slice that stands below this one.
Shops = Callable[[Any, int], tuple[ShopPart, ...]]


@dataclass(frozen=True)
class Rendered:
    """A sheet's parts of a page, in one language."""

    about: Markup
    lot: Markup
    diary: Markup
    record: Markup


@dataclass(kw_only=True)
class _Kept:
    """Something read, as of an event of the audit trail, and what was rendered of it."""

    seq: int
    read_at: datetime
    rendered: dict[Hashable, Any] = field(default_factory=dict)

    def part(self, key: Hashable, render: Callable[[], Thing]) -> Thing:
        """Return a rendered part, made when first asked for."""
        made: Thing | None = self.rendered.get(key)
        if made is None:
            if len(self.rendered) >= MOST_PARTS:
                self.rendered.clear()
            made = self.rendered[key] = render()
        return made

    def is_fresh(self, now: datetime) -> bool:
        return timedelta(0) <= now - self.read_at < LONGEST


@dataclass(kw_only=True)
class KeptSubject(_Kept):
    """A product, with what its lots' pages have in common."""

    subject: Subject


@dataclass(kw_only=True)
class Kept(_Kept):
    """A sheet of one day, with what is its lot's alone."""

    sheet: Sheet
    day: date
    subject: KeptSubject

    def good_on(self, day: date, now: datetime) -> bool:
        return self.day == day and self.is_fresh(now)


class Shelf:
    """Holds what was last asked for. Safe to use from many threads.

    It follows the audit trail: what was read before an event of its producer stands no longer.
    """

    def __init__(self, shops: Shops = lambda *_: ()) -> None:
        self.seq: int | None = None
        self.shops_of = shops
        # Versions of process templates that lots are kept by: few, and none ever changes.
        self.templates: dict[int, Template] = {}
        self._lock = Lock()
        self._touched: dict[int | None, int] = {}
        self._lots: _Latest[LotKey, Kept] = _Latest()
        self._subjects: _Latest[int, KeptSubject] = _Latest()

    def follow(self, seq: int, touched: Iterable[tuple[int | None, int]]) -> None:
        """Note the last event of each producer up to `seq`; None is an event of everybody's."""
        with self._lock:
            for entity_id, last in touched:
                self._touched[entity_id] = max(last, self._touched.get(entity_id, 0))
            self.seq = max(seq, self.seq or 0)

    def find(self, lot: LotKey) -> Kept | None:
        return self._lots.find(lot)

    def find_good(self, lot: LotKey, day: date, now: datetime) -> Kept | None:
        """Return a sheet that may still be shown."""
        kept = self._lots.find(lot)
        if kept is None or not kept.good_on(day, now):
            return None
        return kept if self._stands(kept, kept.sheet.entity.id) else None

    def put(self, lot: LotKey, kept: Kept) -> None:
        """Keep a sheet; where it says what it said before, what was rendered of it stays."""
        before = self.find(lot)
        if before is not None and before.sheet == kept.sheet:
            kept.rendered = before.rendered
        self._lots.put(lot, kept, MOST)

    def find_subject(self, product_id: int, now: datetime) -> KeptSubject | None:
        """Return a product that may still be shown."""
        kept = self._subjects.find(product_id)
        if kept is None or not kept.is_fresh(now):
            return None
        return kept if self._stands(kept, kept.subject.entity.id) else None

    def put_subject(self, product_id: int, kept: KeptSubject) -> None:
        """Keep a product, as `put` does."""
        before = self._subjects.find(product_id)
        if before is not None and before.subject == kept.subject:
            kept.rendered = before.rendered
        self._subjects.put(product_id, kept, MOST_PRODUCTS)

    def _stands(self, kept: _Kept, entity_id: int) -> bool:
        touched = self._touched
        return kept.seq >= max(touched.get(None, 0), touched.get(entity_id, 0))


class _Latest(Generic[Key, Thing]):
    """The things last asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Key, Thing] = OrderedDict()

    def find(self, key: Key) -> Thing | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: Key, kept: Thing, most: int) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > most:
                self._kept.popitem(last=False)
