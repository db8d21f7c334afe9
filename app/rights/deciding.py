"""What the decisions on a use right come to: from when on it holds, rests or is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_

_DAY: Final = timedelta(days=1)


class DecisionKind(StrEnum):
    REGISTERED = "registered"
    RENEWED = "renewed"
    GRANTED = "granted"
    AMENDED = "amended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"
    ENDED = "ended"
    ANNULLED = "annulled"

    @property
    def label(self) -> str:
        return _LABELS[self]


# What is taken away from the user, and after which nothing more is decided.
TURNS: Final = (
    DecisionKind.SUSPENDED,
    DecisionKind.RESUMED,
    DecisionKind.REVOKED,
    DecisionKind.ENDED,
)
OVER: Final = frozenset({DecisionKind.REVOKED, DecisionKind.ENDED})

_LABELS: Final = {
    DecisionKind.REGISTERED: N_("Registered"),
    DecisionKind.RENEWED: N_("Renewed"),
    DecisionKind.GRANTED: N_("Granted"),
    DecisionKind.AMENDED: N_("Amended"),
    DecisionKind.SUSPENDED: N_("Suspended"),
    DecisionKind.RESUMED: N_("Resumed"),
    DecisionKind.REVOKED: N_("Use right revoked"),
    DecisionKind.ENDED: N_("Ended"),
    DecisionKind.ANNULLED: N_("Decision annulled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision as it stands; `until` is the last day of a suspension that names one."""

    id: int
    kind: DecisionKind
    effective_on: date
    until: date | None = None
    annuls_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension: from a first day to the day before another, none where none is known."""

    first: date
    after: date | None

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.after is None or day < self.after)


@dataclass(frozen=True, slots=True)
class Course:
    """Every suspension in the order of their days, and how and from when on it is over."""

    pauses: tuple[Pause, ...] = ()
    over: Decision | None = None

    def pause_on(self, day: date) -> Pause | None:
        return next((one for one in self.pauses if one.covers(day)), None)


def standing_decisions(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the decisions nothing has annulled, by the days they take effect."""
    found = list(decisions)
    annulled = {one.annuls_id for one in found}
    kept = [one for one in found if one.id not in annulled]
    return sorted(kept, key=lambda one: (one.effective_on, one.id))


def course(decisions: Iterable[Decision]) -> Course:
    """Return what decisions come to, in whatever order they were recorded."""
    pauses: list[Pause] = []
    stand = standing_decisions(decisions)
    for one in stand:
        last = pauses[-1] if pauses else None
        resting = last if last is not None and last.covers(one.effective_on) else None
        if one.kind is DecisionKind.SUSPENDED and resting is None:
            after = one.until + _DAY if one.until else None
            pauses.append(Pause(one.effective_on, after))
        elif one.kind is DecisionKind.RESUMED and resting is not None:
            pauses[-1] = Pause(resting.first, one.effective_on)
    over = next((one for one in stand if one.kind in OVER), None)
    return Course(tuple(one for one in pauses if one.first != one.after), over)
