"""What a decision that suspends, resumes or ends a use right must respect."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.saving import TakesEffectInThePast
from app.rights.deciding import TURNS, Course, Decision, DecisionKind
from app.rights.right_faults import (
    AlreadySuspended,
    DecidedLater,
    DecisionAnnulled,
    NotSuspended,
    ReasonNeeded,
)
from app.rights.use_checks import Held


class DecisionNeeded(Invalid):
    """The decision is needed"""

    code: ClassVar[str] = "rights.decision_needed"
    detail: ClassVar[str] = N_("Give its number and its date.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class OutsideItsTerm(Invalid):
    """The use right does not hold on that day"""

    code: ClassVar[str] = "rights.outside_its_term"
    detail: ClassVar[str] = N_("It begins on {valid_from}. Check its first and last day.")
    field = "effective_on"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


class UntilBefore(Invalid):
    """The last day of the suspension lies before its first"""

    code: ClassVar[str] = "rights.until_before"
    detail: ClassVar[str] = N_("It begins on {effective_on}.")
    field = "until"

    def __init__(self, *, effective_on: date) -> None:
        self.effective_on = effective_on


class UseRightOver(Conflict):
    """The use right is over by then"""

    code: ClassVar[str] = "rights.use_right_over"
    detail: ClassVar[str] = N_("It ended on {since}. Annul that decision first if it is wrong.")
    field = "effective_on"

    def __init__(self, *, since: date) -> None:
        self.since = since


class GrantStays(Conflict):
    """What granted or amended it can not be annulled"""

    code: ClassVar[str] = "rights.grant_stays"
    detail: ClassVar[str] = N_("Correct the use right by a change of it, or end it.")


class CutByImport(Conflict):
    """Its last day is past"""

    code: ClassVar[str] = "rights.cut_by_import"
    detail: ClassVar[str] = N_(
        "Pages and badges said otherwise since {last}. That such a day is meant is confirmed on "
        "the record's own page, not by a spreadsheet."
    )

    def __init__(self, *, last: date, field: str) -> None:
        self.last = last
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A decision as it is on paper; it holds from `effective_on`."""

    decision_no: str = ""
    decided_on: date | None = None
    effective_on: date
    reason: str = ""


_DAY: Final = timedelta(days=1)
# Whoever gives a use right back decides nothing: all else is somebody's decision.
_WITHOUT_NUMBER: Final = frozenset({DecisionKind.ENDED})


def check_paper(kind: DecisionKind, paper: Paper, today: date) -> None:
    """Refuse a decision that does not say what it must."""
    if not paper.reason:
        raise ReasonNeeded
    if kind not in _WITHOUT_NUMBER:
        for field in ("decision_no", "decided_on"):
            if not getattr(paper, field):
                raise DecisionNeeded(field=field)
    if paper.decided_on is not None and paper.decided_on > today:
        raise DecidedLater(field="decided_on")


def check_turn(new: Decision, so_far: Course, valid_from: date, valid_to: date | None) -> None:
    """Refuse a decision that makes no sense after those that stand."""
    day = new.effective_on
    if day < valid_from or (valid_to is not None and day > valid_to):
        raise OutsideItsTerm(valid_from=valid_from)
    if new.until is not None and new.until < day:
        raise UntilBefore(effective_on=day)
    if so_far.over is not None and day >= so_far.over.effective_on:
        raise UseRightOver(since=so_far.over.effective_on)
    pause = so_far.pause_on(day)
    if new.kind is DecisionKind.SUSPENDED and pause is not None:
        raise AlreadySuspended(since=pause.first)
    if new.kind is DecisionKind.RESUMED and pause is None:
        raise NotSuspended


def check_cut(held: Held, last: date | None, today: date) -> None:
    """Refuse a last day that takes days which are past from a use right that held on them."""
    if last is not None and last + _DAY < today and held.reaches(last + _DAY):
        raise TakesEffectInThePast(effective_on=last + _DAY)


def check_annulled(annulled: Decision, standing: list[Decision]) -> None:
    """Refuse to annul what is annulled already, or what nothing turned on."""
    if annulled.kind not in TURNS:
        raise GrantStays
    if annulled not in standing:
        raise DecisionAnnulled
