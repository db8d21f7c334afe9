"""What becomes of each row of a spreadsheet of products. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.import_queries import KnownEntities
from app.entities.practice_queries import real
from app.entities.queries import EntityDissolved
from app.kit.columns import Fault
from app.kit.errors import Conflict, DomainError
from app.kit.headings import ReadRow
from app.kit.i18n import N_
from app.kit.imports import Planned, ValueMissing, decide, refuse_twins
from app.kit.text import fold
from app.products.certificate_actions import EndsBeforeItBegins, OtherStars
from app.products.import_columns import CERTIFICATE, COLUMNS
from app.products.models import OcopCertificate, Product, ProductPack
from app.products.rules import last_valid_day, stars_of

_FIELDS: Final = (
    "id", "entity_id", "name", "folded", "gtin", "own_code", "brand", "model", "ocop_group",
    "net_content", "form", "net_quantity", "net_unit", "ingredients", "usage", "storage",
    "warnings", "shelf_life", "shelf_life_days", "origin", "story", "self_declaration_no",
    "self_declared_on",
)  # fmt: skip
_PARTS: Final = tuple(column.name for column in CERTIFICATE)

Record = Mapping[str, Any]


class SeveralProducts(Conflict):
    """The entity has several products of this name"""

    code: ClassVar[str] = "products.several"
    detail: ClassVar[str] = N_("Give the GTIN or the own code of the one that is meant.")
    field = "name"


class NoSuchProductWritten(Conflict):
    """There is no such product"""

    code: ClassVar[str] = "products.not_written"
    detail: ClassVar[str] = N_("“{written}” is not recorded. Import the products first.")

    def __init__(self, *, written: str) -> None:
        self.written = written[:60]


class OthersGtin(Conflict):
    """The GTIN belongs to another product"""

    code: ClassVar[str] = "products.others_gtin"
    detail: ClassVar[str] = N_("It is recorded for {name}.")
    field = "gtin"

    def __init__(self, *, name: str) -> None:
        self.name = name


class OthersProduct(Conflict):
    """The product belongs to another entity"""

    code: ClassVar[str] = "products.others_product"
    detail: ClassVar[str] = N_("It is recorded for {name}, and stays theirs.")
    field = "entity_id"

    def __init__(self, *, name: str) -> None:
        self.name = name


class CertificateDiffers(Conflict):
    """The certificate is recorded with other stars"""

    code: ClassVar[str] = "products.certificate_differs"
    detail: ClassVar[str] = N_("Decision {decision_no} gives {stars} stars. Check the document.")
    field = "stars"

    def __init__(self, *, decision_no: str, stars: int) -> None:
        self.decision_no = decision_no
        self.stars = stars


class KnownProducts:
    """The products there are, to be found as people name them."""

    def __init__(self, db: Session, entities: KnownEntities) -> None:
        self.entities = entities
        columns = [getattr(Product, name) for name in _FIELDS]
        query = select(*columns).where(real(Product.entity_id)).order_by(Product.id)
        records = [row._asdict() for row in db.execute(query)]
        self.by_id = {record["id"]: record for record in records}
        self.by_gtin = {one["gtin"]: one for one in records if one["gtin"]}
        packs = select(ProductPack.gtin, ProductPack.product_id).where(
            ProductPack.gtin.is_not(None)
        )
        self.of_packs = {gtin: self.by_id[key] for gtin, key in db.execute(packs)}
        self._by_code = {(one["entity_id"], one["own_code"]): one for one in records}
        self._by_name: dict[tuple[int, str], list[Record]] = defaultdict(list)
        self._by_folded: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            self._by_name[record["entity_id"], record["folded"]].append(record)
            self._by_folded[record["folded"]].append(record)

    def find(self, facts: Mapping[str, Any]) -> Record | None:
        """Return the product a row is about: by GTIN, else own code, else name, of its entity.

        One of the same name with another GTIN or own code is another one.
        """
        gtin, code, entity_id = (facts.get(name) for name in ("gtin", "own_code", "entity_id"))
        found: Record | None = self.by_gtin.get(gtin)
        if found is None and code:
            found = self._by_code.get((entity_id, code))
        if found is not None or "name" not in facts:
            return found
        given = (("gtin", gtin), ("own_code", code))
        same = [
            one
            for one in self._by_name.get((entity_id or 0, fold(facts["name"])), [])
            if not any(value and one[name] and one[name] != value for name, value in given)
        ]
        if len(same) > 1:
            raise SeveralProducts
        return next(iter(same), None)

    def named(self, facts: Mapping[str, Any], entity: Record | None) -> Record:
        """Return the product another record refers to, by GTIN, own code or name."""
        gtin, code, name = (
            facts.get(given) for given in ("product_gtin", "product_own_code", "product_id")
        )
        found: Record | None
        if gtin:
            found = self.by_gtin.get(gtin) or self.of_packs.get(gtin)
        elif code and entity:
            found = self._by_code.get((entity["id"], code))
        else:
            found = self._by_its_name(fold(name or ""), entity)
        if found is None:
            raise NoSuchProductWritten(written=str(gtin or code or name))
        if entity is not None and found["entity_id"] != entity["id"]:
            raise OthersProduct(name=self.entities.name(found["entity_id"]))
        return found

    def _by_its_name(self, folded: str, entity: Record | None) -> Record | None:
        same = (
            self._by_name.get((entity["id"], folded), [])
            if entity
            else self._by_folded.get(folded, [])
        )
        if len(same) > 1:
            raise SeveralProducts
        return same[0] if same else None


def plan_products(
    db: Session, rows: Sequence[ReadRow], *, on: date, province: str
) -> list[Planned]:
    """Return what becomes of each row."""
    del on, province  # A product stands in no place of its own.
    known = KnownProducts(db, KnownEntities(db))
    resolved = [(row, *_resolved(row, known)) for row in rows]
    twins = refuse_twins(_keys(resolved))
    certificates = _certificates(db)
    planned = []
    for row, facts, faults, record in resolved:
        own = {name: value for name, value in facts.items() if name not in _PARTS}
        own |= _certificate(facts, faults, record, certificates)
        planned.append(
            decide(
                row,
                label=facts.get("name") or (record or {}).get("name", ""),
                record_id=record["id"] if record else None,
                record=record,
                facts=own,
                faults=[*faults, *twins.get(row.number, [])],
                columns=COLUMNS,
                shown={"entity_id": known.entities.name, "certificate": _shown},
            )
        )
    return planned


def _resolved(
    row: ReadRow, known: KnownProducts
) -> tuple[dict[str, Any], list[Fault], Record | None]:
    facts, faults = dict(row.facts), list(row.faults)
    written, tax_no = facts.pop("entity_id", None), facts.pop("entity_tax_no", None)
    record = None
    if "net_quantity" in facts:
        facts["net_quantity"] = round(facts["net_quantity"], 3)
    try:
        if written or tax_no:
            facts["entity_id"] = known.entities.named(tax_no, written)["id"]
        record = known.find(facts)
        _check(facts, record, known)
    except DomainError as error:
        faults.append(Fault.of(error, error.field or "entity_id"))
    return facts, faults, record


def _check(facts: Mapping[str, Any], record: Record | None, known: KnownProducts) -> None:
    entity_id = facts.get("entity_id")
    if record is not None and entity_id not in {None, record["entity_id"]}:
        raise OthersProduct(name=known.entities.name(record["entity_id"]))
    for holders in (known.by_gtin, known.of_packs):
        holder = holders.get(facts.get("gtin", ""))
        if holder is not None and holder is not record:
            raise OthersGtin(name=holder["name"])
    if record is None and entity_id is not None:
        dissolved = known.entities.by_id[entity_id]["dissolved_on"]
        if dissolved is not None:
            raise EntityDissolved(dissolved_on=dissolved)


def _keys(
    resolved: Sequence[tuple[ReadRow, dict[str, Any], list[Fault], Record | None]],
) -> Iterator[tuple[ReadRow, str, Any]]:
    for row, facts, faults, record in resolved:
        if "gtin" in facts:
            yield row, "gtin", facts["gtin"]
        if "own_code" in facts:
            yield row, "own_code", (facts.get("entity_id"), facts["own_code"])
        if faults:
            continue
        if record is not None:
            yield row, "name", record["id"]
        elif "gtin" not in facts and "own_code" not in facts:
            yield row, "name", (facts.get("entity_id"), fold(facts.get("name", str(row.number))))


def _certificates(db: Session) -> dict[tuple[int, str, date], int]:
    """Return the stars of every certificate by product, decision and first day."""
    query = select(
        OcopCertificate.product_id,
        OcopCertificate.decision_no,
        OcopCertificate.valid_from,
        OcopCertificate.stars,
    ).where(OcopCertificate.struck_at.is_(None))
    return {(key, number, since): stars for key, number, since, stars in db.execute(query)}


def _certificate(
    facts: Mapping[str, Any],
    faults: list[Fault],
    record: Record | None,
    there: Mapping[tuple[int, str, date], int],
) -> dict[str, Any]:
    """Return the certificate the row adds, if it tells one that is not recorded yet."""
    given = {name: facts[name] for name in _PARTS if name in facts}
    lacking = {"stars", "decision_no", "issuer", "valid_from"} - given.keys()
    wrong = {fault.column for fault in faults}
    faults += [Fault.of(ValueMissing(), name) for name in sorted(lacking - wrong) if given]
    if not given or lacking:
        return {}
    try:
        if given.get("score") is not None and stars_of(given["score"]) != given["stars"]:
            raise OtherStars
        given.setdefault("valid_to", last_valid_day(given["valid_from"]))
        if given["valid_to"] < given["valid_from"]:
            raise EndsBeforeItBegins(valid_from=given["valid_from"])
        key = ((record or {}).get("id", 0), given["decision_no"], given["valid_from"])
        if there.get(key, given["stars"]) != given["stars"]:
            raise CertificateDiffers(decision_no=given["decision_no"], stars=there[key])
    except DomainError as error:
        faults.append(Fault.of(error))
        return {}
    return {} if key in there else {"certificate": given}


def _shown(given: Mapping[str, Any]) -> str:
    return f"{given['stars']} ★ · {given['decision_no']} · {given['valid_from']:%d/%m/%Y}"
