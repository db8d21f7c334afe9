"""Ranges of days in which somebody holds something, open at either end."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from app.kit.i18n import N_


class HolderRole(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"

    @property
    def label(self) -> str:
        return _LABELS[self]


class Ranged(Protocol):
    @property
    def from_day(self) -> date | None: ...
    @property
    def to_day(self) -> date | None: ...


R = TypeVar("R", bound=Ranged)

_LABELS: Final = {
    HolderRole.OWNER: N_("Owner of the right"),
    HolderRole.MANAGER: N_("Managing body"),
}


def clash(ranges: Iterable[R], first: date | None, last: date | None) -> R | None:
    """Return the first of the ranges that shares a day with another; no day means no bound."""
    for one in ranges:
        begins_in_time = last is None or one.from_day is None or one.from_day <= last
        ends_after = first is None or one.to_day is None or one.to_day >= first
        if begins_in_time and ends_after:
            return one
    return None
