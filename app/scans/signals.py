"""Signs that a stamp's code was copied, told from its look-ups. Nothing accuses by itself."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil, log
from typing import Final, NamedTuple

from app.kit.clock import day_of
from app.kit.i18n import N_

WINDOW: Final = timedelta(days=30)
# With it the simulation keeps both goals: lower flags honest stamps, higher misses copies.
FLOOR: Final = 13
# How rarely an honest stamp of a product may reach the threshold set for the product.
RARELY: Final = 1e-4
# Products with few look-ups so far are taken to be as all others are.
_USUAL_ONCE: Final = 0.74
_USUAL_STAMPS: Final = 50
# Where nobody ever looks twice the logarithm has no use.
_SELDOM_AGAIN: Final = 0.01

# The printer and the packer look now and then; strangers on several days do not.
EARLY_FROM: Final = 4
GONE_FROM: Final = 3
# With fewer look-ups than these nothing can speak for a copy.
LEAST: Final = min(EARLY_FROM, GONE_FROM)
# Whoever has a recalled pack looks it up, and is meant to.
RECALLED_FROM: Final = 8
# A carrier leads subscribers out through other cities, and a picture of a code is passed on.
PROVINCES_A_DAY: Final = 4
# So many count in the window where each has a part worth speaking of.
PROVINCES: Final = 4
_PART: Final = 0.1
# How much more it takes to open a signal again that an officer has decided on.
MORE: Final = 2


class Reason(StrEnum):
    """Why a stamp's code looks copied."""

    DEVICES = "devices"
    EARLY = "early"
    GONE = "gone"
    RECALLED = "recalled"
    PROVINCES = "provinces"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    Reason.DEVICES: N_("Looked up by unusually many"),
    Reason.EARLY: N_("Looked up before activation"),
    Reason.GONE: N_("Looked up though void or lost"),
    Reason.RECALLED: N_("Looked up much since the recall"),
    Reason.PROVINCES: N_("Looked up in many provinces"),
}


class SignalState(StrEnum):
    """What became of a signal; open until an officer decides."""

    OPEN = "open"
    WATCHED = "watched"
    IGNORED = "ignored"
    WARNED = "warned"
    VOIDED = "voided"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES: Final = {
    SignalState.OPEN: N_("To decide"),
    SignalState.WATCHED: N_("Watched"),
    SignalState.IGNORED: N_("Ignored"),
    SignalState.WARNED: N_("Buyers are warned"),
    SignalState.VOIDED: N_("Stamp made void"),
}


class Look(NamedTuple):
    """A look-up as it is kept. A visitor is one for a day, so visitors are visitor-days."""

    visitor: bytes
    minute: datetime
    active: bool = True
    province: str | None = None


class Since(NamedTuple):
    """From when on a stamp was void or lost, its lot recalled, its pack on display."""

    gone: datetime | None = None
    recalled: datetime | None = None
    display: datetime | None = None


@dataclass(frozen=True)
class Subject:
    """The stamp a signal is about, as it stands."""

    line: int
    batch_id: int
    product_id: int
    entity_id: int
    lot_id: int | None


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What the look-ups of a stamp in the window amount to."""

    reasons: tuple[Reason, ...]
    devices: int
    threshold: int
    early: int
    gone: int
    recalled: int
    provinces: tuple[str, ...]
    provinces_a_day: int
    first_at: datetime
    last_at: datetime


def threshold(counts: Mapping[int, int]) -> int:
    """Return from how many visitor-days in the window on a product's stamp is conspicuous.

    `counts` tells how many of its stamps had how many visitor-days; stamps nobody looked up do
    not count. Taken for a geometric distribution, whose tail is long, it is told by the share of
    stamps that were looked up once only: copies among them, even one in ten, hardly change that.
    """
    stamps, once = sum(counts.values()), counts.get(1, 0)
    share = (once + _USUAL_ONCE * _USUAL_STAMPS) / (stamps + _USUAL_STAMPS)
    again = max(1 - share, _SELDOM_AGAIN)
    return max(FLOOR, 1 + ceil(log(RARELY) / log(again)))


def signs_of(
    looks: Collection[Look], *, threshold: int, now: datetime, since: Since
) -> Signs | None:
    """Return what speaks for a copy, or None where nothing does."""
    seen = [look for look in looks if look.minute > now - WINDOW]
    if not seen:
        return None
    shown = [look for look in seen if since.display is None or look.minute < since.display]
    devices, early = _days(shown), _days([look for look in seen if not look.active])
    gone, recalled = _days(_after(seen, since.gone)), _days(_after(seen, since.recalled))
    a_day = _most_a_day(seen)
    provinces = Counter(
        place for _, place in {(look.visitor, look.province) for look in seen} if place
    )
    found = {
        Reason.DEVICES: devices >= threshold,
        Reason.EARLY: since.gone is None and early >= EARLY_FROM and _early_days(seen) > 1,
        Reason.GONE: gone >= GONE_FROM,
        Reason.RECALLED: recalled >= max(RECALLED_FROM, threshold * 2 // 3),
        Reason.PROVINCES: a_day >= PROVINCES_A_DAY or _weighty(provinces) >= PROVINCES,
    }
    reasons = tuple(reason for reason, holds in found.items() if holds)
    if not reasons:
        return None
    return Signs(
        reasons=reasons,
        devices=_days(seen),
        threshold=threshold,
        early=early,
        gone=gone,
        recalled=recalled,
        provinces=tuple(sorted(provinces, key=lambda code: (-provinces[code], code))),
        provinces_a_day=a_day,
        first_at=min(look.minute for look in seen),
        last_at=max(look.minute for look in seen),
    )


def is_clearly_more(
    *,
    devices: int,
    reasons: Collection[str],
    decided_devices: int,
    decided_reasons: Collection[str],
) -> bool:
    """Tell whether so much came after an officer's decision that one must look again."""
    return devices >= decided_devices * MORE or not set(reasons) <= set(decided_reasons)


def _after(looks: Sequence[Look], start: datetime | None) -> list[Look]:
    return [look for look in looks if start is not None and look.minute >= start]


def _days(looks: Collection[Look]) -> int:
    """Return the visitor-days: who comes again on another day can't be told from another."""
    return len({look.visitor for look in looks})


def _early_days(looks: Collection[Look]) -> int:
    return len({day_of(look.minute) for look in looks if not look.active})


def _weighty(provinces: Counter[str]) -> int:
    """Return how many provinces have more than one look-up, and a tenth of all."""
    least = max(2, provinces.total() * _PART)
    return sum(count >= least for count in provinces.values())


def _most_a_day(looks: Collection[Look]) -> int:
    """Return the most provinces on one day, each with a visitor of its own."""
    days: dict[date, set[str]] = defaultdict(set)
    for look in looks:
        if look.province:
            days[day_of(look.minute)].add(look.province)
    return max((len(codes) for codes in days.values()), default=0)
