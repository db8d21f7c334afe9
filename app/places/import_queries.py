from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.columns import Fault
from app.kit.errors import Invalid
from app.kit.headings import ReadRow
from app.kit.imports import Planned, decide, refuse_twins
from app.kit.text import fold
from app.places.finding import Communes, bare_name
from app.places.import_columns import COLUMNS
from app.places.models import FormerPlace
from app.places.queries import communes_on


def plan_former_places(
    db: Session, rows: Sequence[ReadRow], *, on: date, province: str
) -> list[Planned]:
    """Return what becomes of each row: a former name is new or known, never changed."""
    communes = communes_on(db, on=on, province=province)
    there = {
        (one.folded, one.district_folded, one.commune_code): one
        for one in db.scalars(select(FormerPlace))
    }
    resolved = [(row, *_resolved(row, communes)) for row in rows]
    twins = refuse_twins((row, "name", _key(facts)) for row, facts, faults in resolved)
    planned = []
    for row, facts, faults in resolved:
        known = there.get(_key(facts))
        record = facts if known else None
        planned.append(
            decide(
                row,
                label=facts.get("name", ""),
                record_id=known.id if known else None,
                record=record,
                facts=facts,
                faults=[*faults, *twins.get(row.number, [])],
                columns=COLUMNS,
                shown={"commune_code": communes.spoken},
            )
        )
    return planned


def _key(facts: dict[str, Any]) -> tuple[str, str, str]:
    name, district = bare_name(facts.get("name", "")), fold(facts.get("district", ""))
    return name, district, facts.get("commune_code", "")


def _resolved(row: ReadRow, communes: Communes) -> tuple[dict[str, Any], list[Fault]]:
    facts, faults = dict(row.facts), list(row.faults)
    written, province = facts.pop("commune_code", ""), facts.pop("province", "")
    if written:
        try:
            facts["commune_code"] = communes.find(written, province)
        except Invalid as error:
            faults.append(Fault.of(error, "commune_code"))
    return facts, faults
