import ipaddress
import re
from typing import Final

_IPV6_NETWORK_BITS: Final = 64
_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4: Final = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")


def network_of(address: str) -> str:
    """Return the IPv4 address, or the IPv6 network of 64 bits, an address belongs to.

    IPv4 written as IPv6 is IPv4. What is no address stays as it is.
    """
    # Nearly every look-up asks, and to parse an address takes ten times as long.
    if _IPV4.fullmatch(address):
        return address
    try:
        parsed = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> _IPV6_NETWORK_BITS << _IPV6_NETWORK_BITS
    return f"{ipaddress.IPv6Address(network)}/{_IPV6_NETWORK_BITS}"
