from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.kit.clock import day_of
from app.kit.i18n import LANGUAGES
from app.places.text_queries import place_texts
from app.products.models import Product
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch
from app.stamps.numerals import spelled


@dataclass(frozen=True)
class MinutesLine:
    """Stamps of one batch in the minutes; runs are running numbers, as printed."""

    batch_id: int
    product: str
    runs: list[tuple[int, int]]
    quantity: int


@dataclass(frozen=True, kw_only=True)
class MinutesSheet:
    """What the minutes of a hand-over say (biên bản bàn giao tem); `total` in figures and words."""

    document_no: str
    at: datetime
    giver: str
    receiver: str
    entity: str
    address: str
    decision_no: str
    decided_on: date | None
    programme: str
    lines: list[MinutesLine]
    total: int
    words: dict[str, str]
    again: bool = False
    received: Handover | None = None


def sheets_of(db: Session, handovers: Sequence[Handover]) -> list[MinutesSheet]:
    """Return the minutes of hand-overs, each a sheet of its own, in three queries."""
    query = (
        select(Batch, Product.name, Entity)
        .join(Product, Product.id == Batch.product_id)
        .join(Entity, Entity.id == Batch.entity_id)
        .where(Batch.id.in_({one.batch_id for one in handovers}))
    )
    found = {batch.id: (batch, product, entity) for batch, product, entity in db.execute(query)}
    places = place_texts(db, [entity.commune_code for _, _, entity in found.values()])
    return [_sheet(one, *found[one.batch_id], places) for one in handovers]


def _sheet(
    one: Handover, batch: Batch, product: str, entity: Entity, places: dict[str | None, str]
) -> MinutesSheet:
    runs = [(first, last) for first, last in one.runs]
    return MinutesSheet(
        document_no=one.document_no,
        at=one.at,
        giver=one.giver,
        receiver=one.receiver,
        entity=entity.name,
        address=", ".join(filter(None, (entity.address, places.get(entity.commune_code)))),
        decision_no=batch.decision_no,
        decided_on=day_of(batch.decided_at) if batch.decided_at else None,
        programme=batch.programme,
        lines=[MinutesLine(batch.id, product, runs, one.quantity)],
        total=one.quantity,
        words={language: spelled(one.quantity, language) for language in LANGUAGES},
        again=one.again,
        received=one if one.received_at is not None else None,
    )
