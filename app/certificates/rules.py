"""How a certificate stands on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.certificates.kinds import Kind
from app.kit.i18n import N_
from app.kit.text import fold

# Said to end soon from so long before.
SOON: Final = timedelta(days=90)


class Status(StrEnum):
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REVOKED = "revoked"
    STRUCK = "struck"

    @property
    def label(self) -> str:
        """Name the status; {date} is the day that made it so."""
        return _LABELS[self]


class Source(StrEnum):
    """Where a certificate is recorded: for itself, as a place's code, or with its product."""

    CERTIFICATE = "certificate"
    CODE = "code"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """A certificate, wherever it is recorded: it holds to the end of `valid_to`.

    Without `product_id` it is for all the entity makes. `id` is of its source.
    """

    id: int
    kind: Kind
    number: str
    entity_id: int
    product_id: int | None = None
    facility_id: int | None = None
    title: str = ""
    issuer: str = ""
    scope: str = ""
    issued_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    revoked_on: date | None = None
    struck: bool = False
    public: bool = False
    source: Source = Source.CERTIFICATE


def status(facts: CertificateFacts, day: date) -> Status:
    """Return the status on a day: revoked from its day on, unless it had expired before."""
    if facts.struck:
        return Status.STRUCK
    revoked, last = facts.revoked_on, facts.valid_to or date.max
    if revoked is not None and revoked <= min(day, last):
        return Status.REVOKED
    if day > last:
        return Status.EXPIRED
    begun = facts.valid_from is None or day >= facts.valid_from
    return Status.IN_FORCE if begun else Status.NOT_YET


def since(facts: CertificateFacts, day: date) -> date | None:
    """Return the day that made the status what it is, where one is known."""
    turned = {Status.REVOKED: facts.revoked_on, Status.EXPIRED: facts.valid_to}
    return turned.get(status(facts, day)) or facts.valid_from


def over_from(facts: CertificateFacts) -> date:
    """Return the first day on which it is in force no more."""
    last = facts.valid_to
    expired = date.max if last is None or last == date.max else last + timedelta(days=1)
    return min(expired, facts.revoked_on or date.max)


def ends_soon(facts: CertificateFacts, day: date) -> bool:
    """Tell whether it is in force and its last day is near."""
    last = facts.valid_to
    return last is not None and last <= day + SOON and status(facts, day) is Status.IN_FORCE


def shown(
    found: Iterable[CertificateFacts], product_id: int, day: date
) -> tuple[CertificateFacts, ...]:
    """Return what the public is told of with a product on a day: in force and marked public."""
    order = list(Kind)
    kept = [
        one
        for one in found
        if one.public
        and one.product_id in {None, product_id}
        and status(one, day) is Status.IN_FORCE
    ]
    return tuple(sorted(kept, key=lambda one: (order.index(one.kind), one.number, one.id)))


def number_key(number: str) -> str:
    """Return a number as two that are the same are compared: letters and digits alone."""
    return "".join(sign for sign in fold(number) if sign.isalnum())[:60]


def overlap(first: CertificateFacts, second: CertificateFacts) -> bool:
    """Tell whether two certificates are ever in force on the same day."""
    begins = max(first.valid_from or date.min, second.valid_from or date.min)
    return begins < min(over_from(first), over_from(second))


_LABELS: Final = {
    Status.NOT_YET: N_("Valid from {date}"),
    Status.IN_FORCE: N_("In force"),
    Status.EXPIRED: N_("Expired: it was valid until {date}"),
    Status.REVOKED: N_("Revoked on {date}"),
    Status.STRUCK: N_("Struck out"),
}
STATUSES: Final = [(one.value, one.label) for one in Status]
