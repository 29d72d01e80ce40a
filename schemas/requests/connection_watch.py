"""What connections may cost: how many a caller has, and how long they may say nothing.

For both of our HTTP servers; they tell it what happens on a connection. Time that a whole request
takes to be answered is not watched here.
"""

import asyncio
import math
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from schemas.requests.callers import Address, Network, address_of, grouped, networks, within
from schemas.requests.limit import RequestPolicy

_USER_TIMEOUT: Final = getattr(socket, "TCP_USER_TIMEOUT", None)  # Linux


class ConnectionTable:
    """How many connections each caller has to a server.

    Args:
        policy: how many one may have, and for whom that does not hold.
    """

    def __init__(self, policy: RequestPolicy) -> None:
        self.policy = policy
        self._open: Counter[Address | Network] = Counter()
        self._uncounted = networks((*policy.trusted_proxies, *policy.unlimited))

    def enter(self, address: str) -> Callable[[], None] | None:
        """Count a connection; return what to call at its end, `None` when there are too many."""
        peer = address_of(address)
        if peer is None or within(peer, self._uncounted):
            return _nothing
        caller = grouped(peer)
        if self._open[caller] >= self.policy.address_connections:
            return None
        self._open[caller] += 1
        return lambda: self._leave(caller)

    def _leave(self, caller: Address | Network) -> None:
        self._open[caller] -= 1
        if not self._open[caller]:
            del self._open[caller]


def _nothing() -> None:
    return None


class ConnectionWatch:
    """The time of one connection.

    Args:
        table: of the server.
        late: called when a head or body is not there in time; closes the connection.
    """

    def __init__(self, table: ConnectionTable, late: Callable[[], None]) -> None:
        self._table, self._late = table, late
        self._leave: Callable[[], None] = _nothing
        self._deadline = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def opened(self, transport: asyncio.Transport) -> bool:
        """Begin to count and to wait for a head; `False`: the caller has too many connections."""
        policy = self._table.policy
        _drop_stalled(transport, policy.stall_seconds)
        peer = transport.get_extra_info("peername")
        leave = self._table.enter(peer[0] if peer else "")
        if leave is None:
            return False
        self._leave = leave
        self.head_begins()
        return True

    def head_begins(self) -> None:
        """Wait for a head, unless something is waited for already."""
        if self._deadline == math.inf:
            self._wait(self._table.policy.head_seconds)

    def body_begins(self) -> None:
        """Wait for a body, behind a head that is whole."""
        self._wait(self._table.policy.body_seconds)

    def ends(self) -> None:
        """Wait for nothing: what was to come is there."""
        self._deadline = math.inf

    def closed(self) -> None:
        """Count the connection no more."""
        self.ends()
        if self._timer is not None:
            self._timer.cancel()
        self._leave()
        self._leave = _nothing

    def _wait(self, seconds: float) -> None:
        """Wait so long. Most requests come at once: a connection keeps one timer for all."""
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        if now >= self._deadline:
            self._late()
        elif self._deadline < math.inf:
            self._wait(self._deadline - now)


def _drop_stalled(transport: asyncio.Transport, seconds: float) -> None:
    """Have the kernel drop a caller who takes nothing off, whatever waits for him."""
    plain: Any = transport.get_extra_info("socket")
    if _USER_TIMEOUT is not None and plain is not None and plain.family != socket.AF_UNIX:
        plain.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, int(seconds * 1000))
