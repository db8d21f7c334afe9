"""Addresses that other people wrote down: which of them lie on the public internet."""

import ipaddress
from dataclasses import dataclass
from typing import ClassVar, Final

import httpx

from app.kit.errors import Invalid
from app.kit.i18n import N_

MAX_URL: Final = 500


class OutboundRefused(Invalid):
    """The address can't be used"""

    code: ClassVar[str] = "kit.outbound_refused"
    detail: ClassVar[str] = N_("Check the address.")
    field = "url"


class NotHttps(OutboundRefused):
    """Not an address of https"""

    code: ClassVar[str] = "kit.not_https"
    detail: ClassVar[str] = N_(
        "Write a whole address of at most {limit} characters, such as https://shop.example/ocop, "
        "without a user name, a password or a part after “#”."
    )

    def __init__(self) -> None:
        self.limit = MAX_URL


class PortRefused(OutboundRefused):
    """No port but that of https is allowed"""

    code: ClassVar[str] = "kit.port_refused"
    detail: ClassVar[str] = N_("Use the usual port of https, 443.")


class HostUnknown(OutboundRefused):
    """The host is not known"""

    code: ClassVar[str] = "kit.host_unknown"
    detail: ClassVar[str] = N_("No address was found for {host}. Check how it is written.")

    def __init__(self, *, host: str) -> None:
        self.host = host


class PrivateAddress(OutboundRefused):
    """The address does not lie on the public internet"""

    code: ClassVar[str] = "kit.private_address"
    detail: ClassVar[str] = N_(
        "{host} leads to an internal or reserved network. Use an address everybody can reach."
    )

    def __init__(self, *, host: str) -> None:
        self.host = host


class NotReached(OutboundRefused):
    """The address could not be reached"""

    code: ClassVar[str] = "kit.not_reached"
    detail: ClassVar[str] = N_(
        "The connection to {host} failed, or its certificate is not valid. Try again later."
    )

    def __init__(self, *, host: str) -> None:
        self.host = host


class TooSlow(OutboundRefused):
    """The address did not answer in time"""

    code: ClassVar[str] = "kit.too_slow"
    detail: ClassVar[str] = N_("{host} gave no whole answer within {seconds} seconds.")

    def __init__(self, *, host: str, seconds: int) -> None:
        self.host = host
        self.seconds = seconds


# What no public server lives on, beyond what Python's own table says: carriers' networks, and
# ranges that carry an IPv4 address in them (translation, 6to4, Teredo).
_CLOSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
        *("64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "3fff::/20"),
    )
)
_UNICAST: Final = ipaddress.ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Tell whether an IP address lies on the public internet."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if parsed.version == _UNICAST.version and parsed not in _UNICAST:
        return False
    if any(parsed in net for net in _CLOSED if net.version == parsed.version):
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved)


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Target:
    """A checked address, and where it may be connected to."""

    url: httpx.URL
    host: str
    port: int
    addresses: tuple[str, ...]


def parse_url(url: str) -> httpx.URL:
    """Return an address of http or https that names a host and nothing else, or raise NotHttps."""
    if len(url) > MAX_URL or any(char <= " " or char in "\x7f\\#" for char in url):
        raise NotHttps
    try:
        parsed = httpx.URL(url)
        # A name in other letters that stands for none is found out only here.
        wanted = parsed.scheme in {"http", "https"} and parsed.host and not parsed.userinfo
    except (httpx.InvalidURL, ValueError):
        raise NotHttps from None
    if not wanted:
        raise NotHttps
    return parsed
