"""What becomes of each row of a spreadsheet of rights. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.import_queries import KnownEntities
from app.kit.columns import Fault
from app.kit.errors import Conflict, DomainError, Invalid
from app.kit.headings import ReadRow
from app.kit.i18n import N_
from app.kit.imports import Planned, ValueMissing, decide, refuse_twins
from app.kit.saving import TakesEffectInThePast, check_shortened
from app.kit.text import fold
from app.rights.actions import TERM, RightNumberTaken, check_term
from app.rights.dates import spoken
from app.rights.import_columns import RIGHTS
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.numbers import application_number, registration_number
from app.rights.turn_checks import CutByImport

_FIELDS: Final = (
    "id", "type", "sign", "folded", "goods", "quality", "classes", "rules_of_use",
    "application_no", "application_date", "registration_no", "registration_date", "decision_no",
    "decision_date", "expires_on", "owner", "owner_entity_id", "managing_body",
    "area_as_written", "source", "ended_on", "checked_on",
)  # fmt: skip

_NOTHING: Final = dict.fromkeys(TERM, "") | {"expires_on": None}

Record = dict[str, Any]


class SeveralRights(Conflict):
    """Several rights have this sign"""

    code: ClassVar[str] = "rights.several"
    detail: ClassVar[str] = N_("Give the registration number of the one that is meant.")
    field = "sign"


class NoSuchRightWritten(Invalid):
    """There is no such right"""

    code: ClassVar[str] = "rights.not_written"
    detail: ClassVar[str] = N_("“{written}” is not recorded. Import the rights first.")

    def __init__(self, *, written: str) -> None:
        self.written = written[:60]


class KnownRights:
    """The rights there are, to be found as people name them."""

    def __init__(self, db: Session) -> None:
        columns = [getattr(IpRight, name) for name in _FIELDS]
        records = [row._asdict() for row in db.execute(select(*columns).order_by(IpRight.id))]
        self.by_id = {record["id"]: record for record in records}
        self.by_number = {one["registration_no"]: one for one in records if one["registration_no"]}
        self._by_sign: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            self._by_sign[record["folded"]].append(record)

    def sign(self, right_id: int) -> str:
        one = self.by_id[right_id]
        return f"{one['sign']} ({one['registration_no'] or '?'})"

    def find(self, facts: Mapping[str, Any]) -> Record | None:
        """Return the right a row is about: by number, else type and sign, else its goods too.

        One of the same sign with another number is another one.
        """
        number = facts.get("registration_no")
        if number in self.by_number or "sign" not in facts:
            return self.by_number.get(number)
        same = [
            one
            for one in self._by_sign.get(fold(facts["sign"]), [])
            if one["type"] == facts.get("type") and not (number and one["registration_no"])
        ]
        if len(same) > 1 or (same and number and facts.get("goods")):
            goods = fold(facts.get("goods", ""))
            same = [one for one in same if fold(one["goods"]) in {goods, ""}]
        if len(same) > 1:
            raise SeveralRights
        return next(iter(same), None)

    def named(self, written: str, kind: str | None) -> Record:
        """Return the right another record refers to, by its number or its sign."""
        for one in RightType:
            if kind in {None, one.value}:
                try:
                    number = registration_number(one, written).normal
                except Invalid:
                    continue
                if number in self.by_number:
                    return self.by_number[number]
        same = [one for one in self._by_sign.get(fold(written), []) if kind in {None, one["type"]}]
        if len(same) > 1:
            raise SeveralRights
        if not same:
            raise NoSuchRightWritten(written=written)
        return same[0]


def plan_rights(db: Session, rows: Sequence[ReadRow], *, on: date, province: str) -> list[Planned]:
    """Return what becomes of each row."""
    del province  # A right stands in no place.
    known, entities = KnownRights(db), KnownEntities(db)
    resolved = [(row, *_resolved(row, known, entities, on)) for row in rows]
    twins = refuse_twins(_keys(resolved))
    return [
        decide(
            row,
            label=facts.get("sign") or (record or {}).get("sign", ""),
            record_id=record["id"] if record else None,
            record=record,
            facts=facts,
            faults=[*faults, *twins.get(row.number, [])],
            columns=RIGHTS,
            shown={
                "owner_entity_id": entities.name,
                "application_date": spoken,
                "registration_date": spoken,
                "decision_date": spoken,
            },
        )
        for row, facts, faults, record in resolved
    ]


def _resolved(
    row: ReadRow, known: KnownRights, entities: KnownEntities, today: date
) -> tuple[dict[str, Any], list[Fault], Record | None]:
    facts, faults = dict(row.facts), list(row.faults)
    record = None
    if "type" not in facts:
        # Without it the numbers can't be read.
        if not any(fault.column == "type" for fault in faults):
            faults.append(Fault.of(ValueMissing(), "type"))
        return facts, faults, None
    try:
        written = _read_numbers(facts)
        if "owner_entity_id" in facts:
            owner = entities.named(facts["owner_entity_id"], None)
            facts["owner_entity_id"] = owner["id"]
        record = known.find(facts)
        if written and (record or {}).get("registration_no") != facts["registration_no"]:
            facts["registration_no_as_written"] = written
        _check(facts, record, today)
    except DomainError as error:
        faults.append(Fault.of(error, error.field or "owner_entity_id"))
    return facts, faults, record


def _read_numbers(facts: dict[str, Any]) -> str:
    """Put the numbers as they are compared, and return the registration's as it is written."""
    kind, written = RightType(facts["type"]), ""
    if "registration_no" in facts:
        number = registration_number(kind, facts["registration_no"], field="registration_no")
        facts["registration_no"], written = number.normal, number.written
    if "application_no" in facts:
        number = application_number(kind, facts["application_no"], field="application_no")
        facts["application_no"] = number.normal
    return written


def _check(facts: Mapping[str, Any], record: Record | None, today: date) -> None:
    if record is not None and record["type"] != facts["type"]:
        raise RightNumberTaken(sign=record["sign"])
    check_term(_NOTHING | (record or {}) | dict(facts))
    last: date | None = facts.get("expires_on")
    if record is None or record["checked_on"] is None or last is None:
        return
    try:
        check_shortened(record["expires_on"], last, today)
    except TakesEffectInThePast as error:
        raise CutByImport(last=last, field="expires_on") from error


def _keys(
    resolved: Sequence[tuple[ReadRow, dict[str, Any], list[Fault], Record | None]],
) -> Iterator[tuple[ReadRow, str, Any]]:
    for row, facts, faults, record in resolved:
        if "registration_no" in facts:
            yield row, "registration_no", facts["registration_no"]
        if faults:
            continue
        if record is not None:
            yield row, "sign", record["id"]
        elif "registration_no" not in facts and "sign" in facts:
            goods = fold(facts.get("goods", ""))
            yield row, "sign", (facts.get("type"), fold(facts["sign"]), goods)
