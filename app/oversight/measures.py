"""How a measure stands on a day."""

from datetime import date
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_


class MeasureState(StrEnum):
    """How a measure stands; derived from its days, never stored."""

    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES: Final = {
    MeasureState.OPEN: N_("To be done"),
    MeasureState.OVERDUE: N_("Overdue"),
    MeasureState.DONE: N_("Done"),
}


def measure_state(deadline: date, done_on: date | None, day: date) -> MeasureState:
    """Return how a measure stands: its deadline is the last day on which it is in time."""
    if done_on is not None:
        return MeasureState.DONE
    return MeasureState.OVERDUE if deadline < day else MeasureState.OPEN
