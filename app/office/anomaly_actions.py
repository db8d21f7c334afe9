"""What an officer's decision on a suspected stamp does to the stamp; each is somebody's act."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.i18n import N_
from app.scans.actions import clear_suspicion, mark_suspicious
from app.scans.models import CloneSignal
from app.scans.queries import find_suspicion
from app.scans.signal_actions import decide
from app.scans.signal_queries import get_signal
from app.scans.signals import SignalState
from app.stamps.change_actions import change_span, second_person_from
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.order_actions import ask_void
from app.stamps.rehearsal_actions import rehearse_change
from app.stamps.rules import Move
from app.stamps.span_queries import Numbers


class Choice(StrEnum):
    """What an officer may decide; a recall is of the lot, and has its own page."""

    IGNORE = "ignore"
    WATCH = "watch"
    WARN = "warn"
    VOID = "void"

    @property
    def label(self) -> str:
        return _LABELS[self][0]

    @property
    def effect(self) -> str:
        return _LABELS[self][1]


_LABELS: Final = {
    Choice.IGNORE: (
        N_("Ignore"),
        N_("It has an honest reason. The anomaly stays quiet until there is clearly more."),
    ),
    Choice.WATCH: (
        N_("Watch"),
        N_("Not clear yet. Buyers see nothing; the anomaly comes back when there is clearly more."),
    ),
    Choice.WARN: (
        N_("Warn buyers"),
        N_("The stamp's page says that its code may have been copied. It can be taken back."),
    ),
    Choice.VOID: (
        N_("Make the stamp void"),
        N_("For good: whoever scans the code is told that the stamp is void."),
    ),
}
_STATES: Final = {
    Choice.IGNORE: SignalState.IGNORED,
    Choice.WATCH: SignalState.WATCHED,
    Choice.WARN: SignalState.WARNED,
    Choice.VOID: SignalState.VOIDED,
}


def decide_anomaly(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    signal_id: int,
    choice: Choice,
    reason: str,
    seen: datetime | None = None,
) -> bool:
    """Record an officer's decision and carry it out; tell whether a second person must confirm.

    Only to warn and to make void change what buyers see. To ignore takes a warning back.
    """
    signal = get_signal(db, signal_id, actor=actor)
    told: dict[str, Any] = {"actor": actor, "now": now, "reason": reason}
    actor.require_officer()
    waits = choice is Choice.VOID and _void(db, signal, keyring, told)
    decide(db, signal_id=signal.id, state=_STATES[choice], seen=seen, **told)
    if choice is Choice.WARN:
        mark_suspicious(db, line=signal.line, **told)
    elif choice is Choice.IGNORE and find_suspicion(db, line=signal.line):
        clear_suspicion(db, line=signal.line, **told)
    return waits


def _void(db: Session, signal: CloneSignal, keyring: Keyring, told: dict[str, Any]) -> bool:
    batch = db.get_one(Batch, signal.batch_id)
    number = signal.line - (batch.first or 0) + 1
    chosen = Numbers(batch.id, number, number)
    asked = {"move": Move.VOID, "chosen": chosen, "keyring": keyring, **told}
    span = rehearse_change(db, batch_id=batch.id, **asked)
    if second_person_from(db, told["actor"], Move.VOID, span.stretch) is not None:
        ask_void(db, **asked)
        return True
    change_span(db, **asked)
    return False
