"""What an import of entities finds: the records its rows are about, and what they change."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.import_columns import COLUMNS
from app.entities.models import Entity
from app.entities.parts import NotYet
from app.kit.columns import Fault
from app.kit.errors import Conflict, Invalid
from app.kit.headings import ReadRow
from app.kit.i18n import N_
from app.kit.imports import Planned, decide, refuse_twins
from app.kit.text import fold
from app.places.queries import communes_on

_FIELDS: Final = (
    "id", "name", "folded", "kind", "tax_no", "registration_no", "gln", "commune_code", "address",
    "address_as_written", "address_legacy", "representative", "phone", "email", "website",
    "dissolved_on",
)  # fmt: skip

Record = Mapping[str, Any]


class SeveralEntities(Conflict):
    """Several entities have this name"""

    code: ClassVar[str] = "entities.several"
    detail: ClassVar[str] = N_("Give the tax number or the commune of the one that is meant.")
    field = "name"


class OthersNumber(Conflict):
    """The number belongs to another entity"""

    code: ClassVar[str] = "entities.others_number"
    detail: ClassVar[str] = N_("It is recorded for {name}.")

    def __init__(self, *, name: str) -> None:
        self.name = name


class NoSuchEntityWritten(Invalid):
    """There is no such entity"""

    code: ClassVar[str] = "entities.not_written"
    detail: ClassVar[str] = N_("“{written}” is not recorded. Import the entities first.")

    def __init__(self, *, written: str) -> None:
        self.written = written[:60]


class KnownEntities:
    """The entities there are, to be found as people name them."""

    def __init__(self, db: Session) -> None:
        columns = [getattr(Entity, name) for name in _FIELDS]
        query = select(*columns).where(Entity.practice.is_(False)).order_by(Entity.id)
        records = [row._asdict() for row in db.execute(query)]
        self.by_id = {record["id"]: record for record in records}
        self.by_tax_no = {one["tax_no"]: one for one in records if one["tax_no"]}
        self.by_gln = {one["gln"]: one for one in records if one["gln"]}
        self.by_name: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            self.by_name[record["folded"]].append(record)

    def name(self, entity_id: int | None) -> str:
        return self.by_id[entity_id]["name"] if entity_id in self.by_id else ""

    def find(self, facts: Mapping[str, Any]) -> Record | None:
        """Return the entity a row is about: by tax number, else GLN, else name and commune.

        One of the same name with another tax number is another one.
        """
        tax_no, gln = facts.get("tax_no"), facts.get("gln")
        found = self.by_tax_no.get(tax_no) or self.by_gln.get(gln)
        if found is not None or "name" not in facts:
            return found
        same = [
            one
            for one in self.by_name.get(fold(facts["name"]), [])
            if facts.get("commune_code") in {None, one["commune_code"]}
            and not (tax_no and one["tax_no"])
        ]
        if len(same) > 1:
            raise SeveralEntities
        return same[0] if same else None

    def named(self, tax_no: str | None, name: str | None) -> Record:
        """Return the entity another record refers to, by its tax number or its name."""
        if tax_no:
            found = self.by_tax_no.get(tax_no)
            if found is None:
                raise NoSuchEntityWritten(written=tax_no)
            return found
        same = self.by_name.get(fold(name or ""), [])
        if len(same) > 1:
            raise SeveralEntities
        if not same:
            raise NoSuchEntityWritten(written=name or "")
        return same[0]


def plan_entities(
    db: Session, rows: Sequence[ReadRow], *, on: date, province: str
) -> list[Planned]:
    """Return what becomes of each row; `province` is the one meant where none is written."""
    communes = communes_on(db, on=on, province=province)
    known = KnownEntities(db)
    resolved = [(row, *_resolved(row, communes.find, on)) for row in rows]
    found = [_found(known, facts, faults) for _, facts, faults in resolved]
    twins = refuse_twins(_keys(resolved, found))
    return [
        decide(
            row,
            label=facts.get("name") or (record or {}).get("name", ""),
            record_id=record["id"] if record else None,
            record=record,
            facts=facts,
            faults=[*faults, *_others(known, record, facts), *twins.get(row.number, [])],
            columns=COLUMNS,
            shown={"commune_code": communes.spoken},
        )
        for (row, facts, faults), record in zip(resolved, found, strict=True)
    ]


def _resolved(row: ReadRow, find: Any, on: date) -> tuple[dict[str, Any], list[Fault]]:  # noqa: ANN401 - what finds a commune
    facts, faults = dict(row.facts), list(row.faults)
    if facts.get("dissolved_on") is not None and facts["dissolved_on"] > on:
        faults.append(Fault.of(NotYet(field="dissolved_on")))
    commune, province = facts.pop("commune_code", ""), facts.pop("province", "")
    if commune:
        try:
            facts["commune_code"] = find(commune, province)
        except Invalid as error:
            faults.append(Fault.of(error, "commune_code"))
    return facts, faults


def _found(known: KnownEntities, facts: Mapping[str, Any], faults: list[Fault]) -> Record | None:
    try:
        return known.find(facts)
    except SeveralEntities as error:
        faults.append(Fault.of(error))
        return None


def _others(
    known: KnownEntities, record: Record | None, facts: Mapping[str, Any]
) -> Iterator[Fault]:
    """Yield a fault for each number that is recorded for another entity than the row's."""
    for name, holders in (("tax_no", known.by_tax_no), ("gln", known.by_gln)):
        holder = holders.get(facts.get(name))
        if holder is not None and holder is not record:
            yield Fault.of(OthersNumber(name=holder["name"]), name)


def _keys(
    resolved: Sequence[tuple[ReadRow, dict[str, Any], list[Fault]]], found: Sequence[Record | None]
) -> Iterator[tuple[ReadRow, str, Any]]:
    for (row, facts, faults), record in zip(resolved, found, strict=True):
        numbers = [name for name in ("tax_no", "gln") if name in facts]
        yield from ((row, name, facts[name]) for name in numbers)
        if faults:
            continue
        if record is not None:
            yield row, "name", record["id"]
        elif not numbers and "name" in facts:
            yield row, "name", (fold(facts["name"]), facts.get("commune_code"))
