import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_

# GS1 character set 82, the one a lot number may use in AI (10).
_LOT_NUMBER: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")


class EntryKind(StrEnum):
    RECEIVING = "receiving"
    PLANTING = "planting"
    FEEDING = "feeding"
    TREATMENT = "treatment"
    OBSERVATION = "observation"
    HARVEST = "harvest"
    PROCESSING = "processing"
    PACKING = "packing"
    STORAGE = "storage"
    SAMPLING = "sampling"
    SHIPPING = "shipping"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


class LotState(StrEnum):
    """What the owner has done with a lot, in order; recall and hold stand beside it."""

    OPEN = "open"
    CLOSED = "closed"
    RELEASED = "released"
    DISTRIBUTED = "distributed"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


class LateMark(StrEnum):
    ON_TIME = "on_time"
    LATE = "late"
    NEEDS_APPROVAL = "needs_approval"


class BadLotNumber(Invalid):
    """The lot number can't be used"""

    code: ClassVar[str] = "diary.bad_lot_number"
    detail: ClassVar[str] = N_(
        "Use 1 to 20 letters without diacritics, digits, or marks such as - / . _, no blanks."
    )

    def __init__(self, *, field: str | None = None) -> None:
        self.field = field


class LotMovesOnly(Conflict):
    """A lot only moves on by one step"""

    code: ClassVar[str] = "diary.lot_state"
    detail: ClassVar[str] = N_("Reload the page: the lot is already in another state.")

    def __init__(self, *, state: LotState, wanted: LotState) -> None:
        self.state = state
        self.wanted = wanted


class PerformedInFuture(Invalid):
    """The time lies in the future"""

    code: ClassVar[str] = "diary.performed_in_future"
    detail: ClassVar[str] = N_("Check when the work was done, and the date and clock of the phone.")

    def __init__(self, *, field: str | None = "performed_at") -> None:
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    late_after: timedelta = timedelta(hours=48)
    approval_after: timedelta = timedelta(days=7)
    # A phone whose clock is further off is not asked for the time at all.
    trusted_skew: timedelta = timedelta(days=1)
    # A clock a little fast, or a day entered before it is over, is no lie.
    ahead: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timing:
    """When an entry was written down, and the mark it bears for it."""

    recorded_at: datetime
    mark: LateMark


LIMITS: Final = TimeLimits()


def check_lot_number(text: str, *, field: str | None = "number") -> str:
    """Return the number without outer blanks: 1 to 20 characters of GS1 character set 82."""
    number = text.strip()
    if not _LOT_NUMBER.fullmatch(number):
        raise BadLotNumber(field=field)
    return number


def check_move(state: LotState, wanted: LotState) -> LotState:
    """Return the wanted state where it is the next one; the same again is accepted."""
    order = tuple(LotState)
    if order.index(wanted) - order.index(state) not in {0, 1}:
        raise LotMovesOnly(state=state, wanted=wanted)
    return wanted


def timing(
    *,
    performed_at: datetime,
    device_at: datetime | None,
    skew: timedelta | None,
    received_at: datetime,
    limits: TimeLimits = LIMITS,
) -> Timing:
    """Return when an entry was recorded, and whether that was late.

    `skew` is the phone's clock less the server's, as measured when sending. Where it is unknown
    beyond trust, or where the clock was before the work itself, the time of receipt counts. Raises
    PerformedInFuture.
    """
    if performed_at > received_at + limits.ahead:
        raise PerformedInFuture
    recorded_at = received_at
    if device_at is not None and skew is not None and abs(skew) <= limits.trusted_skew:
        written_at = device_at - skew
        # A clock that was before the work it tells of has gone back since, or was never set.
        if written_at >= performed_at - limits.ahead:
            recorded_at = min(written_at, received_at)
    return Timing(recorded_at, late_mark(performed_at, recorded_at, limits))


def late_mark(
    performed_at: datetime, recorded_at: datetime, limits: TimeLimits = LIMITS
) -> LateMark:
    """Return the public mark of an entry by the time between doing and writing down."""
    behind = recorded_at - performed_at
    if behind > limits.approval_after:
        return LateMark.NEEDS_APPROVAL
    return LateMark.LATE if behind > limits.late_after else LateMark.ON_TIME


_KIND_LABELS: Final = {
    EntryKind.RECEIVING: N_("Goods received"),
    EntryKind.PLANTING: N_("Planting, stocking"),
    EntryKind.FEEDING: N_("Feeding, fertilising"),
    EntryKind.TREATMENT: N_("Treatment"),
    EntryKind.OBSERVATION: N_("Observation"),
    EntryKind.HARVEST: N_("Harvest"),
    EntryKind.PROCESSING: N_("Processing"),
    EntryKind.PACKING: N_("Packing"),
    EntryKind.STORAGE: N_("Storage"),
    EntryKind.SAMPLING: N_("Sampling"),
    EntryKind.SHIPPING: N_("Shipping"),
    EntryKind.OTHER: N_("Other work"),
}

_STATE_LABELS: Final = {
    LotState.OPEN: N_("In production"),
    LotState.CLOSED: N_("Diary closed"),
    LotState.RELEASED: N_("Released for sale"),
    LotState.DISTRIBUTED: N_("Distributed"),
}
