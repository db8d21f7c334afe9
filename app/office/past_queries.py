"""What the public was told of a stamp or a product at an instant, from records alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.lookup.lot_queries import StandingPart, list_standing
from app.lookup.queries import Ask, Found, keep_sheet, look_up
from app.lookup.sheet import Answer
from app.lookup.shelf import Kept, Shelf, Shops
from app.lookup.verdict import Facts, judge
from app.office.past_rows_queries import Rebuilt, Withheld, rebuild, rows
from app.office.past_snapshot_queries import snapshot
from app.office.past_trace_queries import (
    Counted,
    Lots,
    lookups_at,
    lots_behind,
    lots_of_product,
    lots_on_goods,
    stamp_at,
    suspicion_at,
)
from app.office.past_undo import Gap, Row
from app.scans.queries import NONE_WAIT
from app.scans.rules import RAW_DAYS
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.models import Batch, KeyEpoch, Span
from app.stamps.queries import Stamp, find_stamp
from app.stamps.runs import Run

_RAW: Final = timedelta(days=RAW_DAYS)


class NoPageThen(NotFound):
    """There was no page of this product yet"""

    code = "office.no_page_then"
    detail = N_("It was not on record at that time.")


@dataclass(frozen=True)
class Basis:
    """What an answer about the past rests on: the acts since, and what the records do not tell."""

    events: Sequence[AuditEvent] = ()
    gaps: Sequence[Gap] = ()
    withheld: Sequence[Withheld] = ()
    erased: int = 0
    counted: Counted = field(default_factory=Counted)
    line: int | None = None
    product_id: int | None = None
    entity_id: int | None = None
    batch_id: int | None = None


@dataclass(frozen=True)
class PastStamp:
    """What a look-up of a code answered then; `stamp` is what it is today."""

    found: Found
    stamp: Stamp | None
    basis: Basis


@dataclass(frozen=True)
class PastProduct:
    """What a product's page said then; `kept` is None before there was one."""

    kept: Kept | None
    against: list[StandingPart]
    basis: Basis


def stamp_then(
    db: Session, *, text: str, at: datetime, now: datetime, keyring: Keyring, shops_of: Shops
) -> PastStamp:
    """Return what everybody was told of a code at an instant.

    Raises KeyMissing where nothing can be said of it today.
    """
    stamp = find_stamp(db, keyring=keyring, text=text)
    unknown = Found(Answer(code=text, judgement=judge(Facts(), at)))
    if stamp is None:
        return PastStamp(unknown, None, Basis())
    subjects = {"batch": {str(stamp.batch_id)}, "stamp": {str(stamp.line)}}
    run = stamp_at(db, batch_id=stamp.batch_id, line=stamp.line, at=at)
    lots = lots_behind(db, run.lot_id) if run and run.lot_id else Lots()
    about: dict[str, Any] = {"product_id": stamp.product_id, "lots": lots, "subjects": subjects}
    rebuilt = rebuild(db, at=at, **about)
    counted = lookups_at(db, stamp.line, at=at, kept_since=now - _RAW)
    basis = _basis(rebuilt, stamp.product_id, stamp, counted)
    if run is None:
        return PastStamp(unknown, stamp, basis)
    _read_stamp(db, rebuilt, stamp, run, counted, at=at)
    _read_sold(db, rebuilt, lots, at)
    with snapshot(rebuilt.records.rows) as then:
        [found] = look_up(
            then,
            [Ask(text, at, None)],
            keyring=keyring,
            waits=lambda *_: NONE_WAIT,
            shelf=Shelf(shops_of),
        )
    if isinstance(found, KeyMissing):
        raise found
    return PastStamp(found, stamp, basis)


def product_then(db: Session, *, product_id: int, at: datetime, shops_of: Shops) -> PastProduct:
    """Return what the public page of a known product said at an instant."""
    lots = lots_of_product(db, product_id, at=at)
    rebuilt = rebuild(db, at=at, product_id=product_id, lots=lots, subjects={})
    _read_sold(db, rebuilt, lots, at)
    basis = _basis(rebuilt, product_id)
    if not any(row["id"] == product_id for row in rebuilt.records.of("product")):
        return PastProduct(None, [], basis)
    with snapshot(rebuilt.records.rows) as then:
        kept = keep_sheet(then, product_id=product_id, now=at, shelf=Shelf(shops_of))
        return PastProduct(kept, list_standing(then, product_id), basis)


def _basis(
    rebuilt: Rebuilt, product_id: int, stamp: Stamp | None = None, counted: Counted | None = None
) -> Basis:
    return Basis(
        events=rebuilt.events,
        gaps=rebuilt.gaps,
        withheld=rebuilt.withheld,
        erased=rebuilt.erased,
        counted=counted or Counted(),
        line=stamp.line if stamp else None,
        product_id=product_id,
        entity_id=rebuilt.entity_id,
        batch_id=stamp.batch_id if stamp else None,
    )


def _read_stamp(
    db: Session, rebuilt: Rebuilt, stamp: Stamp, run: Run, counted: Counted, *, at: datetime
) -> None:
    """Add the stamp as it stood, its batch, the keys to read it by, and how it was looked up."""
    records = rebuilt.records
    records.rows["stamp_batch"] = rows(db, "stamp_batch", Batch.id == stamp.batch_id)
    records.rows["key_epoch"] = rows(db, "key_epoch", KeyEpoch.opened_at <= at)
    records.rows["stamp_span"] = [
        _span(stamp.line, stamp.batch_id, run.state, run.lot_id, run.activated_at)
    ]
    if counted.first_at is not None:
        told = {"lookups": counted.lookups, "first_at": counted.first_at, "last_at": at}
        records.rows["scan_total"] = [{"line": stamp.line, "active": True, **told}]
    suspected = suspicion_at(db, stamp.line, at=at)
    records.rows["suspicion"] = [suspected] if suspected else []


def _read_sold(db: Session, rebuilt: Rebuilt, lots: Lots, at: datetime) -> None:
    """Add a stamp for each lot that bore any, where none is looked for: such lots are public."""
    products = {row["product_id"] for row in rebuilt.records.of("lot")}
    sold = lots_on_goods(db, lots.ids, products, at=at)
    spans = rebuilt.records.of("stamp_span")
    spans += [_span(-lot_id, batch_id, "active", lot_id, at) for lot_id, batch_id in sold.items()]


def _span(
    line: int, batch_id: int, state: str, lot_id: int | None, activated_at: datetime | None
) -> Row:
    names = [column.name for column in Span.__table__.columns]
    told = (None, batch_id, line, line, str(state), lot_id, activated_at, 1)
    return dict(zip(names, told, strict=True))
