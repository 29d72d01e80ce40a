"""Messages taken and not yet acknowledged: bounded, and acknowledged in the order of receipt."""

from collections import deque
from collections.abc import Callable

from ingest.message import Message


class Pending:
    """The receipt of a message in the window.

    Attributes:
        message: the message.
        done: its item is safe.
        orphaned: its connection is gone, so it is not acknowledged any more.
        heir: the same message, delivered again over a later connection.
    """

    __slots__ = ("_window", "done", "heir", "message", "orphaned")

    def __init__(self, window: "Window", message: Message) -> None:
        self._window = window
        self.message = message
        self.done = False
        self.orphaned = False
        self.heir: Pending | None = None

    def confirm(self) -> None:
        """Learn that the item is safe."""
        if self.heir is not None:
            self.heir.confirm()
            return
        self.done = True
        self._window.confirmed(self)


class Window:
    """The messages of one MQTT client, oldest first.

    MQTT wants acknowledgements in the order of receipt, Kafka confirms in another. A packet id is
    only good on the connection that it came by: what was taken before is an orphan after it. When
    the broker still has the session, it delivers orphans again (DUP, same packet id); they are
    recognised, so that what is on its way to Kafka is not sent there twice.

    Args:
        messages: size at which it is full, counting what is not yet safe.
        size: the same in bytes of payload and topic.
        advanced: called when there may be something to acknowledge, or room; must not block.
    """

    def __init__(self, *, messages: int, size: int, advanced: Callable[[], None]) -> None:
        self._limits = messages, size
        self._advanced = advanced
        self._entries: deque[Pending] = deque()
        self._orphans: dict[int, Pending] = {}
        self.messages = 0
        self.bytes = 0

    @property
    def full(self) -> bool:
        """Whether no more should be read."""
        return self.messages >= self._limits[0] or self.bytes >= self._limits[1]

    def take(self, message: Message) -> Pending | None:
        """Add a message; `None` when it is one that is taken care of already."""
        entry = Pending(self, message)
        orphan = self._orphans.pop(message.packet, None) if self._orphans else None
        if orphan is not None and message.dup and _same(orphan.message, message):
            self._inherit(orphan, entry)
            return None
        self._entries.append(entry)
        self._hold(entry)
        return entry

    def confirmed(self, entry: Pending) -> None:
        """Note that an entry is done."""
        if entry.orphaned:
            self._release(entry)
            self._advanced()
        elif entry is self._entries[0]:
            self._advanced()

    def settle(self) -> list[int]:
        """Remove what is done at the old end; return its packet ids, in order of receipt."""
        packets: list[int] = []
        entries = self._entries
        while entries and entries[0].done:
            entry = entries.popleft()
            self._release(entry)
            if entry.message.packet:
                packets.append(entry.message.packet)
        return packets

    def disconnected(self) -> None:
        """Orphan everything: none of it may be acknowledged over another connection."""
        for entry in self._entries:
            entry.orphaned = True
            if entry.done:
                self._release(entry)
            if entry.message.packet:
                self._orphans[entry.message.packet] = entry
        self._entries.clear()

    def connected(self, *, session_present: bool) -> None:
        """Begin with a new connection; without the old session no packet id means anything."""
        if not session_present:
            self._orphans.clear()

    def _inherit(self, orphan: Pending, entry: Pending) -> None:
        self._entries.append(entry)
        if orphan.done:
            entry.done = True
            self._hold(entry)
            self.confirmed(entry)
        else:
            orphan.heir = entry

    def _hold(self, entry: Pending) -> None:
        self.messages += 1
        self.bytes += len(entry.message.payload) + len(entry.message.topic)

    def _release(self, entry: Pending) -> None:
        self.messages -= 1
        self.bytes -= len(entry.message.payload) + len(entry.message.topic)


def _same(one: Message, other: Message) -> bool:
    return one.topic == other.topic and one.payload == other.payload
