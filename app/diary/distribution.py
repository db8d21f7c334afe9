"""What a lot's distribution comes to: produced, used, sent, left, and what doesn't add up."""

from dataclasses import dataclass
from typing import ClassVar

from app.diary.amounts import CRUMB, rounded, slack
from app.diary.remarks import Remark, Unit, said
from app.diary.tracing import Balance
from app.kit.errors import Conflict, Words
from app.kit.i18n import N_

UNKNOWN = N_("How much there was of the lot, or how much is left, is not written.")
APART = N_("Part of what left the lot has no quantity or another unit, and can't be compared.")
SHORT = N_("{gap} {unit} are neither used, sent nor left.")
OVER = N_("{gap} {unit} more were used, sent or left than there were.")


class DoesNotAddUp(Conflict):
    """The figures of the lot don't add up"""

    code: ClassVar[str] = "diary.does_not_add_up"
    detail: ClassVar[str] = N_("{why} Correct the figures, or say in a note why it is so.")
    field = "note"

    def __init__(self, remark: Remark) -> None:
        self.remark = remark

    def explain(self, words: Words) -> str:
        """Return the detail with what does not add up told in the reader's language."""
        return said(self.detail, {"why": self.remark.said(words)}, words)


@dataclass(frozen=True, slots=True)
class Account:
    """A lot's balance with what its owner says is left."""

    balance: Balance
    left: float | None

    @property
    def gap(self) -> float | None:
        """What is missing where it is more than nothing; what is too much below."""
        if self.balance.left is None or self.left is None:
            return None
        return rounded(self.balance.left - self.left)

    @property
    def remark(self) -> Remark | None:
        """What doesn't add up or can't be compared, if anything."""
        gap, unit = self.gap, self.balance.unit
        if gap is None:
            return Remark("diary.account_unknown", UNKNOWN)
        if self.balance.apart:
            return Remark("diary.account_apart", APART)
        if abs(gap) <= (self.balance.amount.quantity or 0) * slack(unit) + CRUMB:
            return None
        text = SHORT if gap > 0 else OVER
        return Remark("diary.account_gap", text, {"gap": abs(gap), "unit": Unit(unit)})

    def require(self, note: str) -> None:
        """Refuse an account that does not add up without a note."""
        remark = self.remark
        if remark is not None and not note:
            raise DoesNotAddUp(remark)


def account_of(balance: Balance, *, left: float | None) -> Account:
    return Account(balance, None if left is None else rounded(left))
