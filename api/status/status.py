"""What the status page and `/status` say: read from the database, and asked of our processes."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

import msgspec

from api.status.cities import CityStatus, DeadLetters, read_cities
from api.status.processes import State, Told, ask_all, dropped, total
from api.store import Store
from schemas.settings import HttpListener

Whole: TypeAlias = Literal["working", "disturbed", "unknown"]

_FRESH_SECONDS: Final = 5.0


class Process(msgspec.Struct, frozen=True, rename="camel"):
    """One of our processes: it works, waits for a neighbour, or does not answer."""

    name: str
    state: State


class Lag(msgspec.Struct, frozen=True, rename="camel"):
    """What has come and is not where it goes yet; `None` where no process tells."""

    readings_to_normalise: int | None = None
    records_to_store: int | None = None
    quarters_to_sum_up: int | None = None
    observations_to_page: int | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the platform does.

    Attributes:
        time: when it was looked at; at most five seconds ago.
        state: `unknown` when the interfaces were not told where the other processes are.
        processes: all that we were told of, and this one.
        lag: what waits between the stations.
        broker_dropped: messages that devices were acknowledged and that the MQTT broker dropped
            since it started, as a queue was full; `None` where nobody knows.
        cities: in the order of their names.
        unplaced: messages of the last 24 hours that no city could be told of.
    """

    time: datetime
    state: Whole
    processes: tuple[Process, ...]
    lag: Lag
    broker_dropped: int | None
    cities: tuple[CityStatus, ...]
    unplaced: tuple[DeadLetters, ...]


class StatusBoard:
    """Keeps the status for some seconds, so that many who look cost what one does."""

    def __init__(self, store: Store, monitors: Mapping[str, HttpListener]) -> None:
        self._store, self._monitors = store, monitors
        self._one_at_a_time = asyncio.Lock()
        self._known: tuple[float, Status] | None = None

    async def read(self) -> Status:
        """Return the status of now, or of a moment ago.

        Raises:
            StoreUnavailable: the database does not answer.
            Overloaded: all connections are in use.
        """
        async with self._one_at_a_time:
            now = time.monotonic()
            if self._known is None or now - self._known[0] > _FRESH_SECONDS:
                self._known = now, await self._look()
            return self._known[1]

    async def _look(self) -> Status:
        now = datetime.now(UTC)
        told = {"api": Told("working", {}), **await ask_all(self._monitors)}
        async with self._store.reading() as connection:
            cities, unplaced = await read_cities(connection, now=now)
        return Status(
            time=now,
            state=_whole(told) if self._monitors else "unknown",
            processes=tuple(Process(name, one.state) for name, one in told.items()),
            lag=Lag(**total(told.values())),
            broker_dropped=dropped(told.values()),
            cities=cities,
            unplaced=unplaced,
        )


def _whole(told: Mapping[str, Told]) -> Whole:
    return "working" if all(one.state == "working" for one in told.values()) else "disturbed"
