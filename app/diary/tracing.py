"""What a lot is made of and where it goes: what is said of it, and whether its figures agree."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.diary.amounts import CRUMB, Amount, Total, rounded, slack
from app.diary.remarks import Remark, Unit, said
from app.kit.errors import Conflict, Invalid, Words
from app.kit.i18n import N_

# More out than in by so much is no matter of scales: salt, water or a mistyped figure.
FAR_ABOVE: Final = 1.25
OLDEST: Final = timedelta(days=3660)


class Way(StrEnum):
    """Which way lots are followed: to what they are made of, or to what is made of them."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


class ReceiverKind(StrEnum):
    """Who took goods of a lot, or what became of them."""

    PRODUCER = "producer"
    TRADER = "trader"
    SHOP = "shop"
    CONSUMER = "consumer"
    OWN = "own"
    DESTROYED = "destroyed"

    @property
    def label(self) -> str:
        return _RECEIVER_LABELS[self]


class SourceNeeded(Invalid):
    """It is not said what went in"""

    code: ClassVar[str] = "diary.source_needed"
    detail: ClassVar[str] = N_("Name a lot, or the material that was bought.")
    field = "material"


class ReceiverNeeded(Invalid):
    """It is not said who took the goods"""

    code: ClassVar[str] = "diary.receiver_needed"
    detail: ClassVar[str] = N_("Write the receiver's name, or choose what became of the goods.")
    field = "receiver"


class SentOnOtherDay(Invalid):
    """The day can't be right"""

    code: ClassVar[str] = "diary.sent_on"
    detail: ClassVar[str] = N_("Use a day of the last ten years, not one to come.")
    field = "sent_on"


class LotFeedsItself(Conflict):
    """A lot can't be made of itself"""

    code: ClassVar[str] = "diary.lot_feeds_itself"
    detail: ClassVar[str] = N_(
        "Lot {number} is made of this one already, straight or through others. Check which of "
        "the two came first."
    )
    field = "source"

    def __init__(self, *, number: str) -> None:
        self.number = number


class TooMuchTaken(Conflict):
    """More would leave the lot than there is of it"""

    code: ClassVar[str] = "diary.too_much_taken"
    detail: ClassVar[str] = N_(
        "Lot {number} has {has} {unit}; with this, {taken} {unit} would be taken from it. Check "
        "the quantity, or correct that of the lot."
    )
    field = "quantity"

    def __init__(self, *, number: str, has: float, taken: float, unit: str) -> None:
        self.number = number
        self.has = has
        self.taken = taken
        self.unit = unit

    def explain(self, words: Words) -> str:
        """Return the detail with the unit named in the reader's language."""
        return said(self.detail, vars(self) | {"unit": Unit(self.unit)}, words)


class TooMuchTakenOfOther(Conflict):
    """More would be taken of a lot than its producer made"""

    code: ClassVar[str] = "diary.too_much_taken_of_other"
    detail: ClassVar[str] = N_(
        "Together with what others took of it, this is more than there is of lot {number}. Check "
        "the quantity with its producer."
    )
    field = "quantity"

    def __init__(self, *, number: str) -> None:
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class InputGiven:
    """What went into a lot, as it is said: a lot by its id, or material bought of a supplier."""

    source_lot_id: int | None = None
    material: str = ""
    supplier: str = ""
    supplier_lot: str = ""
    document: str = ""
    quantity: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchGiven:
    """What of a lot was sent to whom, as it is said; without a day it was sent today."""

    receiver: str = ""
    receiver_kind: ReceiverKind = ReceiverKind.TRADER
    receiver_entity_id: int | None = None
    quantity: float | None = None
    unit: str = ""
    sent_on: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A lot's figures in its own unit: what went in, what there is of it, what left it."""

    amount: Amount
    inputs: Total
    # Whether lots went in, and not only seed or salt: only then do the two compare.
    transformed: bool
    # Into other lots of the same producer; sent to anybody; and what others say they took of it.
    used: Total
    sent: Total
    claimed: Total

    @property
    def unit(self) -> str:
        return self.amount.unit

    @property
    def taken(self) -> float:
        """What left the lot. What others took is part of what was sent, and told by both."""
        return rounded(self.used.quantity + max(self.sent.quantity, self.claimed.quantity))

    @property
    def apart(self) -> tuple[Amount, ...]:
        """What left the lot in units that don't compare with its own."""
        return self.used.apart + self.sent.apart + self.claimed.apart

    @property
    def left(self) -> float | None:
        """What should be left; unknown where the lot's quantity is."""
        if self.amount.quantity is None:
            return None
        return rounded(self.amount.quantity - self.taken)

    @property
    def exceeded(self) -> bool:
        has = self.amount.quantity
        return has is not None and self.taken > has * (1 + slack(self.unit)) + CRUMB

    @property
    def far_above(self) -> bool:
        """Tell whether much more came out than went in, of what compares."""
        has, put_in = self.amount.quantity, self.inputs
        if has is None or not self.transformed or put_in.apart or not put_in.quantity:
            return False
        return has > put_in.quantity * FAR_ABOVE


def sent_on_of(dispatch: DispatchGiven, *, today: date) -> date:
    """Return the day goods were sent: today where none is given."""
    day = dispatch.sent_on or today
    if not today - OLDEST <= day <= today:
        raise SentOnOtherDay
    return day


def remarks_on(balance: Balance, *, number: str) -> tuple[Remark, ...]:
    """Return what does not add up without being impossible, and what could not be compared."""
    found = []
    if balance.far_above:
        found.append(
            Remark(
                "diary.output_far_above_inputs",
                N_("Lot {number} has {has} {unit}, made of {inputs} {unit}: check the quantities."),
                {
                    "number": number,
                    "has": balance.amount.quantity or 0,
                    "inputs": balance.inputs.quantity,
                    "unit": Unit(balance.unit),
                },
            )
        )
    if balance.amount.quantity is None and (balance.taken or balance.apart):
        found.append(
            Remark(
                "diary.quantity_unknown",
                N_("How much there was of lot {number} is not written: nothing can be compared."),
                {"number": number},
            )
        )
    elif balance.apart:
        found.append(
            Remark(
                "diary.units_apart",
                N_(
                    "Part of what left lot {number} has no quantity or another unit than {unit}: "
                    "it is not counted in what is left."
                ),
                {"number": number, "unit": Unit(balance.unit)},
            )
        )
    return tuple(found)


_RECEIVER_LABELS: Final = {
    ReceiverKind.PRODUCER: N_("Another producer"),
    ReceiverKind.TRADER: N_("A trader or agent"),
    ReceiverKind.SHOP: N_("A shop or market"),
    ReceiverKind.CONSUMER: N_("A consumer"),
    ReceiverKind.OWN: N_("A place of sale of ours"),
    ReceiverKind.DESTROYED: N_("Destroyed or used up"),
}
