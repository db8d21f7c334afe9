"""Certificates as lists show them: with the names of whose they are, and how they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.kinds import Kind
from app.certificates.models import Certificate
from app.certificates.queries import certificate_facts, certificates_for
from app.certificates.rules import CertificateFacts, Source, Status, ends_soon, since, status
from app.entities.part_models import Facility
from app.entities.queries import names_of as entity_names_of
from app.products.queries import names_of as product_names_of

_PATHS = {
    Source.CERTIFICATE: "/office/certificates/{id}",
    Source.CODE: "/office/entities/{entity}#facilities",
    Source.PRODUCT: "/office/products/{product}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate as a list shows it; `since` is the day that made its status."""

    facts: CertificateFacts
    kind: str
    entity: str
    product: str
    facility: str
    status: Status
    since: date | None
    soon: bool

    @property
    def number(self) -> str:
        return self.facts.number

    @property
    def good(self) -> bool:
        return self.status is Status.IN_FORCE

    @property
    def label(self) -> str:
        return self.status.label

    @property
    def until(self) -> date | None:
        return self.facts.valid_to

    @property
    def path(self) -> str:
        """Return the page of the office where it is changed."""
        one = self.facts
        return _PATHS[one.source].format(id=one.id, entity=one.entity_id, product=one.product_id)


def certificate_rows(db: Session, found: Sequence[Certificate], day: date) -> list[CertificateRow]:
    return rows_of(db, [certificate_facts(one) for one in found], day)


def rows_of(db: Session, found: Sequence[CertificateFacts], day: date) -> list[CertificateRow]:
    """Return the rows of certificates wherever they are recorded, in their order."""
    entities = entity_names_of(db, {one.entity_id for one in found})
    products = product_names_of(db, {one.product_id for one in found if one.product_id})
    wanted = {one.facility_id for one in found if one.facility_id}
    query = select(Facility.id, Facility.name).where(Facility.id.in_(wanted))
    places = {row.id: row.name for row in db.execute(query)} if wanted else {}
    return [
        CertificateRow(
            facts=one,
            kind=Kind(one.kind).label,
            entity=entities.get(one.entity_id, ""),
            product=products.get(one.product_id or 0, ""),
            facility=places.get(one.facility_id or 0, ""),
            status=status(one, day),
            since=since(one, day),
            soon=ends_soon(one, day),
        )
        for one in found
    ]


def list_held(
    db: Session, *, entity_id: int, product_id: int | None, day: date
) -> list[CertificateRow]:
    """Return what an entity holds, or what of it bears on one product, what is in force first."""
    found = certificates_for(db, entity_id=entity_id, product_id=product_id)
    rows = rows_of(db, found, day)
    return sorted(rows, key=lambda row: (not row.good, row.until or date.max))
