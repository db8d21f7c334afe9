"""The names beside the ids of reports and findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.models import Entity
from app.oversight.closings import Ending
from app.oversight.finding_queries import closings_of, count_photos
from app.oversight.models import Finding, FindingClosing, Report
from app.oversight.rules import (
    About,
    FindingOutcome,
    ReportOutcome,
    ReportState,
    Subject,
    Trouble,
    grouped_reference,
)
from app.products.models import Product


@dataclass(frozen=True)
class Names:
    """Whose something is and what it belongs to; empty where that is not known."""

    entity: str = ""
    product: str = ""
    lot: str = ""


@dataclass(frozen=True)
class ReportRow:
    """A report as lists show it."""

    report: Report
    names: Names

    @property
    def reference(self) -> str:
        return grouped_reference(self.report.reference)

    @property
    def state(self) -> ReportState:
        return ReportState(self.report.state)

    @property
    def about(self) -> About:
        return About(self.report.about)

    @property
    def trouble(self) -> Trouble:
        return Trouble(self.report.trouble)

    @property
    def outcome(self) -> str:
        return ReportOutcome(self.report.outcome).label if self.report.outcome else ""


@dataclass(frozen=True)
class FindingRow:
    """A finding as lists show it."""

    finding: Finding
    names: Names
    photos: int
    closing: FindingClosing | None = None

    @property
    def subject(self) -> Subject:
        return Subject(self.finding.subject)

    @property
    def outcome(self) -> FindingOutcome:
        return FindingOutcome(self.finding.outcome)

    @property
    def ending(self) -> str:
        return Ending(self.closing.outcome).label if self.closing else ""


def names_of(
    db: Session,
    *,
    entity_id: int | None = None,
    product_id: int | None = None,
    lot_id: int | None = None,
) -> Names:
    entity = db.get(Entity, entity_id) if entity_id else None
    product = db.get(Product, product_id) if product_id else None
    lot = db.get(Lot, lot_id) if lot_id else None
    return Names(
        entity.name if entity else "", product.name if product else "", lot.number if lot else ""
    )


def report_rows(db: Session, found: Sequence[Report]) -> list[ReportRow]:
    named = _Known(db, found)
    return [ReportRow(one, named.of(one)) for one in found]


def finding_rows(db: Session, found: Sequence[Finding]) -> list[FindingRow]:
    named, photos = _Known(db, found), count_photos(db, found)
    closed = closings_of(db, [one.id for one in found])
    return [
        FindingRow(one, named.of(one), photos.get(one.id, 0), closed.get(one.id)) for one in found
    ]


class _Known:
    """The names of a page of rows, read together."""

    def __init__(self, db: Session, found: Iterable[Report | Finding]) -> None:
        rows = list(found)
        entities = Entity.id.in_({one.entity_id for one in rows})
        products = Product.id.in_({one.product_id for one in rows})
        lots = Lot.id.in_({one.lot_id for one in rows})
        self._entities, self._products, self._lots = (
            {row[0]: row[1] for row in db.execute(query)}
            for query in (
                select(Entity.id, Entity.name).where(entities),
                select(Product.id, Product.name).where(products),
                select(Lot.id, Lot.number).where(lots),
            )
        )

    def of(self, one: Report | Finding) -> Names:
        return Names(
            self._entities.get(one.entity_id or 0, ""),
            self._products.get(one.product_id or 0, ""),
            self._lots.get(one.lot_id or 0, ""),
        )
