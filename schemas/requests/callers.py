"""Addresses of callers: read, held against networks, and grouped to what one subscriber has."""

import ipaddress
from collections.abc import Iterable
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_IPV6_PREFIX: Final = 64


def _network(value: str) -> str:
    ipaddress.ip_network(value)
    return value


NetworkText: TypeAlias = Annotated[str, AfterValidator(_network)]
"""An address or a network, as settings have it."""


def address_of(text: str) -> Address | None:
    """Return the address that a text is, `None` when it is none."""
    try:
        found = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def networks(texts: Iterable[NetworkText]) -> tuple[Network, ...]:
    """Return the networks that settings name."""
    return tuple(map(ipaddress.ip_network, texts))


def within(address: Address, among: Iterable[Network]) -> bool:
    """Tell whether an address belongs to one of the networks."""
    return any(address in network for network in among)


def grouped(address: Address) -> Address | Network:
    """Return what one subscriber has: of IPv6 a whole network."""
    if address.version == 4:  # noqa: PLR2004 - the protocol's number
        return address
    return ipaddress.ip_network((address, _IPV6_PREFIX), strict=False)
