"""A client's time with us: what it missed, then what comes, until something ends it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.lines import Line
from api.live.audiences import wanted_events
from api.live.filters import Filter
from api.live.forms import Form
from api.live.hub import Hub
from api.live.listeners import Listener
from api.settings import LiveSettings
from schemas.errors import PlatformError

REASONS: Final = {
    "slow": "too much was waiting for this client; go on with the last id, or ask for less",
    "restart": "this server stops; come back",
    "key": "the key of this connection opens nothing any more; come back with another",
    "age": "this connection has lasted long enough; come back",
    "gone": "the client left",
}


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a client's stream is made of.

    Attributes:
        hub: whose events are passed on.
        wanted: which of them.
        last: the client has had everything up to here; `None`: from now on.
        form: how they are written.
        line: where.
        settings: of the stream.
        allowed: whether the client's key still opens what it did.
    """

    hub: Hub
    wanted: Filter
    last: int | None
    form: Form
    line: Line
    settings: LiveSettings
    allowed: Callable[[], bool]

    async def run(self) -> tuple[str, str]:
        """Write events until the end; return its reason, as a word and as a sentence."""
        listener = Listener(
            self.line,
            most_bytes=self.settings.buffer_bytes,
            allowed=self.allowed,
            until=time.monotonic() + self.settings.connection_seconds,
        )
        self.line.bound(self.settings.system_bytes)
        try:
            await self._catch_up(listener)
            await listener.over()
        except PlatformError as error:
            return type(error).__name__, str(error)
        finally:
            self.hub.leave(listener, self.wanted, self.form)
        return listener.ended, REASONS[listener.ended]

    async def _catch_up(self, listener: Listener) -> None:
        """Write what the client missed, then let it hear what all hear, with nothing between."""
        after = self.hub.position if self.last is None else self.last
        await self.hub.reached(after)
        listener.put(self.form.alive(after))
        while after < self.hub.position and not listener.ended:
            for batch in await self.hub.missed(after):
                after = batch.last_sequence
                if events := wanted_events(batch, self.wanted):
                    await self._write(listener, self.form.pack(events, after))
            await self.hub.reached(after)  # the database may be ahead of it
        # No await since the hub's position was compared.
        self.hub.join(listener, self.wanted, self.form)

    async def _write(self, listener: Listener, piece: bytes) -> None:
        listener.put(piece)
        if not await self.line.has_room(seconds=self.settings.slow_seconds):
            listener.end("slow")
