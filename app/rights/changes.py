"""What changes of a right's or a use right's standing must respect."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final, Protocol

from app.kit.errors import Invalid
from app.kit.i18n import N_

_TURNS: Final = ("suspended_on", "resumed_on", "ended_on")


class ReasonNeeded(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "rights.reason_needed"
    detail: ClassVar[str] = N_("Say why, with the decision, when you suspend, resume or end it.")
    field = "status_reason"


class ResumedTooEarly(Invalid):
    """It is resumed before it was suspended"""

    code: ClassVar[str] = "rights.resumed_too_early"
    detail: ClassVar[str] = N_("Give the day of the suspension, and a later day it is resumed.")
    field = "resumed_on"


class Turning(Protocol):
    """What can be suspended, resumed and ended."""

    suspended_on: date | None
    resumed_on: date | None
    ended_on: date | None


def turned(record: Turning, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts with what a change of standing brings with it.

    A new suspension starts without a day of resuming. Raises ReasonNeeded where a day is
    changed without a reason in the same request.
    """
    changed = {name for name in _TURNS if name in facts and facts[name] != getattr(record, name)}
    if changed and not facts.get("status_reason"):
        raise ReasonNeeded
    given = dict(facts)
    if "suspended_on" in changed and record.resumed_on and "resumed_on" not in changed:
        given["resumed_on"] = None
    suspended = given.get("suspended_on", record.suspended_on)
    resumed = given.get("resumed_on", record.resumed_on)
    if resumed is not None and (suspended is None or resumed < suspended):
        raise ResumedTooEarly
    return given
