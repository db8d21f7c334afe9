"""What ends soon: rights, rights to use them and certificates, and when one is told of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.kit.i18n import N_

# Told once each, so many days ahead.
AHEAD: Final = (90, 30, 7)


class ExpiryKind(StrEnum):
    """What ends."""

    RIGHT = "right"
    USE_RIGHT = "use_right"
    OCOP = "ocop"
    CERTIFICATE = "certificate"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def action(self) -> str:
        """Return what the audit trail calls the notice of it."""
        return _ACTIONS[self]


_LABELS: Final = {
    ExpiryKind.RIGHT: N_("IP right"),
    ExpiryKind.USE_RIGHT: N_("Use right"),
    ExpiryKind.OCOP: N_("OCOP certificate"),
    ExpiryKind.CERTIFICATE: N_("Certificate"),
}
_ACTIONS: Final = {
    ExpiryKind.RIGHT: "right.expiring",
    ExpiryKind.USE_RIGHT: "use_right.expiring",
    ExpiryKind.OCOP: "product.certificate.expiring",
    ExpiryKind.CERTIFICATE: "certificate.expiring",
}
_PATHS: Final = {
    ExpiryKind.RIGHT: "/office/rights/{id}",
    ExpiryKind.USE_RIGHT: "/office/use-rights/{id}",
    ExpiryKind.OCOP: "/office/products/{product_id}",
    ExpiryKind.CERTIFICATE: "/office/certificates/{id}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """Something with its last day; of whom and for what product, where it is anybody's."""

    kind: ExpiryKind
    id: int
    what: str
    number: str
    last_day: date
    entity_id: int | None
    entity: str
    product_id: int | None
    product: str

    @property
    def path(self) -> str:
        return _PATHS[self.kind].format(id=self.id, product_id=self.product_id)


def notice_due(last_day: date, day: date) -> int | None:
    """Return which notice stands on a day: the nearest of 90, 30 and 7 days, or none."""
    left = (last_day - day).days
    if left < 0:
        return None
    return min((ahead for ahead in AHEAD if left <= ahead), default=None)


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, _next(first) - timedelta(days=1)


def months_from(day: date, count: int) -> list[date]:
    """Return the first days of so many months, the day's own first."""
    months = [day.replace(day=1)]
    while len(months) < count:
        months.append(_next(months[-1]))
    return months


def days_asked(day: date, month: str, within: int) -> tuple[date, date]:
    """Return the days that are asked for: a month, the next days, or else the next 90."""
    if month:
        return month_of(date.fromisoformat(f"{month}-01"))
    return day, day + timedelta(days=within or max(AHEAD))


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
