from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid, Words
from app.kit.i18n import N_


class State(StrEnum):
    """What a stamp is. Recalled, on hold and lapsed are derived from its lot and the day."""

    ISSUED = "issued"
    RECEIVED = "received"
    ACTIVE = "active"
    VOID = "void"
    LOST = "lost"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


class BatchState(StrEnum):
    """Where a batch stands between its request and its last handover."""

    REQUESTED = "requested"
    REFUSED = "refused"
    APPROVED = "approved"
    ISSUED = "issued"
    HANDED_OVER = "handed_over"

    @property
    def label(self) -> str:
        return _BATCH_LABELS[self]


class Move(StrEnum):
    """A kind of movement in the ledger of a batch."""

    ISSUE = "issue"
    SPOIL = "spoil"
    HANDOVER = "handover"
    ACTIVATE = "activate"
    UNDO = "undo"
    VOID = "void"
    LOSE = "lose"
    RETURN = "return"
    REISSUE = "reissue"

    @property
    def label(self) -> str:
        return _MOVE_LABELS[self]


@dataclass(frozen=True, slots=True)
class Transition:
    sources: frozenset[State]
    target: State


# Void is the end; a lost stamp may still be made void. What is spoiled at printing never leaves
# the Department, so it is void before it is handed over.
TRANSITIONS: Final[Mapping[Move, Transition]] = {
    Move.ISSUE: Transition(frozenset(), State.ISSUED),
    Move.SPOIL: Transition(frozenset({State.ISSUED}), State.VOID),
    Move.HANDOVER: Transition(frozenset({State.ISSUED}), State.RECEIVED),
    Move.ACTIVATE: Transition(frozenset({State.RECEIVED}), State.ACTIVE),
    Move.UNDO: Transition(frozenset({State.ACTIVE}), State.RECEIVED),
    Move.VOID: Transition(frozenset(State) - {State.VOID}, State.VOID),
    Move.LOSE: Transition(frozenset(State) - {State.VOID, State.LOST}, State.LOST),
    Move.RETURN: Transition(frozenset({State.RECEIVED}), State.RETURNED),
    Move.REISSUE: Transition(frozenset({State.RETURNED}), State.RECEIVED),
}


class StampsElsewhere(Conflict):
    """The stamps are not in the state this needs"""

    code: ClassVar[str] = "stamps.state"
    detail: ClassVar[str] = N_("Stamps {run} are in another state.")

    def __init__(self, *, first: int, last: int) -> None:
        self.first = first
        self.last = last

    def explain(self, words: Words) -> str:
        return words.gettext(self.detail).format(run=spoken_run(self.first, self.last, words))


class StampsNotReceived(StampsElsewhere):
    """The stamps have not been handed over yet"""

    code: ClassVar[str] = "stamps.not_received"
    detail: ClassVar[str] = N_(
        "Stamps {run} have not been handed over to the producer yet. The Department does that."
    )


class StampsReceived(StampsElsewhere):
    """The stamps have been handed over already"""

    code: ClassVar[str] = "stamps.received"
    detail: ClassVar[str] = N_("Stamps {run} are already with the producer.")


class StampsActive(StampsElsewhere):
    """The stamps are active already"""

    code: ClassVar[str] = "stamps.active"
    detail: ClassVar[str] = N_("Stamps {run} are already active. Choose stamps that are not.")


class StampsVoid(StampsElsewhere):
    """The stamps are void"""

    code: ClassVar[str] = "stamps.void"
    detail: ClassVar[str] = N_("Stamps {run} are void, which can't be undone.")


class StampsLost(StampsElsewhere):
    """The stamps are recorded as lost"""

    code: ClassVar[str] = "stamps.lost"
    detail: ClassVar[str] = N_("Stamps {run} are recorded as lost. Tell the Department.")


class StampsNotActive(StampsElsewhere):
    """The stamps are not active"""

    code: ClassVar[str] = "stamps.not_active"
    detail: ClassVar[str] = N_("Stamps {run} are not active, so there is no activation to undo.")


class StampsReturned(StampsElsewhere):
    """The stamps have been returned"""

    code: ClassVar[str] = "stamps.returned"
    detail: ClassVar[str] = N_("Stamps {run} have been returned to the Department.")


class BatchElsewhere(Conflict):
    """The batch is at another step"""

    code: ClassVar[str] = "stamps.batch_state"
    detail: ClassVar[str] = N_("Load the page again to see where the batch stands.")


class BatchUndecided(BatchElsewhere):
    """The batch has not been approved yet"""

    code: ClassVar[str] = "stamps.batch_undecided"
    detail: ClassVar[str] = N_("It still waits for a decision. Approve or refuse it first.")


class BatchRefused(BatchElsewhere):
    """The batch has been refused"""

    code: ClassVar[str] = "stamps.batch_refused"
    detail: ClassVar[str] = N_("Nothing more can be done with it. Make a new request.")


class BatchApproved(BatchElsewhere):
    """The batch has been approved and not issued yet"""

    code: ClassVar[str] = "stamps.batch_approved"
    detail: ClassVar[str] = N_("Its decision stands. The next step is to issue its stamps.")


class BatchIssued(BatchElsewhere):
    """The batch has been issued already"""

    code: ClassVar[str] = "stamps.batch_issued"
    detail: ClassVar[str] = N_("Its stamps have their numbers. The next step is to hand them over.")


class BatchHandedOver(BatchElsewhere):
    """The batch has been handed over whole"""

    code: ClassVar[str] = "stamps.batch_handed_over"
    detail: ClassVar[str] = N_("No stamp of it is left to hand over.")


class QuantityOutOfRange(Invalid):
    """The quantity is out of range"""

    code: ClassVar[str] = "stamps.quantity"
    detail: ClassVar[str] = N_("It must be from 1 to {most}.")
    field = "quantity"

    def __init__(self, *, most: int) -> None:
        self.most = most


REFUSALS: Final[Mapping[State, type[StampsElsewhere]]] = {
    State.ISSUED: StampsNotReceived,
    State.RECEIVED: StampsReceived,
    State.ACTIVE: StampsActive,
    State.VOID: StampsVoid,
    State.LOST: StampsLost,
    State.RETURNED: StampsReturned,
}


class ReasonMissing(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "stamps.reason_missing"
    detail: ClassVar[str] = N_("Write why, in a few words: it stays in the ledger.")
    field = "reason"


_BATCH_REFUSALS: Final[Mapping[BatchState, type[BatchElsewhere]]] = {
    BatchState.REQUESTED: BatchUndecided,
    BatchState.REFUSED: BatchRefused,
    BatchState.APPROVED: BatchApproved,
    BatchState.ISSUED: BatchIssued,
    BatchState.HANDED_OVER: BatchHandedOver,
}


def require_state(state: str, needed: BatchState) -> None:
    """Refuse, in the words of where the batch stands, a step that starts from another state."""
    if state != needed:
        raise _BATCH_REFUSALS[BatchState(state)]


def check_quantity(quantity: int, *, most: int) -> None:
    if not 1 <= quantity <= most:
        raise QuantityOutOfRange(most=most)


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing


def spoken_run(first: int, last: int, words: Words) -> str:
    """Return running numbers as they are written: one, or two with a dash."""
    ends = (words.number(first), words.number(last))
    return ends[0] if first == last else "-".join(ends)


_STATE_LABELS: Final = {
    State.ISSUED: N_("Issued, not handed over"),
    State.RECEIVED: N_("With the producer"),
    State.ACTIVE: N_("Activated"),
    State.VOID: N_("Void"),
    State.LOST: N_("Lost"),
    State.RETURNED: N_("Returned"),
}

_MOVE_LABELS: Final = {
    Move.ISSUE: N_("Issue of stamps"),
    Move.SPOIL: N_("Spoiled at printing"),
    Move.HANDOVER: N_("Handover of stamps"),
    Move.ACTIVATE: N_("Activation of stamps"),
    Move.UNDO: N_("Activation undone"),
    Move.VOID: N_("Voiding of stamps"),
    Move.LOSE: N_("Loss of stamps"),
    Move.RETURN: N_("Return of stamps"),
    Move.REISSUE: N_("Handed over again"),
}

_BATCH_LABELS: Final = {
    BatchState.REQUESTED: N_("Waiting for a decision"),
    BatchState.REFUSED: N_("Refused"),
    BatchState.APPROVED: N_("Approved"),
    BatchState.ISSUED: N_("Stamps issued"),
    BatchState.HANDED_OVER: N_("Handed over"),
}
