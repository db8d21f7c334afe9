import re
from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Final
from urllib.parse import urlsplit

from app.kit.errors import Invalid
from app.kit.i18n import N_

URL_CHARS: Final = 500
HOST_CHARS: Final = 200
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

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
_PORT: Final = 443
# Beneath these anybody has a host: whoever names one would own all of theirs.
_SHARED: Final = frozenset(
    f"{one}.vn"
    for one in (
        *("com", "net", "org", "edu", "gov", "biz", "info", "name", "pro", "health", "ac", "int"),
        *("id", "io", "ai"),
    )
) | {"com.au", "co.uk", "co.jp", "co.kr", "com.sg", "com.cn"}


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


class BadHost(Invalid):
    """Not the name of a host"""

    code: ClassVar[str] = "partners.bad_host"
    detail: ClassVar[str] = N_(
        "“{written}” is not a host such as shop.example.vn. Write it without https:// and path, "
        "names in other scripts in their xn-- form."
    )
    field = "hosts"

    def __init__(self, *, written: str) -> None:
        self.written = written[:80]


class NoHost(Invalid):
    """A host is needed"""

    code: ClassVar[str] = "partners.no_host"
    detail: ClassVar[str] = N_("Name 1 to {most} hosts the shop's pages stand on.")
    field = "hosts"

    def __init__(self, *, most: int) -> None:
        self.most = most


class BadAddress(Invalid):
    """Not the address of a page of a shop"""

    code: ClassVar[str] = "partners.bad_address"
    detail: ClassVar[str] = N_(
        "Write the whole address of the page, beginning with https://, without a name or password "
        "before the host, and in plain letters."
    )

    def __init__(self, *, field: str = "url") -> None:
        self.field = field


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
    found = list(dict.fromkeys(checked_host(one) for one in written if one.strip()))
    if not 0 < len(found) <= MOST_HOSTS:
        raise NoHost(most=MOST_HOSTS)
    return found


def checked_host(written: str) -> str:
    host = written.strip().lower().removesuffix(".")
    if len(host) > HOST_CHARS or host in _SHARED or not _HOST.fullmatch(host):
        raise BadHost(written=written)
    return host


def checked_url(url: str, *, hosts: Iterable[str]) -> str:
    """Return the address of a page on one of the hosts or beneath them.

    Raises BadAddress where a browser could read another host than we do, and ForeignHost.
    """
    host = host_of(url)
    allowed = tuple(hosts)
    if not any(host == one or host.endswith(f".{one}") for one in allowed):
        raise ForeignHost(host=host, hosts=allowed)
    return url


def host_of(url: str, *, field: str = "url") -> str:
    """Return the host of a plain https address, or raise BadAddress."""
    # A backslash is a slash to browsers; blanks and controls are dropped by them.
    plain = url.isascii() and url.isprintable() and not set(url) & set('\\ "<>^`{|}')
    if not plain or len(url) > URL_CHARS or not url.lower().startswith("https://"):
        raise BadAddress(field=field)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress(field=field) from error
    host = parts.hostname or ""
    if "@" in parts.netloc or port not in {None, _PORT} or not _HOST.fullmatch(host):
        raise BadAddress(field=field)
    return host


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
