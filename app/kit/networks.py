import ipaddress
from typing import Final

_IPV6_NETWORK_BITS: Final = 64


def network_of(address: str) -> str:
    """Return the IPv4 address, or the IPv6 network of 64 bits, an address belongs to.

    IPv4 written as IPv6 is IPv4. What is no address stays as it is.
    """
    try:
        parsed = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
