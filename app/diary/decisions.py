"""What becomes of an entry that was recorded so late that it does not stand by itself."""

from enum import StrEnum
from typing import Final

from app.diary.rules import LateMark
from app.kit.i18n import N_


class Approval(StrEnum):
    """Whether an entry counts and may be shown: at once, or by somebody's decision."""

    NOT_NEEDED = "not_needed"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def stands(self) -> bool:
        """Tell whether the entry counts and, where it is public, is shown."""
        return self in {Approval.NOT_NEEDED, Approval.ACCEPTED}


def approval_of(mark: str, *, accepted: bool | None) -> Approval:
    """Return what was decided of an entry by its stored mark; `accepted` is None without.

    An entry of before there were marks is held back by nothing.
    """
    if mark != LateMark.NEEDS_APPROVAL:
        return Approval.NOT_NEEDED
    if accepted is None:
        return Approval.WAITING
    return Approval.ACCEPTED if accepted else Approval.REFUSED


_LABELS: Final = {
    Approval.NOT_NEEDED: N_("Needs no approval"),
    Approval.WAITING: N_("Waits for approval"),
    Approval.ACCEPTED: N_("Approved"),
    Approval.REFUSED: N_("Not approved"),
}
