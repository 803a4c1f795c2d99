"""Which hosts may be on the internet, as far as their name or address says."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import can_ada

_AT_HOME = frozenset({"localhost", "local", "internal", "lan", "intranet"})
"""The last labels of names that no public name server knows."""
_HOLDING_IPV4 = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))
"""Whose last four bytes are an address of IPv4, which may lead where that one does."""


def plain_host(host: str) -> str | None:
    """Write a host as browsers and curl read it (the URL standard): 127.0.0.1 for 127.1 and 0x7f.1.

    None for what is no host. Brackets and the zone of an IPv6 address are left out.
    """
    bare = host.strip("[]").partition("%")[0] if ":" in host else host
    try:
        return can_ada.parse(f"http://[{bare}]/" if ":" in bare else f"http://{bare}/").hostname.strip("[]")
    except ValueError:
        return None


def may_be_public(host: str) -> bool:
    """Tell whether a host may be one that everybody can reach; a name is not looked up."""
    name = plain_host(host.rstrip("."))
    if name is None:
        return False
    try:
        address = ip_address(name)
    except ValueError:
        return "." in name and name.rpartition(".")[2] not in _AT_HOME and not name.endswith(".home.arpa")
    return _is_routed(address)


def _is_routed(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is routed on the internet, and one of IPv4 within it, too."""
    if isinstance(address, IPv6Address):
        inner = _ipv4_in(address)
        return _is_routed(inner) if inner else _is_global(address) and not address.is_site_local
    return _is_global(address)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _HOLDING_IPV4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
