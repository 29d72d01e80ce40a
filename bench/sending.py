"""A publisher at work on one of the arms' batches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.child import Child, child
from bench.messages import CITIES, Batch
from bench.publisher import Publishing, Sent
from deploy.stack.mqtt import MqttService
from schemas.settings import MqttConnection
from simulators.ledger import Entry, read_ledger


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A publisher that is ready.

    Attributes:
        ledger_file: that it writes at the end.
        process: itself.
    """

    ledger_file: Path
    process: Child

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def publish(self) -> Sent:
        """Let it publish, and wait until all is acknowledged.

        Raises:
            Unavailable: it failed.
        """
        await self.process.go()
        return msgspec.convert(await self.process.said(), Sent)

    async def entries(self) -> list[Entry]:
        """Have it write its ledger, and return that.

        Raises:
            Unavailable: it failed.
        """
        await self.process.go()
        await self.process.left()
        return read_ledger(self.ledger_file)


@asynccontextmanager
async def sending(
    broker: MqttService, batch: Batch, *, rate: float | None, window: int, folder: Path
) -> AsyncIterator[Sending]:
    """Prepare a publisher.

    Args:
        broker: to which it publishes, as a user of each city.
        batch: what it publishes.
        rate: messages a second; `None`: as fast as they are acknowledged.
        window: messages in flight, of each city's connection.
        folder: where its ledger is written.

    Raises:
        Unavailable: it did not come up.
    """
    ledger_file = folder / "ledger.jsonl"
    work = Publishing(
        brokers={city: in_the_open(broker.connection_as(user_of(city))) for city in CITIES},
        batch=batch,
        rate=rate,
        window=window,
        ledger_file=str(ledger_file),
    )
    async with child("bench.publisher", work) as process:
        yield Sending(ledger_file=ledger_file, process=process)


def user_of(city: str) -> str:
    """Return the user of a city's sensors at the broker."""
    return f"{city}.sensors"


def in_the_open(connection: MqttConnection) -> dict[str, object]:
    """Return a connection with its password, for a process of ours."""
    password = connection.password.get_secret_value() if connection.password else None
    return {**connection.model_dump(mode="json"), "password": password}
