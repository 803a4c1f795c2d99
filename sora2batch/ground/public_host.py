"""Which hosts may be on the internet, as far as their name or address says."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

_AT_HOME = frozenset({"localhost", "local", "internal", "lan", "intranet"})
"""The last labels of names that no public name server knows."""


def may_be_public(host: str) -> bool:
    """Tell whether a host may be one that everybody can reach; a name is not looked up."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        name = host.rstrip(".").lower()
        return "." in name and name.rpartition(".")[2] not in _AT_HOME and not name.endswith(".home.arpa")
    return is_public_address(address)


def is_public_address(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is routed on the internet."""
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_global and not address.is_multicast
