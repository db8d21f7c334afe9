"""A year's allotment before it is decided: what last year suggests, and what is wrong with it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.entered import ungrouped
from app.kit.errors import Invalid, Words
from app.kit.i18n import N_

# A page with more rows is slow to read and to send; the rest of a year goes in a second plan.
MOST_ROWS: Final = 2000
_HUNDRED: Final = 100
_SHOWN_FAULTS: Final = 20

Key = tuple[int, int | None, int | None]


class Basis(StrEnum):
    """How quantities are taken from last year's."""

    SAME = "same"
    USE = "use"

    @property
    def label(self) -> str:
        return _BASIS_LABELS[self]


_BASIS_LABELS: Final = {Basis.SAME: N_("As many as last year"), Basis.USE: N_("By use")}


class AllotmentState(StrEnum):
    """Where an allotment stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS: Final = {
    AllotmentState.DRAFT: N_("Draft"),
    AllotmentState.ISSUED: N_("Stamps issued"),
    AllotmentState.CANCELLED: N_("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What a product got in a year: stamps granted, activated, and not used up yet."""

    granted: int = 0
    activated: int = 0
    left: int = 0

    def __add__(self, other: "Given") -> "Given":
        return Given(
            self.granted + other.granted,
            self.activated + other.activated,
            self.left + other.left,
        )


def suggested(last: Given, basis: Basis) -> int:
    """Return how many stamps last year's figures suggest.

    By use: what was activated less what is left, up to the next hundred, never below none.
    """
    if basis is Basis.SAME:
        return last.granted
    return max(-(-(last.activated - last.left) // _HUNDRED) * _HUNDRED, 0)


def read_quantity(text: str) -> int | None:
    """Return a quantity as people write it (3000, 3.000, 3 000); None where it is none."""
    text = ungrouped(text.strip())
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row as somebody wants it. `place` says where it is written: a number in a table."""

    place: str
    product_id: int
    quantity: int | None
    facility_id: int | None = None
    request_id: int | None = None
    note: str = ""

    @property
    def key(self) -> Key:
        return self.product_id, self.facility_id, self.request_id


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell: a column's label and a reason, both msgids."""

    place: str
    column: str
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)
    title: str = ""

    def told(self, words: Words) -> str:
        facts = {
            name: words.number(value) if isinstance(value, int) else value
            for name, value in self.facts.items()
        }
        reason = words.gettext(self.reason).format(**facts)
        return ". ".join(filter(None, (words.gettext(self.title), reason)))


class RowsRefused(Invalid):
    """Some rows are wrong, so nothing was done"""

    code: ClassVar[str] = "stamps.allotment_rows"
    detail: ClassVar[str] = N_("Row {place}, {column}: {reason}")

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)

    def explain(self, words: Words) -> str:
        line = words.gettext(self.detail)
        return " ".join(
            line.format(
                place=one.place, column=words.gettext(one.column).lower(), reason=one.told(words)
            )
            for one in self.faults[:_SHOWN_FAULTS]
        )


class TooManyRows(Invalid):
    """The plan has too many rows"""

    code: ClassVar[str] = "stamps.allotment_long"
    detail: ClassVar[str] = N_("At most {most} rows fit one plan. Put the rest into a second one.")

    def __init__(self) -> None:
        self.most = MOST_ROWS


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a row must know of its product."""

    entity_id: int
    active: bool


@dataclass(frozen=True, slots=True)
class FacilityFacts:
    """What a row must know of its facility."""

    entity_id: int
    retired: bool


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a row must know of the producer's request it answers; `free` while nobody decided."""

    product_id: int
    quantity: int
    free: bool
    facility_id: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What a year's quota leaves of an entity, or of one product or facility of it."""

    entity_id: int
    left: int
    product_id: int | None = None
    facility_id: int | None = None

    def counts(self, row: Wanted) -> bool:
        """Tell whether a row of the entity goes against this quota."""
        return self.product_id in {None, row.product_id} and (
            self.facility_id in {None, row.facility_id}
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """The facts that rows are checked against."""

    products: Mapping[int, ProductFacts]
    facilities: Mapping[int, FacilityFacts]
    requests: Mapping[int, RequestFacts]
    limits: Sequence[Limit]
    largest: int


# The columns of a row, as they are told.
PRODUCT: Final = N_("Product")
FACILITY: Final = N_("Facility")
QUANTITY: Final = N_("Quantity")
REQUEST: Final = N_("Request")
ENTITY: Final = N_("Entity")
NOTE: Final = N_("Note")


def faults_of(rows: Sequence[Wanted], ground: Ground) -> list[Fault]:
    """Return everything that is wrong with rows, in their order."""
    seen: dict[Key, str] = {}
    found: list[Fault] = []
    for row in rows:
        product = ground.products.get(row.product_id)
        if product is None:
            found.append(Fault(row.place, PRODUCT, N_("There is no such product.")))
            continue
        if row.key in seen:
            facts = {"place": seen[row.key]}
            found.append(Fault(row.place, PRODUCT, N_("It stands in row {place} already."), facts))
        seen.setdefault(row.key, row.place)
        found += _of_row(row, product, ground)
    return [*found, *_over_quota(rows, ground)]


def _of_row(row: Wanted, product: ProductFacts, ground: Ground) -> Iterable[Fault]:
    if not product.active:
        yield Fault(row.place, PRODUCT, N_("The product or its producer is no longer active."))
    if row.facility_id is not None:
        facility = ground.facilities.get(row.facility_id)
        if facility is None or facility.entity_id != product.entity_id:
            yield Fault(row.place, FACILITY, N_("The product's producer has no such facility."))
        elif facility.retired:
            yield Fault(row.place, FACILITY, N_("The facility is no longer used."))
    yield from _of_quantity(row, ground.largest)
    if row.request_id is not None:
        yield from _of_request(row, ground.requests.get(row.request_id))


def _of_quantity(row: Wanted, largest: int) -> Iterable[Fault]:
    if row.quantity is None:
        yield Fault(row.place, QUANTITY, N_("Write a whole number."))
    elif not 1 <= row.quantity <= largest:
        facts = {"most": largest}
        yield Fault(row.place, QUANTITY, N_("It must be from 1 to {most}."), facts)


def _of_request(row: Wanted, request: RequestFacts | None) -> Iterable[Fault]:
    if request is None or request.product_id != row.product_id:
        yield Fault(row.place, REQUEST, N_("There is no such request for this product."))
    elif not request.free:
        words = N_("It was decided meanwhile, or stands in another plan. Remove the row.")
        yield Fault(row.place, REQUEST, words)
    elif row.facility_id != request.facility_id:
        # The batch keeps the facility it was asked for, and counts against that one's quota.
        yield Fault(row.place, FACILITY, N_("The request is not for this facility."))
    elif row.quantity is not None and row.quantity > request.quantity:
        facts = {"asked": request.quantity}
        yield Fault(row.place, QUANTITY, N_("The producer asked for {asked} only."), facts)


def _over_quota(rows: Sequence[Wanted], ground: Ground) -> Iterable[Fault]:
    by_entity: defaultdict[int, list[Wanted]] = defaultdict(list)
    for row in rows:
        if row.product_id in ground.products:
            by_entity[ground.products[row.product_id].entity_id].append(row)
    for limit in ground.limits:
        mine = [row for row in by_entity[limit.entity_id] if limit.counts(row)]
        asked = sum(row.quantity or 0 for row in mine)
        if asked > limit.left:
            facts = {"left": max(limit.left, 0), "asked": asked}
            words = N_("The quota of the year leaves {left}, and {asked} are planned.")
            yield from (Fault(row.place, QUANTITY, words, facts) for row in mine)
