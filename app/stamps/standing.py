"""How a batch stands, in the words of its producer and of the office alike."""

from typing import Protocol

from app.kit.i18n import N_
from app.stamps.rules import BatchState

WITHDRAWN = N_("Request taken back")


class Request(Protocol):
    """What is known of a batch that was decided."""

    state: str
    refusal: str


def withdrawn(batch: Request) -> bool:
    """Tell whether its own producer took the request back: an officer's refusal has a reason."""
    return batch.state == BatchState.REFUSED and not batch.refusal


def batch_label(batch: Request) -> str:
    """Return the msgid of where a batch stands."""
    return WITHDRAWN if withdrawn(batch) else BatchState(batch.state).label
