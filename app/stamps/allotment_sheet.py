"""An allotment as a spreadsheet: its columns, and the rows a sheet asks for."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.kit.columns import Column, Kind
from app.kit.headings import ReadRow
from app.kit.i18n import N_
from app.kit.text import fold
from app.stamps.allotting import ENTITY, FACILITY, NOTE, PRODUCT, QUANTITY, Fault, Wanted

COLUMNS: Final = (
    Column(
        name="product_id", label=N_("Product no."), kind=Kind.WHOLE, aliases=("mã số sản phẩm",)
    ),
    Column(name="gtin", label=N_("GTIN"), kind=Kind.CODE, aliases=("mã GTIN", "mã vạch")),
    Column(name="entity", label=ENTITY, aliases=("tên chủ thể",)),
    Column(name="product", label=PRODUCT, aliases=("tên sản phẩm",)),
    Column(name="facility", label=FACILITY, aliases=("cơ sở sản xuất",)),
    Column(name="quantity", label=QUANTITY, kind=Kind.WHOLE, aliases=("số tem", "số lượng tem")),
    Column(name="request_id", label=N_("Request no."), kind=Kind.WHOLE),
    Column(name="note", label=NOTE, limit=300),
)
_LABELS: Final = {column.name: column.label for column in COLUMNS}
HEADS: Final = (
    *((column.name, column.label) for column in COLUMNS[:5]),
    ("granted_last", N_("Granted last year")),
    ("activated_last", N_("Activated last year")),
    ("left_last", N_("Left of last year")),
    *((column.name, column.label) for column in COLUMNS[5:]),
)
_TITLE: Final = re.compile(r"(\d+) v(\d+)$")


def sheet_name(allotment_id: int, version: int) -> str:
    """Return the name of a plan's sheet; by it an upload tells which plan it was taken from."""
    return f"{allotment_id} v{version}"


def read_name(name: str) -> tuple[int, int] | None:
    """Return the plan and the version a sheet was taken from, where its name says so."""
    found = _TITLE.search(name.strip())
    return (int(found[1][-15:]), int(found[2][-9:])) if found else None


@dataclass(frozen=True, slots=True)
class Known:
    """A product as sheets may name it."""

    product_id: int
    gtin: str
    name: str
    entity_id: int
    entity: str


class Catalogue:
    """The products and facilities that the rows of a sheet may mean."""

    def __init__(
        self, products: Sequence[Known], facilities: Mapping[tuple[int, str], int]
    ) -> None:
        self._by_id = {one.product_id: [one] for one in products}
        self._by_gtin = {one.gtin: [one] for one in products if one.gtin}
        self._by_name: defaultdict[str, list[Known]] = defaultdict(list)
        for one in products:
            self._by_name[fold(one.name)].append(one)
        self._facilities = facilities

    def find(self, facts: Mapping[str, Any]) -> Known | tuple[str, str]:
        """Return the product a row names by number, GTIN or names; else column and reason."""
        if "product_id" in facts:
            found = self._by_id.get(facts["product_id"], [])
        elif "gtin" in facts:
            found = self._by_gtin.get(facts["gtin"].zfill(14), [])
        else:
            found = self._named(facts)
        if not found:
            return PRODUCT, N_("There is no such product.")
        if len(found) > 1:
            return PRODUCT, N_("Several products have this name. Write the product's number.")
        return self._agreeing(found[0], facts)

    def _named(self, facts: Mapping[str, Any]) -> list[Known]:
        entity = fold(facts.get("entity", ""))
        same_name = self._by_name.get(fold(facts.get("product", "")), [])
        return [one for one in same_name if entity in {"", fold(one.entity)}]

    def _agreeing(self, found: Known, facts: Mapping[str, Any]) -> Known | tuple[str, str]:
        """Return the product, unless the row's other cells are of another: lines slip in sheets."""
        if facts.get("entity") and fold(facts["entity"]) != fold(found.entity):
            return ENTITY, N_("The product belongs to another entity.")
        if facts.get("product") and fold(facts["product"]) != fold(found.name):
            return PRODUCT, N_("The number and the name are of different products.")
        return found

    def facility(self, entity_id: int, name: str) -> int | None:
        return self._facilities.get((entity_id, fold(name)))


def wanted_rows(read: Sequence[ReadRow], catalogue: Catalogue) -> tuple[list[Wanted], list[Fault]]:
    """Return the rows a sheet asks for, and what keeps others from being read."""
    rows: list[Wanted] = []
    faults: list[Fault] = []
    for row in read:
        place, facts = str(row.number), row.facts
        for one in row.faults:
            label = _LABELS.get(one.column, PRODUCT)
            faults.append(Fault(place, label, one.detail, one.facts, one.title))
        if any(one.column in {"product_id", "gtin"} for one in row.faults):
            continue
        found = catalogue.find(facts)
        if not isinstance(found, Known):
            faults.append(Fault(place, *found))
            continue
        facility = catalogue.facility(found.entity_id, facts.get("facility", ""))
        if facts.get("facility") and facility is None:
            words = N_("The product's producer has no such facility.")
            faults.append(Fault(place, FACILITY, words))
            continue
        rows.append(
            Wanted(
                place=place,
                product_id=found.product_id,
                facility_id=facility,
                request_id=facts.get("request_id"),
                # A quantity that could not be read is told already.
                quantity=1 if _unread(row) else facts.get("quantity"),
                note=facts.get("note", ""),
            )
        )
    return rows, faults


def _unread(row: ReadRow) -> bool:
    return any(one.column == "quantity" for one in row.faults)
