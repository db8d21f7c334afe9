from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.hosts import HOST_CHARS, checked_host, host_of, is_under
from app.kit.i18n import N_

# What a key may do where nothing else is asked for, and at most.
PER_MINUTE: Final = 120
PER_DAY: Final = 20_000
MOST_A_MINUTE: Final = 6_000
MOST_A_DAY: Final = 5_000_000
KEY_DAYS: Final = 365
MOST_KEY_DAYS: Final = 730
SOON_DAYS: Final = 30
# A replaced key goes on for some days, so that no shop stands still while it is changed.
OVERLAP_DAYS: Final = 7
MOST_HOSTS: Final = 20


class PartnerKind(StrEnum):
    """A shop sells on its own site, a platform lets others sell."""

    SHOP = "shop"
    PLATFORM = "platform"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


class Scope(StrEnum):
    """What a key may be used for."""

    VERIFY = "verify"
    LISTINGS = "listings"
    EVENTS = "events"
    WEBHOOKS = "webhooks"

    @property
    def label(self) -> str:
        return _SCOPE_LABELS[self]


class ListingState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


class NoHost(Invalid):
    """A host is needed"""

    code: ClassVar[str] = "partners.no_host"
    detail: ClassVar[str] = N_("Name 1 to {most} hosts the shop's pages stand on.")
    field = "hosts"

    def __init__(self, *, most: int) -> None:
        self.most = most


class ForeignHost(Invalid):
    """The page is not the partner's own"""

    code: ClassVar[str] = "partners.foreign_host"
    detail: ClassVar[str] = N_("{host} is none of the partner's hosts: {hosts}.")
    field = "url"

    def __init__(self, *, host: str, hosts: Iterable[str]) -> None:
        self.host = host[:HOST_CHARS]
        self.hosts = ", ".join(hosts)


def checked_hosts(written: Iterable[str]) -> list[str]:
    """Return the names of hosts in lower case, each once, or raise BadHost or NoHost."""
    found = list(dict.fromkeys(checked_host(one, field="hosts") for one in written if one.strip()))
    if not 0 < len(found) <= MOST_HOSTS:
        raise NoHost(most=MOST_HOSTS)
    return found


def checked_url(url: str, *, hosts: Iterable[str]) -> str:
    """Return the address of a page on one of the hosts or beneath them.

    Raises BadAddress where a browser could read another host than we do, and ForeignHost.
    """
    host = host_of(url)
    allowed = tuple(hosts)
    if not is_under(host, allowed):
        raise ForeignHost(host=host, hosts=allowed)
    return url


_KIND_LABELS: Final = {PartnerKind.SHOP: N_("Shop"), PartnerKind.PLATFORM: N_("Platform of shops")}
_SCOPE_LABELS: Final = {
    Scope.VERIFY: N_("Ask about stamps and products"),
    Scope.LISTINGS: N_("Say which offer is which product"),
    Scope.EVENTS: N_("Read what happened"),
    Scope.WEBHOOKS: N_("Be told what happens"),
}
_STATE_LABELS: Final = {
    ListingState.PROPOSED: N_("Waits for a decision"),
    ListingState.CONFIRMED: N_("Confirmed as the product"),
    ListingState.REFUSED: N_("Refused"),
    ListingState.WITHDRAWN: N_("Withdrawn"),
}
