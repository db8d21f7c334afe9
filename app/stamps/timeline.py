"""One thing that happened to a batch, as its page tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kit.errors import DomainError, title_of


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a batch; `label` is a msgid, runs are numbers as printed.

    `reason` is in people's own words, `told` in the reader's language; `minutes` is the id of a
    hand-over, `lot` the id and number of a lot.
    """

    at: datetime
    label: str
    by: str
    quantity: int | None = None
    runs: Sequence[tuple[int, int]] = ()
    receiver: str = ""
    document_no: str = ""
    reason: str = ""
    told: str = ""
    lot: tuple[int, str] | None = None
    minutes: int | None = None
    bad: bool = False


def title_for(code: str) -> str:
    """Return the title (a msgid) of the error with a code, or the code where it is none."""
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        kind = waiting.pop()
        if kind.code == code:
            return title_of(kind)
        waiting += kind.__subclasses__()
    return code
