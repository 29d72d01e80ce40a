"""A store without Kafka: records made by hand, committed to a real database."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg

from schemas import wire
from schemas.publication import PublishedObservation, unpack
from schemas.settings import DatabaseConnection
from schemas.wire import NormalisedReading, Observation, Rejection
from stream_processors.monitor import Monitor
from stream_processors.record import Record
from stream_processors.settings import StoreSettings
from stream_processors.store.observation_sink import Comparison, ObservationSink
from stream_processors.store.ownership import Ownership

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class Numbers:
    """A catalogue in which a datastream's name is its id."""

    def __init__(self, *registers: int) -> None:
        self.registers = set(registers)

    async def register(self, wanted: Iterable[tuple[NormalisedReading, Observation]]) -> None:
        for _ in wanted:
            pass

    def datastream(self, reading: NormalisedReading, observation: Observation) -> int | Rejection:
        if observation.datastream == "refused":
            return Rejection(reason="things.too-many", detail="no room")
        return int(observation.datastream)


def observation(
    series: int | str = 1,
    minute: float = 0,
    result: Any = 1.0,
    *,
    result_minute: float | None = None,
    quality: tuple[str, ...] = (),
    start: datetime | None = None,
    end: datetime | None = None,
) -> Observation:
    """Return an observation of a minute after noon."""
    begin = start or NOON + timedelta(minutes=minute)
    late = minute if result_minute is None else result_minute
    return Observation(
        thing="t",
        profile="v/m",
        profile_version=1,
        datastream=str(series),
        phenomenon_start=begin,
        phenomenon_end=end,
        result_time=NOON + timedelta(minutes=late),
        result=result,
        quality=quality,
    )


def reading(
    offset: int,
    *observations: Observation,
    partition: int = 0,
    replayed: bool = False,
    replay: str = "",
    received: datetime | None = None,
    rejections: tuple[Rejection, ...] = (),
    empty: str = "",
) -> NormalisedReading:
    """Return what a reading gave."""
    return NormalisedReading(
        city="stad-a",
        source="city/stad-a/v/m/t",
        profile="v/m",
        partition=partition,
        offset=offset,
        received_time=received or NOON + timedelta(seconds=offset),
        observations=observations,
        rejections=rejections,
        empty=empty,
        replayed=replayed or bool(replay),
        replay=replay,
    )


def record(offset: int, value: NormalisedReading | bytes, *, partition: int = 0) -> Record:
    """Return a record of city.observations."""
    return Record(
        topic=wire.OBSERVATIONS,
        partition=partition,
        offset=offset,
        timestamp=1_780_000_000_000 + offset,
        key=b"stad-a/t",
        value=value if isinstance(value, bytes) else wire.encode(value),
    )


@dataclass
class Scene:
    """A store, and a look into its database."""

    sink: ObservationSink
    connection: "asyncpg.Connection[asyncpg.Record]"
    monitor: Monitor
    ownership: Ownership = field(default_factory=Ownership)
    next_offset: int = 0

    async def take_over(self, *partitions: int) -> None:
        self.ownership.known.update(await self.sink.take_over(partitions or (0,)))

    async def store(self, *readings: NormalisedReading) -> None:
        """Commit readings as one batch, as the next records of their partition."""
        records = []
        for one in readings:
            records.append(record(self.next_offset, one, partition=one.partition))
            self.next_offset += 1
        await self.sink.write(records, self.ownership)

    async def rows(self, table: str, order: str = "1, 2, 3") -> list[asyncpg.Record]:
        return list(await self.connection.fetch(f"select * from {table} order by {order}"))

    async def results(self, series: int = 1) -> list[float]:
        rows = await self.connection.fetch(
            "select result_number from observation where datastream_id = $1 "
            "order by phenomenon_start",
            series,
        )
        return [row["result_number"] for row in rows]

    async def published(self) -> list[PublishedObservation]:
        rows = await self.rows("publication", "first_sequence")
        return [one for row in rows for one in unpack(row["batch"])]

    async def account(self) -> dict[str, int]:
        names = (
            "normalised", "empty", "rejected", "observations", "duplicates", "corrections",
            "withdrawals",
        )  # fmt: skip
        sums = ", ".join(f"coalesce(sum({name}), 0)::int as {name}" for name in names)
        row = await self.connection.fetchrow(f"select {sums} from account")
        assert row is not None
        return {name: count for name, count in row.items() if count}


@asynccontextmanager
async def scene(
    database: DatabaseConnection,
    *partitions: int,
    comparison: Comparison | None = None,
    registers: Sequence[int] = (),
    **settings: Any,
) -> AsyncIterator[Scene]:
    """Yield a store that owns partitions of a database."""
    monitor = Monitor()
    wishes, catalogue = StoreSettings(database=database, **settings), Numbers(*registers)
    sink = ObservationSink(wishes, catalogue, monitor, comparison=comparison)
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    made = Scene(sink=sink, connection=connection, monitor=monitor)
    try:
        await made.take_over(*partitions)
        yield made
    finally:
        await sink.close()
        await connection.close()


def metric(monitor: Monitor, name: str, **labels: str) -> float:
    """Return a metric's value, 0 when nothing was counted."""
    return monitor.instruments.registry.get_sample_value(name, labels) or 0.0


def in_order(values: Sequence[Any]) -> bool:
    """Tell whether values never go back."""
    return all(one <= other for one, other in pairwise(values))
