from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Facility
from app.kit.clock import day_of
from app.kit.i18n import LANGUAGES
from app.places.text_queries import place_texts
from app.products.models import Product
from app.stamps.allotment_models import Allotment
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


def sheets_of(
    db: Session, handovers: Sequence[Handover], *, together: bool = False
) -> list[MinutesSheet]:
    """Return the minutes of hand-overs, each a sheet of its own, in three queries.

    With `together` what one receiver of an entity got by one number on one day is one sheet.
    """
    query = (
        select(Batch, Product.name, Entity, Facility.name, Allotment.decided_on)
        .join(Product, Product.id == Batch.product_id)
        .join(Entity, Entity.id == Batch.entity_id)
        .outerjoin(Facility, Facility.id == Batch.facility_id)
        .outerjoin(Allotment, Allotment.id == Batch.allotment_id)
        .where(Batch.id.in_({one.batch_id for one in handovers}))
    )
    found = {row[0].id: _Told(*row) for row in db.execute(query)}
    places = place_texts(db, [one.entity.commune_code for one in found.values()])
    groups = _grouped(handovers) if together else [[one] for one in handovers]
    return [_sheet(ones, found, places) for ones in groups]


@dataclass(frozen=True)
class _Told:
    """A batch with what its minutes name."""

    batch: Batch
    product: str
    entity: Entity
    facility: str | None
    decided_on: date | None


def _grouped(handovers: Sequence[Handover]) -> list[list[Handover]]:
    groups: dict[tuple[object, ...], list[Handover]] = {}
    for one in handovers:
        signed = one.document_no, one.receiver, one.giver, day_of(one.at), one.again
        groups.setdefault((one.entity_id, *signed), []).append(one)
    return list(groups.values())


def _sheet(
    ones: list[Handover], found: dict[int, _Told], places: dict[str | None, str]
) -> MinutesSheet:
    first, told = ones[0], found[ones[0].batch_id]
    batch, entity = told.batch, told.entity
    total = sum(one.quantity for one in ones)
    return MinutesSheet(
        document_no=first.document_no,
        at=first.at,
        giver=first.giver,
        receiver=first.receiver,
        entity=entity.name,
        address=", ".join(filter(None, (entity.address, places.get(entity.commune_code)))),
        decision_no=batch.decision_no,
        decided_on=told.decided_on or (day_of(batch.decided_at) if batch.decided_at else None),
        programme=batch.programme,
        lines=[_line(one, found[one.batch_id]) for one in ones],
        total=total,
        words={language: spelled(total, language) for language in LANGUAGES},
        again=first.again,
        received=first if len(ones) == 1 and first.received_at is not None else None,
    )


def _line(one: Handover, told: _Told) -> MinutesLine:
    product = f"{told.product} ({told.facility})" if told.facility else told.product
    runs = [(first, last) for first, last in one.runs]
    return MinutesLine(one.batch_id, product, runs, one.quantity)
