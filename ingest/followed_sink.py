"""A sink that tells of the readings that are followed; put before another where some are."""

import time

from ingest.ports import Item, ReadingSink, Receipt
from schemas.journey import Journey
from schemas.wire import DeadLetter


class FollowedSink:
    """Hands everything on; a followed reading's stop ends when it is safe.

    Args:
        sink: where items go.
        journey: which are followed, and whom to tell.
    """

    def __init__(self, sink: ReadingSink, journey: Journey) -> None:
        self._sink, self._journey = sink, journey

    @property
    def ready(self) -> bool:
        """Whether items are being confirmed at present."""
        return self._sink.ready

    @property
    def unconfirmed(self) -> int:
        """How many items wait for their confirmation."""
        return self._sink.unconfirmed

    def put(self, item: Item, receipt: Receipt) -> None:
        """Take an item, with a receipt that tells of it if it is followed."""
        reading = self._journey.followed(item.city, item.source, item.received_time)
        self._sink.put(
            item, _Followed(self._journey, reading, item, receipt) if reading else receipt
        )

    async def run(self) -> None:
        """Work until cancelled."""
        await self._sink.run()

    async def drain(self) -> None:
        """Return when nothing waits for a confirmation."""
        await self._sink.drain()


class _Followed:
    def __init__(self, journey: Journey, reading: str, item: Item, receipt: Receipt) -> None:
        self._journey, self._reading, self._item = journey, reading, item
        self._receipt, self._began = receipt, time.time_ns()

    def confirm(self) -> None:
        self._receipt.confirm()
        item = self._item
        what = "rejected" if isinstance(item, DeadLetter) else "reading"
        self._journey.stop(
            "ingest",
            self._reading,
            self._began,
            outcome=what,
            city=item.city,
            source=item.source,
            channel=item.channel,
        )
