"""Which addresses a file may be fetched from. Pure.

The URL of a file comes with an unsigned request, so it may name anything: this machine, the router, the cloud's own
service that hands out keys.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

#: Public by their numbers as Python knows them, and not of the internet: Azure's and Oracle's own services, the relay
#: to 6to4, and what documents are written with.
_APART = (
    IPv4Network("168.63.129.16/32"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("3fff::/20"),
)
#: Where the network has no IPv4, a gateway connects to the address in the last 32 bits of this prefix.
_NAT64 = IPv6Network("64:ff9b::/96")
#: Before the last 32 bits of an address that is tunnelled to that IPv4 address within a site: ISATAP.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def is_public(host: str) -> bool:
    """Whether ``host``, an address as the socket gets it, is somewhere in the internet and nowhere else."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) for one in (address, *_within(address)))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    special = address.is_multicast or address.is_unspecified or getattr(address, "is_site_local", False)
    reserved = address.is_reserved and address not in _NAT64
    return address.is_global and not (special or reserved) and not any(address in one for one in _APART)


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """IPv4 addresses that an IPv6 address carries, by any of the ways there have been."""
    if isinstance(address, IPv4Address):
        return []
    found: list[IPv4Address | IPv6Address] = [
        one for one in (address.ipv4_mapped, address.sixtofour) if one is not None
    ]
    if address in _NAT64 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [*found, *(address.teredo or ())]
