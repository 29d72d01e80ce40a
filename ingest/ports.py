"""What the stations of ingest are to each other."""

from typing import Protocol, TypeAlias

from schemas.wire import DeadLetter, Reading

Item: TypeAlias = Reading | DeadLetter
"""What a message becomes: a record of `city.readings`, or of `city.dead-letters`."""


class Receipt(Protocol):
    """What the sender of an item holds until the item is safe."""

    def confirm(self) -> None:
        """Learn that the item is safe. Called once, must not block or raise."""


class ReadingSink(Protocol):
    """Keeps items, in order for each source, and tells when each is safe.

    An item that was put is never given up: it is tried again until it is safe or the process ends.
    """

    @property
    def ready(self) -> bool:
        """Whether items are being confirmed at present."""

    @property
    def unconfirmed(self) -> int:
        """How many items wait for their confirmation."""

    def put(self, item: Item, receipt: Receipt) -> None:
        """Take an item; its receipt is confirmed once it is safe. Does not block."""

    async def run(self) -> None:
        """Work until cancelled, through every outage of the neighbour."""

    async def drain(self) -> None:
        """Return when nothing waits for a confirmation."""
