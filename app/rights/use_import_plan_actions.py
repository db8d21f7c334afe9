"""What becomes of each row of a spreadsheet of use rights. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.import_queries import KnownEntities
from app.kit.columns import Fault
from app.kit.errors import DomainError
from app.kit.headings import ReadRow
from app.kit.imports import Planned, decide, refuse_twins
from app.kit.saving import TakesEffectInThePast
from app.products.import_plan_actions import KnownProducts
from app.rights.import_columns import USE_RIGHTS
from app.rights.import_plan_actions import KnownRights
from app.rights.models import UseRight
from app.rights.turn_checks import CutByImport, check_cut
from app.rights.use_checks import (
    AnotherForm,
    Bearer,
    BeyondTheRight,
    EndsBeforeItBegins,
    Held,
    RightIsOver,
    UserDissolved,
    check_apart,
    check_grant,
)

_FIELDS: Final = (
    "id", "right_id", "entity_id", "product_id", "form", "certificate_no", "decision_no", "issuer",
    "source_area", "listed", "valid_from", "valid_to", "ended_on",
)  # fmt: skip

_REFUSALS: Final = (
    *(AnotherForm, BeyondTheRight, CutByImport, EndsBeforeItBegins, RightIsOver, UserDissolved),
)

Record = dict[str, Any]
_Resolved = tuple[ReadRow, dict[str, Any], list[Fault], Record | None]


class _Known:
    """The use rights there are, with what they are about."""

    def __init__(self, db: Session) -> None:
        self.rights, self.entities = KnownRights(db), KnownEntities(db)
        self.products = KnownProducts(db, self.entities)
        self.by_pair: dict[tuple[int, int], list[Record]] = defaultdict(list)
        columns = [getattr(UseRight, name) for name in _FIELDS]
        for row in db.execute(select(*columns).order_by(UseRight.id)):
            self.by_pair[row.right_id, row.product_id].append(row._asdict())

    def product(self, product_id: int) -> str:
        name: str = self.products.by_id[product_id]["name"]
        return name

    def find(self, facts: Mapping[str, Any]) -> Record | None:
        """Return the use right a row is about: by its first day, else its certificate's number.

        Without a first day it is the only one of the product under the right.
        """
        same = self.by_pair.get((facts["right_id"], facts["product_id"]), [])
        if "form" in facts:
            same = [one for one in same if one["form"] == facts["form"]]
        for name in ("valid_from", "certificate_no"):
            found = [one for one in same if name in facts and one[name] == facts[name]]
            if len(found) == 1:
                return found[0]
        return same[0] if len(same) == 1 and "valid_from" not in facts else None


def plan_use_rights(
    db: Session, rows: Sequence[ReadRow], *, on: date, province: str
) -> list[Planned]:
    """Return what becomes of each row."""
    del province  # A use right stands in no place.
    known = _Known(db)
    resolved = [(row, *_resolved(row, known, on)) for row in rows]
    twins = refuse_twins(
        (row, "product_id", record["id"] if record else _key(facts))
        for row, facts, faults, record in resolved
        if not faults
    )
    overlaps = _overlaps(resolved, known)
    return [
        decide(
            row,
            label=_label(facts, known) if not faults else str(row.facts.get("product_id", "")),
            record_id=record["id"] if record else None,
            record=record,
            facts=facts,
            faults=[*faults, *twins.get(row.number, []), *overlaps.get(row.number, [])],
            columns=USE_RIGHTS,
            shown={
                "right_id": known.rights.sign,
                "product_id": known.product,
                "entity_id": known.entities.name,
            },
        )
        for row, facts, faults, record in resolved
    ]


def _key(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(facts.get(name) for name in ("right_id", "product_id", "form", "valid_from"))


def _label(facts: Mapping[str, Any], known: _Known) -> str:
    names = [known.product(facts["product_id"])] if "product_id" in facts else []
    return " · ".join([*names, *([known.rights.sign(facts["right_id"])] if names else [])])


def _resolved(
    row: ReadRow, known: _Known, today: date
) -> tuple[dict[str, Any], list[Fault], Record | None]:
    facts, faults = dict(row.facts), list(row.faults)
    right, kind = facts.pop("right_id", None), facts.pop("right_type", None)
    owner = {name: facts.pop(name, None) for name in ("entity_id", "entity_tax_no")}
    told = {
        name: facts.pop(name, None) for name in ("product_id", "product_gtin", "product_own_code")
    }
    field, record = "right_id", None
    try:
        if right:
            facts["right_id"] = known.rights.named(right, kind)["id"]
        field = "entity_id"
        entity = None
        if any(owner.values()):
            entity = known.entities.named(owner["entity_tax_no"], owner["entity_id"])
        field = "product_id"
        if any(told.values()):
            product = known.products.named(told, entity)
            facts |= {"product_id": product["id"], "entity_id": product["entity_id"]}
        if {"right_id", "product_id"} <= facts.keys():
            record = known.find(facts)
            _check(known, (record or {}) | facts)
            _check_last_day(record, facts, today)
    except _REFUSALS as error:
        faults.append(Fault.of(error))
    except DomainError as error:
        faults.append(Fault.of(error, field))
    return facts, faults, record


def _check(known: _Known, after: Mapping[str, Any]) -> None:
    """Refuse what a form would be refused for, but for what stands beside it."""
    if after.get("valid_from") is None:
        return
    product = known.products.by_id[after["product_id"]]
    entity = known.entities.by_id[product["entity_id"]]
    bearer = Bearer(
        product_id=product["id"],
        product=product["name"],
        form=product["form"],
        entity_id=entity["id"],
        entity=entity["name"],
        dissolved_on=entity["dissolved_on"],
        practice=False,
    )
    right = known.rights.by_id[after["right_id"]]
    check_grant(_held(after), _Ends(right["expires_on"], right["ended_on"]), bearer, ())


def _check_last_day(record: Record | None, facts: Mapping[str, Any], today: date) -> None:
    last: date | None = facts.get("valid_to")
    if record is None or last is None or last == record["valid_to"]:
        return
    try:
        check_cut(_held(record), last, today)
    except TakesEffectInThePast as error:
        raise CutByImport(last=last, field="valid_to") from error


@dataclass(frozen=True)
class _Ends:
    """A right, by the days it may end on."""

    expires_on: date | None
    ended_on: date | None


def _held(after: Mapping[str, Any]) -> Held:
    return Held(
        id=after.get("id"),
        certificate_no=after.get("certificate_no", ""),
        form=after.get("form", ""),
        valid_from=after["valid_from"],
        valid_to=after.get("valid_to"),
        ended_on=after.get("ended_on"),
    )


def _overlaps(resolved: Iterable[_Resolved], known: _Known) -> dict[int, list[Fault]]:
    """Return the rows that would stand beside another use right of their product, by number.

    Each is held against what all rows together leave.
    """
    told = [(row, (record or {}) | facts) for row, facts, faults, record in resolved if not faults]
    rewritten = {after.get("id") for _, after in told}
    left: dict[tuple[int, int], list[Held]] = defaultdict(list)
    for pair, records in known.by_pair.items():
        left[pair] += [_held(one) for one in records if one["id"] not in rewritten]
    rows = [
        (row, (after["right_id"], after["product_id"]), _held(after))
        for row, after in told
        if after.get("valid_from") is not None
    ]
    for _, pair, one in rows:
        left[pair].append(one)
    found: dict[int, list[Fault]] = {}
    for row, pair, one in rows:
        try:
            check_apart(one, (other for other in left[pair] if other is not one))
        except DomainError as error:
            found[row.number] = [Fault.of(error)]
    return found
