"""What becomes of each row of a spreadsheet of use rights. Nothing is written here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.import_queries import KnownEntities
from app.kit.columns import Fault
from app.kit.errors import DomainError
from app.kit.headings import ReadRow
from app.kit.imports import Planned, decide, refuse_twins
from app.products.import_plan_actions import KnownProducts
from app.rights.import_columns import USE_RIGHTS
from app.rights.import_plan_actions import KnownRights
from app.rights.models import UseRight
from app.rights.use_right_actions import BeyondTheRight, EndsBeforeItBegins

_FIELDS: Final = (
    "id", "right_id", "entity_id", "product_id", "form", "certificate_no", "decision_no", "issuer",
    "valid_from", "valid_to",
)  # fmt: skip

Record = dict[str, Any]


class _Known:
    """The use rights there are, with what they are about."""

    def __init__(self, db: Session) -> None:
        self.rights, self.entities = KnownRights(db), KnownEntities(db)
        self.products = KnownProducts(db, self.entities)
        self._by_pair: dict[tuple[int, int], list[Record]] = defaultdict(list)
        columns = [getattr(UseRight, name) for name in _FIELDS]
        for row in db.execute(select(*columns).order_by(UseRight.id)):
            self._by_pair[row.right_id, row.product_id].append(row._asdict())

    def product(self, product_id: int) -> str:
        name: str = self.products.by_id[product_id]["name"]
        return name

    def find(self, facts: Mapping[str, Any]) -> Record | None:
        """Return the use right a row is about: by its first day, else its certificate's number.

        Without a first day it is the only one of the product under the right.
        """
        same = self._by_pair.get((facts["right_id"], facts["product_id"]), [])
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
    del on, province  # A use right stands in no place, and says itself from when it is.
    known = _Known(db)
    resolved = [(row, *_resolved(row, known)) for row in rows]
    twins = refuse_twins(
        (row, "product_id", record["id"] if record else _key(facts))
        for row, facts, faults, record in resolved
        if not faults
    )
    return [
        decide(
            row,
            label=_label(facts, known) if not faults else str(row.facts.get("product_id", "")),
            record_id=record["id"] if record else None,
            record=record,
            facts=facts,
            faults=[*faults, *twins.get(row.number, [])],
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


def _resolved(row: ReadRow, known: _Known) -> tuple[dict[str, Any], list[Fault], Record | None]:
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
            _check_term(known.rights.by_id[facts["right_id"]], (record or {}) | facts)
    except (BeyondTheRight, EndsBeforeItBegins) as error:
        faults.append(Fault.of(error))
    except DomainError as error:
        faults.append(Fault.of(error, field))
    return facts, faults, record


def _check_term(right: Record, after: Mapping[str, Any]) -> None:
    first, last = after.get("valid_from"), after.get("valid_to")
    if first is not None and last is not None and last < first:
        raise EndsBeforeItBegins(valid_from=first)
    end = right["expires_on"]
    for day, field in ((first, "valid_from"), (last, "valid_to")):
        if end is not None and day is not None and day > end:
            raise BeyondTheRight(expires_on=end, field=field)
