"""What becomes of each row of a spreadsheet of certificates. Nothing is written here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.import_columns import CERTIFICATES
from app.certificates.kinds import OF_A_PRODUCT, Kind
from app.certificates.models import Certificate
from app.certificates.refusals import (
    CertificateThere,
    EndsBeforeItBegins,
    EntityGone,
    IssuedAfterItsEnd,
    NoNumber,
    ProductNeeded,
)
from app.certificates.rules import CertificateFacts, number_key, overlap
from app.entities.import_queries import KnownEntities
from app.kit.columns import Fault
from app.kit.errors import DomainError
from app.kit.headings import ReadRow
from app.kit.imports import Planned, TwiceInFile, decide
from app.products.import_plan_actions import KnownProducts

_FIELDS: Final = (
    *("id", "entity_id", "product_id", "kind", "number", "number_key", "title", "issuer"),
    *("scope", "issued_on", "valid_from", "valid_to", "revoked_on", "public"),
)
_OF_PRODUCT: Final = ("product_id", "product_gtin", "product_own_code")

Record = dict[str, Any]
_Key = tuple[int, str, str, int | None]


class _Known:
    """The certificates there are, with whose they are, and what the rows before added."""

    def __init__(self, db: Session) -> None:
        self.entities = KnownEntities(db)
        self.products = KnownProducts(db, self.entities)
        self.same: dict[_Key, list[Record]] = defaultdict(list)
        columns = [getattr(Certificate, name) for name in _FIELDS]
        query = select(*columns).where(Certificate.struck_at.is_(None)).order_by(Certificate.id)
        for row in db.execute(query):
            self.same[_key(row._asdict())].append(row._asdict())

    def product(self, product_id: int) -> str:
        name: str = self.products.by_id[product_id]["name"]
        return name

    def find(self, facts: Mapping[str, Any]) -> Record | None:
        """Return the certificate a row is about: by kind and number, and by its first day.

        Without a first day it is the only one of that number.
        """
        same = [one for one in self.same[_key(facts)] if "row" not in one]
        if "valid_from" in facts:
            same = [one for one in same if one["valid_from"] == facts["valid_from"]]
        return same[0] if len(same) == 1 else None


def plan_certificates(
    db: Session, rows: Sequence[ReadRow], *, on: date, province: str
) -> list[Planned]:
    """Return what becomes of each row."""
    del on, province  # A certificate stands in no place, and says itself from when it holds.
    known = _Known(db)
    planned = []
    for row in rows:
        facts, faults, record = _resolved(row, known)
        planned.append(
            decide(
                row,
                label=" · ".join(filter(None, (row.facts.get("number"), _whose(facts, known)))),
                record_id=record["id"] if record else None,
                record=record,
                facts=facts,
                faults=faults,
                columns=CERTIFICATES,
                shown={"entity_id": known.entities.name, "product_id": known.product},
            )
        )
    return planned


def _whose(facts: Mapping[str, Any], known: _Known) -> str:
    return known.entities.name(facts.get("entity_id"))


def _key(facts: Mapping[str, Any]) -> _Key:
    number = number_key(facts["number"])
    return facts["entity_id"], facts["kind"], number, facts.get("product_id")


def _resolved(row: ReadRow, known: _Known) -> tuple[dict[str, Any], list[Fault], Record | None]:
    facts, faults = dict(row.facts), list(row.faults)
    owner = {name: facts.pop(name, None) for name in ("entity_tax_no", "entity_id")}
    told = {name: facts.pop(name, None) for name in _OF_PRODUCT}
    field, record = "entity_id", None
    try:
        entity = None
        if any(owner.values()):
            entity = known.entities.named(owner["entity_tax_no"], owner["entity_id"])
            facts["entity_id"] = entity["id"]
        field = "product_id"
        if any(told.values()):
            product = known.products.named(told, entity)
            facts |= {"product_id": product["id"], "entity_id": product["entity_id"]}
        field = "number"
        if not faults and {"entity_id", "kind", "number"} <= facts.keys():
            record = known.find(facts)
            _check(known, record, facts, row.number)
    except DomainError as error:
        faults.append(Fault.of(error, error.field or field))
    return facts, faults, record


def _check(known: _Known, record: Record | None, facts: Mapping[str, Any], number: int) -> None:
    """Refuse what a form would be refused for, rows before this one counted as written."""
    after = {**(record or {}), **facts, "row": number}
    if not number_key(after["number"]):
        raise NoNumber
    if after["kind"] in OF_A_PRODUCT and after.get("product_id") is None:
        raise ProductNeeded
    dissolved = known.entities.by_id[after["entity_id"]]["dissolved_on"]
    if record is None and dissolved is not None:
        raise EntityGone(dissolved_on=dissolved)
    begins, ends = after.get("valid_from"), after.get("valid_to")
    if begins is None:
        return
    if ends is not None and ends < begins:
        raise EndsBeforeItBegins(valid_from=begins)
    if ends is not None and after.get("issued_on") and after["issued_on"] > ends:
        raise IssuedAfterItsEnd(valid_to=ends)
    same = known.same[_key(after)]
    for other in same:
        if other is record or not overlap(_term(after), _term(other)):
            continue
        if "row" in other:
            raise TwiceInFile(row=other["row"])
        raise CertificateThere(number=other["number"], valid_from=other["valid_from"])
    same[:] = [*(one for one in same if one is not record), after]


def _term(one: Mapping[str, Any]) -> CertificateFacts:
    return CertificateFacts(
        id=0,
        kind=Kind(one["kind"]),
        number=one["number"],
        entity_id=one["entity_id"],
        valid_from=one["valid_from"],
        valid_to=one.get("valid_to"),
        revoked_on=one.get("revoked_on"),
    )
