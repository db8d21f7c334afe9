"""The rows that tell of a batch, made events in the reader's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.kit.errors import Words
from app.kit.i18n import N_
from app.stamps.balance import MassBalance, explain_balance
from app.stamps.ledger_models import Handover, Reconciliation, SpanOrder
from app.stamps.models import Batch, Export, Movement, Refusal
from app.stamps.reconciling import kept_lines
from app.stamps.rules import BatchState, Move
from app.stamps.standing import batch_label
from app.stamps.timeline import Event, title_for


@dataclass(frozen=True)
class Teller:
    """Tells the events of a batch; `lots` are the numbers of the lots they name."""

    batch: Batch
    words: Words
    lots: Mapping[int, str]

    @property
    def base(self) -> int:
        return self.batch.first or 0

    def lot(self, lot_id: int | None) -> tuple[int, str] | None:
        number = self.lots.get(lot_id or 0)
        return (lot_id, number) if lot_id is not None and number is not None else None

    def requested(self, batch: Batch) -> Event:
        return Event(
            at=batch.requested_at,
            label=N_("Requested"),
            by=batch.requested_by,
            quantity=batch.requested,
            reason=batch.reason,
        )

    def decided(self, batch: Batch) -> Event:
        refused = batch.state == BatchState.REFUSED
        return Event(
            at=_when(batch.decided_at),
            label=batch_label(batch) if refused else N_("Approved"),
            by=batch.decided_by,
            quantity=batch.granted,
            document_no=batch.decision_no,
            reason=batch.refusal,
            bad=refused,
        )

    def asked(self, order: SpanOrder) -> Event:
        return Event(
            at=order.asked_at,
            label=N_("A second person asked for: void"),
            by=order.asked_by,
            quantity=order.last - order.first + 1,
            runs=[(order.first, order.last)],
            reason=order.reason,
        )

    def answered(self, order: SpanOrder) -> Event:
        done = order.state == "done"
        return Event(
            at=_when(order.decided_at),
            label=N_("Confirmed by a second person") if done else N_("Declined by a second person"),
            by=order.decided_by,
            quantity=order.last - order.first + 1,
            runs=[(order.first, order.last)],
            reason=order.refusal,
            bad=not done,
        )

    def moved(self, one: Movement) -> Event:
        bound = one.kind in {Move.ACTIVATE, Move.UNDO}
        return Event(
            at=one.at,
            label=Move(one.kind).label,
            by=one.actor_label,
            quantity=one.last - one.first + 1,
            runs=[(one.first - self.base + 1, one.last - self.base + 1)],
            receiver=one.receiver,
            document_no=one.document_no,
            reason=one.reason,
            lot=self.lot(one.lot_id) if bound else None,
        )

    def handed(self, one: Handover) -> Event:
        return Event(
            at=one.at,
            label=(Move.REISSUE if one.again else Move.HANDOVER).label,
            by=one.giver,
            quantity=one.quantity,
            runs=[(first, last) for first, last in one.runs],
            receiver=one.receiver,
            document_no=one.document_no,
            minutes=one.id,
        )

    def received(self, one: Handover) -> Event:
        same = one.received_quantity == one.quantity
        return Event(
            at=_when(one.received_at),
            label=N_("Receipt confirmed") if same else N_("Received another quantity"),
            by=one.received_by,
            quantity=one.received_quantity,
            document_no=one.document_no,
            reason=one.received_note,
            bad=not same,
        )

    def printed(self, export: Export) -> Event:
        listed = export.format in {"csv", "xlsx"}
        return Event(
            at=_when(export.ready_at),
            label=N_("Codes listed") if listed else N_("Sheets printed"),
            by=export.asked_by,
            quantity=export.count,
            runs=[(export.first, export.first + export.count - 1)],
            reason=export.reason,
        )

    def refused(self, one: Refusal) -> Event:
        weighed = one.code == MassBalance.code and one.facts is not None
        ends = one.first is not None and one.last is not None
        return Event(
            at=one.at,
            label=title_for(one.code),
            by=one.actor_label,
            quantity=(one.last or 0) - (one.first or 0) + 1 if ends else None,
            runs=[((one.first or 0) - self.base + 1, (one.last or 0) - self.base + 1)]
            if ends
            else [],
            told=explain_balance(one.facts or {}, self.words) if weighed else "",
            lot=self.lot(one.lot_id),
            bad=True,
        )

    def counted(self, one: Reconciliation) -> Event:
        words = self.words
        differ = [
            f"{words.gettext(line.label)}: {words.number(line.counted or 0)} "
            f"({'+' if line.difference > 0 else '-'}{words.number(abs(line.difference))})"
            + (f", {line.reason}" if line.reason else "")
            for line in kept_lines(one.lines)
            if line.difference
        ]
        return Event(
            at=one.at,
            label=N_("Reconciled") if one.settled else N_("Counted, not settled"),
            by=one.actor_label,
            told="; ".join(differ),
        )


def _when(at: datetime | None) -> datetime:
    if at is None:
        raise ValueError("an event that has no time did not happen")
    return at


TELLS: Final[Mapping[str, Callable[[Teller, Any], Event]]] = {
    "request": Teller.requested,
    "decision": Teller.decided,
    "order": Teller.asked,
    "decided_order": Teller.answered,
    "move": Teller.moved,
    "handover": Teller.handed,
    "receipt": Teller.received,
    "print": Teller.printed,
    "refusal": Teller.refused,
    "count": Teller.counted,
}
