"""One process of the open interfaces, and who listens to it."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg
import httpx
import msgspec

from api.settings import ApiSettings, LiveSettings
from bench.child import Child, child
from bench.feed import feed
from bench.live.audience import Clients, Heard
from bench.processes import Meter
from deploy.migrations import migrate
from deploy.part import Part
from deploy.stack.embedded_database import embedded_database
from deploy.stack.ports import free_port
from schemas.settings import DatabaseConnection, HttpListener

THINGS: Final = 100
_SCENE: Final = Path(__file__).with_name("scene.sql")
_CLIENTS: Final = "stadspuls_api_live_clients "
_WARM_SECONDS: Final = 2.0
_SILENT: Final = 20  # quarters of a second
_PATIENCE_SECONDS: Final = 90.0


class Load(NamedTuple):
    """What is measured.

    Attributes:
        clients: that listen.
        rate: observations published a second.
        share: of them that each client wants.
        seconds: for how long.
    """

    clients: int
    rate: int
    share: float
    seconds: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an arm found.

    Attributes:
        clients: that listened.
        rate: observations published a second.
        deliveries_per_second: observations that clients had, all of them together.
        share: of what they should have had; 1 when nothing is missing.
        megabytes_per_second: as they stood on the lines.
        p50_ms: from publication to a client.
        p99_ms: likewise.
        server_cores: that the process took, of one.
        client_kib: what a connected client costs in memory.
    """

    clients: int
    rate: int
    deliveries_per_second: float
    share: float
    megabytes_per_second: float
    p50_ms: float
    p99_ms: float
    server_cores: float
    client_kib: float


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """What became of clients that stopped reading.

    Attributes:
        clients: that stopped.
        gone_seconds: until the last of them was cut off, from the moment it stopped.
        others: what the others had meanwhile.
        before: and without them.
    """

    clients: int
    gone_seconds: float
    others: Outcome
    before: Outcome


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A running server and a connection that publishes."""

    server: Part
    listener: HttpListener
    connection: asyncpg.Connection

    async def clients(self) -> int:
        """Return how many clients the server has."""
        async with httpx.AsyncClient() as http:
            text = (await http.get(f"{self.listener.address}/metrics")).text
        [line] = [
            one for one in text.splitlines() if one.startswith("stadspuls_api_live_clients ")
        ]
        return int(float(line.rpartition(" ")[2]))

    def memory_bytes(self) -> int:
        """Return what the server holds in memory now."""
        pages = Path(f"/proc/{self.server.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * 4096


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Run a database with a thousand datastreams, and one process of the interfaces on it."""
    async with embedded_database(folder) as database:
        dsn = database.connection.dsn.get_secret_value()
        await migrate(dsn)
        connection = await asyncpg.connect(dsn)
        await connection.execute(_SCENE.read_text(encoding="utf-8"))
        listener = HttpListener(port=free_port())
        settings = _settings(database.connection, listener, folder)
        async with Part(folder, "api", settings, listener=listener) as server:
            yield Stage(server=server, listener=listener, connection=connection)
        await connection.close()


def _settings(database: DatabaseConnection, listener: HttpListener, folder: Path) -> ApiSettings:
    return ApiSettings(
        database=database,
        listener=listener,
        pages_dir=folder / "pages",
        live=LiveSettings(clients=20_000),
    )


def of_one_thing(number: int) -> list[str]:
    """Return the queries of clients who want one thing each: a hundredth of everything."""
    return [f"thing=thing-{1 + n % THINGS}" for n in range(number)]


def of_some_streams(number: int) -> list[str]:
    """Return the queries of clients with ten datastreams each, a thousand different tens."""
    tens = [[(first + 97 * n) % 1000 + 1 for n in range(10)] for first in range(1000)]
    return [f"datastream={','.join(map(str, tens[n % 1000]))}" for n in range(number)]


async def listen(stage: Stage, queries: Sequence[str], load: Load) -> Outcome:
    """Measure clients, each of whom wants a share of what is published."""
    before = stage.memory_bytes()
    async with child("bench.live.audience", {}) as crowd:
        await _connect(crowd, stage, queries)
        memory = (stage.memory_bytes() - before) / len(queries) / 1024
        return await _measured(stage, crowd, load, memory)


async def freeze(stage: Stage, frozen: int, load: Load) -> Frozen:
    """Measure how long clients of everything that stop reading stay, and what they cost others."""
    async with (
        child("bench.live.audience", {}) as crowd,
        child("bench.live.audience", {}) as ice,
    ):
        await _connect(crowd, stage, [""] * load.clients)
        before = await _measured(stage, crowd, load)
        await _connect(ice, stage, [""] * frozen, frozen=True)
        gone = asyncio.create_task(_gone_seconds(stage, load.clients))
        meanwhile = await _measured(stage, crowd, load._replace(seconds=3 * load.seconds))
        return Frozen(
            clients=frozen, gone_seconds=round(await gone, 1), others=meanwhile, before=before
        )


async def _gone_seconds(stage: Stage, left: int) -> float:
    begin = time.perf_counter()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while await stage.clients() > left:  # noqa: ASYNC110 - it tells who asks
            await asyncio.sleep(0.2)
    return time.perf_counter() - begin


async def _connect(
    crowd: Child, stage: Stage, queries: Sequence[str], *, frozen: bool = False
) -> None:
    to = stage.listener
    await crowd.tell(Clients(host=to.host, port=to.port, queries=list(queries), frozen=frozen))
    await crowd.said()


async def _measured(stage: Stage, crowd: Child, load: Load, memory: float = 0.0) -> Outcome:
    await feed(stage.connection, rate=load.rate, seconds=_WARM_SECONDS)
    await _heard(crowd, round(load.clients * load.rate * _WARM_SECONDS * load.share))
    meter = Meter({"api": stage.server.pid})
    begin = time.perf_counter()
    await feed(stage.connection, rate=load.rate, seconds=load.seconds)
    wanted = round(load.clients * load.rate * load.seconds * load.share)
    heard = await _heard(crowd, wanted)
    took = max(load.seconds, time.perf_counter() - begin)
    delays = sorted(heard.delays_ms)
    return Outcome(
        clients=load.clients,
        rate=load.rate,
        deliveries_per_second=round(heard.events / took),
        share=round(heard.events / wanted, 4),
        megabytes_per_second=round(heard.bytes / took / 1e6, 1),
        p50_ms=_percentile(delays, 0.5),
        p99_ms=_percentile(delays, 0.99),
        server_cores=round(meter.read().costs["api"].cpu_seconds / took, 2),
        client_kib=round(memory, 1),
    )


async def _heard(crowd: Child, wanted: int) -> Heard:
    """Return what was heard when all of it was, or when nothing more comes for a while."""
    events, size, silent, delays = 0, 0, 0, list[float]()
    while True:
        await crowd.tell("heard")
        new = Heard(**await crowd.said())
        events, size, delays = events + new.events, size + new.bytes, delays + new.delays_ms
        silent = 0 if new.events else silent + 1
        if events >= wanted or silent == _SILENT:
            return Heard(events, size, new.connected, delays)
        await asyncio.sleep(0.25)


def _percentile(ordered: Sequence[float], share: float) -> float:
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else 0.0
