"""Where messages may be sent: to public addresses, looked up by us and held for the request."""

import asyncio
import ipaddress
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from api.settings import DestinationPolicy
from schemas.errors import QueryRejected, Unavailable

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_CHARACTERS: Final = 2000
_PORTS: Final = {"https": 443, "http": 80}
# Networks in which an IPv4 address is written as a part of an IPv6 one (RFC 6052, RFC 3056).
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
# For use within a network (RFC 8215), which Python's list lacked for long.
_TRANSLATED_HERE: Final = ipaddress.IPv6Network("64:ff9b:1::/48")


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A receiver's address, read.

    Attributes:
        host: as it is in the address, for the certificate and the `Host` header.
        path: with the query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: Address) -> str:
        """Return the URL with a looked-up address in place of the name."""
        host = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def destination_of(url: str, policy: DestinationPolicy) -> Destination:
    """Read a receiver's address.

    Raises:
        QueryRejected: nothing is sent to such an address; the sentence says why.
    """
    if len(url) > MOST_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        raise QueryRejected(f"url is not at most {MOST_CHARACTERS} printable ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as invalid:
        raise QueryRejected(f"url cannot be read: {invalid}") from invalid
    schemes = ("https", "http") if policy.http else ("https",)
    if parts.scheme not in schemes or not host:
        raise QueryRejected(f"url is not {' or '.join(schemes)}://HOST/…")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise QueryRejected(
            "url has a user name, password or fragment: messages are signed instead"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(
        scheme=parts.scheme, host=host, port=port or _PORTS[parts.scheme], path=path
    )


async def look_up(destination: Destination, policy: DestinationPolicy) -> Address:
    """Return an address of a receiver; all that its name has must be public.

    Raises:
        Unavailable: the name is not found, for now.
        QueryRejected: it leads into a network to which nothing is sent.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            destination.host, destination.port, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as failure:
        raise Unavailable(f"{destination.host} is not found: {failure}") from failure
    addresses = [ipaddress.ip_address(one[4][0]) for one in found]
    for address in addresses:
        if not allowed(address, policy.networks):
            raise QueryRejected(f"{destination.host} leads to {address}, which is not public")
    return random.choice(addresses)  # noqa: S311 - the next attempt may find another


def allowed(address: Address, networks: Sequence[str]) -> bool:
    """Tell whether messages may be sent to an address."""
    inner = _inner(address)
    if any(inner in ipaddress.ip_network(one) for one in networks):
        return True
    return inner.is_global and not inner.is_multicast and inner not in _TRANSLATED_HERE


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
