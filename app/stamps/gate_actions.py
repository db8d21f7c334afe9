"""The gate before activation: what a lot and the stamps must be, in one place."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.diary.completeness import Check
from app.diary.queries import get_lot
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid, Words
from app.kit.i18n import N_
from app.oversight.blocking_queries import lacking_of
from app.stamps.balance import Balance, MassBalance
from app.stamps.balance_queries import weigh_lot
from app.stamps.models import Batch
from app.stamps.movement_actions import lost_races
from app.stamps.rules import Move
from app.stamps.runs import check_move
from app.stamps.span_queries import SpanPreview


class WrongLot(Invalid):
    """The lot is of another product than the stamps"""

    code: ClassVar[str] = "stamps.wrong_lot"
    detail: ClassVar[str] = N_("Choose a lot of the product these stamps were granted for.")
    field = "lot_id"


class LotIncomplete(Conflict):
    """The lot is not complete, so no stamp may be activated for it"""

    code: ClassVar[str] = "stamps.lot_incomplete"
    detail: ClassVar[str] = N_("Mend this first: {missing}.")
    field = "lot_id"

    def __init__(self, *, missing: tuple[Check, ...]) -> None:
        self.missing = missing

    def explain(self, words: Words) -> str:
        said = "; ".join(item.said(words) for item in self.missing)
        return words.gettext(self.detail).format(missing=said)


class StampsLapsed(Conflict):
    """The stamps have lapsed"""

    code: ClassVar[str] = "stamps.lapsed"
    detail: ClassVar[str] = N_(
        "They were to be activated before {lapsed_on}. Return them to the Department."
    )

    def __init__(self, *, lapsed_on: date) -> None:
        self.lapsed_on = lapsed_on


def check_gate(
    db: Session, *, actor: Actor, now: datetime, spans: Sequence[SpanPreview], lot_id: int
) -> Balance:
    """Refuse an activation that lot, states, day or mass balance forbid.

    The spans are of one batch. Others who activate onto the same lot wait, on PostgreSQL, until
    this transaction ends: together they could pass a balance that each keeps.
    """
    found = spans[0].stretch
    lot = get_lot(db, lot_id, actor=actor)
    if (lot.product_id, lot.entity_id) != (found.product_id, found.entity_id):
        raise WrongLot
    with lost_races():
        db.refresh(lot, with_for_update={"key_share": True})
    lacking = lacking_of(db, [lot], now=now)[lot.id]
    if lacking:
        raise LotIncomplete(missing=lacking)
    for span in spans:
        check_move(Move.ACTIVATE, span.runs, base=1)
    check_lapse(db.get_one(Batch, found.batch_id), now)
    quantity = sum(span.stretch.quantity for span in spans)
    balance = weigh_lot(db, lot, batch_id=found.batch_id, quantity=quantity)
    if balance.exceeded:
        raise MassBalance(balance)
    return balance


def check_lapse(batch: Batch, now: datetime) -> None:
    """Refuse stamps that were not activated in time."""
    if batch.lapses_on is not None and day_of(now) >= batch.lapses_on:
        raise StampsLapsed(lapsed_on=batch.lapses_on)
