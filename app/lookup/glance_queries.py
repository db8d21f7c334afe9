"""An ordinary look-up in one statement: a genuine stamp against which nothing stands.

All that may change from one look-up to the next is read anew; what it hangs on is on the shelf,
and still good as long as the audit trail has not gone on.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased, join
from sqlalchemy.types import BigInteger, LargeBinary, String

from app.audit.models import AuditEvent
from app.diary.reach_queries import anything_stands
from app.kit.clock import day_of
from app.lookup.queries import Ask, Found, found_of
from app.lookup.sheet import Standing
from app.lookup.shelf import Shelf
from app.scans.models import Scan, ScanTotal, Suspicion
from app.scans.queries import Looker, Tally, Waiting
from app.scans.rules import VISITOR_BYTES
from app.stamps.codes import LINE_BITS
from app.stamps.models import Batch, KeyEpoch, Span
from app.stamps.queries import Claim, Stamp, is_proven


class Glance(NamedTuple):
    """What the statement returns of one stamp; `place` is its own among those asked for."""

    place: int
    state: str
    lot_id: int | None
    activated_at: datetime | None
    batch_id: int
    entity_id: int
    product_id: int
    first: int
    secret: bytes | None
    lapses_on: date | None
    check: bytes
    lookups: int | None
    first_at: datetime | None
    suspected_at: datetime | None
    own: int
    against: bool
    seq: int | None


# SQLite reads one at a time: there a statement costs hardly more than its rows.
_ONE: Final = (bindparam("line", type_=BigInteger), bindparam("visitor", type_=LargeBinary))
_NOTHING_STANDS: Final = Standing()
# As one value each: the driver takes 5 us to write what stands in an array.
_MANY: Final = text(f"""
  SELECT line, place,
    substr(:visitors, {VISITOR_BYTES} * (CAST(place AS integer) - 1) + 1, {VISITOR_BYTES})
      AS visitor
  FROM unnest(CAST(:lines AS bigint[])) WITH ORDINALITY AS asked (line, place)
""").bindparams(bindparam("lines", type_=String), bindparam("visitors", type_=LargeBinary))  # noqa: S608 - a number of our own
# Nobody: a robot has no look-ups of its own.
_NOBODY: Final = bytes(VISITOR_BYTES)


def statement(dialect: str) -> Select[*tuple[Any, ...]]:
    """Return the statement that reads a `Glance` of each stamp asked for."""
    if dialect == "sqlite":
        return _glances(literal_column("1", BigInteger), *_ONE).select_from(Span)
    asked = (
        _MANY.columns(
            column("line", BigInteger), column("visitor", LargeBinary), column("place", BigInteger)
        )
        .cte("asked")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    many = _glances(asked.c.place, asked.c.line, asked.c.visitor)
    return many.select_from(join(asked, Span, true()))


def asked_of(dialect: str, lookers: Sequence[Looker]) -> Mapping[str, object]:
    """Return the statement's values."""
    if dialect == "sqlite":
        ((line, visitor),) = lookers
        return {"line": line, "visitor": visitor}
    lines, visitors = zip(*lookers, strict=True)
    told = b"".join(visitor or _NOBODY for visitor in visitors)
    return {"lines": f"{{{','.join(map(str, lines))}}}", "visitors": told}


def _glances(
    place: ColumnElement[int], line: ColumnElement[int], visitor: ColumnElement[bytes]
) -> Select[*tuple[Any, ...]]:
    nearest = aliased(Span)
    span_id = (
        select(nearest.id)
        .where(nearest.first <= line)
        .order_by(nearest.first.desc())
        .limit(1)
        .scalar_subquery()
    )
    own = select(func.count()).where(Scan.line == line, Scan.visitor == visitor, Scan.active)
    return (
        select(
            place,
            Span.state,
            Span.lot_id,
            Span.activated_at,
            Batch.id,
            Batch.entity_id,
            Batch.product_id,
            Batch.first,
            Batch.secret,
            Batch.lapses_on,
            KeyEpoch.root_check,
            ScanTotal.lookups,
            ScanTotal.first_at,
            Suspicion.set_at,
            own.scalar_subquery(),
            anything_stands(Batch.product_id.expression, Span.lot_id.expression),
            select(func.max(AuditEvent.seq)).scalar_subquery(),
        )
        .where(Span.id == span_id, Span.last >= line)
        .join(Batch, Batch.id == Span.batch_id)
        # Of a batch's epoch the public's role knows by the line alone.
        .join(KeyEpoch, KeyEpoch.epoch == line.bitwise_rshift(literal_column(str(LINE_BITS))))
        .outerjoin(ScanTotal, and_(ScanTotal.line == line, ScanTotal.active))
        .outerjoin(Suspicion, Suspicion.line == line)
    )


def found_at_a_glance(
    ask: Ask, claim: Claim, glance: Glance, *, waiting: Waiting, shelf: Shelf
) -> Found | None:
    """Return what is said of a stamp; None where that takes more than the glance and the shelf."""
    if glance.against or shelf.seq is None or (glance.seq or 0) > shelf.seq:
        return None
    kept = shelf.find_good((glance.product_id, glance.lot_id), day_of(ask.now), ask.now)
    line = claim.line
    if kept is None or line is None:
        return None
    if not is_proven(claim, check=glance.check, secret=glance.secret):
        return None
    stamp = Stamp(
        code=claim.parsed.code,
        line=line,
        number=line - glance.first + 1,
        batch_id=glance.batch_id,
        entity_id=glance.entity_id,
        product_id=glance.product_id,
        state=glance.state,
        lot_id=glance.lot_id,
        lapses_on=glance.lapses_on,
        activated_at=glance.activated_at,
    )
    lookups = glance.lookups or 0
    tally = Tally(lookups, glance.own, glance.first_at, glance.suspected_at)
    return found_of(ask, stamp, tally=tally, waiting=waiting, standing=_NOTHING_STANDS, kept=kept)
