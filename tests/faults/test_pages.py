"""Late and corrected observations, two stores and two builders, all of them killed: no closed page
of an event stream ever changes, none is lost or doubled, and its time never goes back.
"""

import asyncio
import hashlib
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
import pytest_asyncio
import zstandard

from api.ldes.building.settings import LdesSettings
from deploy.part import Part
from deploy.stack.ports import free_port
from schemas.publication import PublishedObservation, unpack
from schemas.settings import DatabaseConnection, HttpListener
from tests.api.conftest import BASE, SEED
from tests.stream_processors.running import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

Owner: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
_CREATED = '<http://purl.org/dc/terms/created> "'
STORE_KILLS = 5
BUILDER_KILLS = 5
ROOT = Path(__file__).parent.parent.parent


@dataclass
class Site:
    """A database with stores and builders on it, and what was seen of the pages so far."""

    database: DatabaseConnection
    owner: Owner
    folder: Path
    builders: list[Part]
    seen: dict[str, str] = field(default_factory=dict)

    async def look(self) -> None:
        """Note the hash of every page that is written down, and insist on those noted before."""
        for row in await self.owner.fetch("select name from event_page"):
            file = self.folder / f"{row['name']}.nq.zst"
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            assert self.seen.setdefault(row["name"], digest) == digest

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(0.2)

    async def place(self, partition: int) -> int:
        """Return how far the store of a partition is."""
        found = await self.owner.fetchval(
            "select next_offset from kafka_offset where partition = $1", partition
        )
        return int(found or 0)

    async def published(self) -> list[PublishedObservation]:
        """Return everything that was published, in its order."""
        rows = await self.owner.fetch("select batch from publication order by first_sequence")
        return [one for row in rows for one in unpack(row["batch"])]

    async def in_pages(self) -> list[tuple[int, str]]:
        """Return sequence and time of every member of the closed pages, stream by stream."""
        rows = await self.owner.fetch("select name from event_page order by event_stream_id, page")
        return [member for row in rows for member in members(self.folder / row["name"])]


@pytest_asyncio.fixture
async def site(real_database: DatabaseConnection, tmp_path: Path) -> AsyncIterator[Site]:
    """Yield a seeded database, and two builders that are not started yet."""
    dsn = real_database.dsn.get_secret_value()
    owner = await asyncpg.create_pool(dsn, min_size=1, max_size=4)
    await owner.execute(SEED.read_text(encoding="utf-8"))
    await owner.execute(
        "truncate observation, observation_version, latest; update publication_lane set"
        " last_sequence = 0"
    )
    builders = []
    for name in ("one", "two"):
        monitor = HttpListener(port=free_port())
        settings = LdesSettings(
            database=real_database,
            monitor=monitor,
            pages_dir=tmp_path / "pages",
            base_iri=BASE,
            page_members=400,
            interval_seconds=0.05,
        )
        builders.append(Part(tmp_path / name, "ldes", settings, listener=monitor))
    yield Site(real_database, owner, tmp_path / "pages", builders)
    await asyncio.gather(*(one.kill() for one in builders))
    await owner.close()


async def test_no_closed_page_ever_changes(site: Site, chance: random.Random) -> None:
    await asyncio.gather(*(one.start() for one in site.builders))
    watch = asyncio.create_task(site.watch())
    await asyncio.gather(
        *(stores_killed(site, partition, chance) for partition in (0, 1)),
        builders_killed(site, chance),
    )
    published = await site.published()
    # A last one, a day later, closes everything before it.
    await site.owner.execute(
        "update publication_lane set last_published_at = $1", datetime.now(UTC) + timedelta(days=1)
    )
    await asyncio.gather(*(store_once(site, partition, chance) for partition in (0, 1)))
    await until(lambda: all_in_pages(site, len(published)), seconds=60)
    watch.cancel()
    await asyncio.wait([watch])
    await asyncio.gather(*(one.stop() for one in site.builders))
    await site.look()

    changes = {one.change for one in published}
    last = published[-1].sequence
    found = [one for one in await site.in_pages() if one[0] <= last]
    assert changes == {"new", "corrected", "withdrawn"}
    assert sorted(sequence for sequence, _ in found) == [one.sequence for one in published]
    times = {
        one.sequence: one.published_time.isoformat(timespec="milliseconds") for one in published
    }
    assert all(times[sequence] == f"{time[:-1]}+00:00" for sequence, time in found)
    for stream in await streams(site):
        assert all(one < other for one, other in pairwise(stream))
    assert len(site.seen) > 10


async def stores_killed(site: Site, partition: int, chance: random.Random) -> None:
    """Let a store write, and kill it again and again."""
    for _ in range(STORE_KILLS):
        await store_once(site, partition, chance)


async def store_once(site: Site, partition: int, chance: random.Random) -> None:
    """Let a store write until it has committed something, and a little longer; then kill it."""
    wishes = (site.database.dsn.get_secret_value(), str(partition), str(chance.randrange(1 << 30)))
    before = await site.place(partition)

    async def more() -> bool:
        return await site.place(partition) > before

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.store_worker", *wishes, cwd=ROOT
    )
    try:
        await until(more, seconds=60)
        await asyncio.sleep(chance.uniform(0, 1.5))
        assert process.returncode is None
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def builders_killed(site: Site, chance: random.Random) -> None:
    """Let two builders work, and kill one or the other again and again."""
    for _ in range(BUILDER_KILLS):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        victim = chance.choice(site.builders)
        await victim.kill()
        await victim.start()


async def all_in_pages(site: Site, count: int) -> bool:
    found: int = await site.owner.fetchval("select coalesce(sum(member_count), 0) from event_page")
    return found >= count


async def streams(site: Site) -> list[list[tuple[str, int]]]:
    """Return time and sequence of the members of each stream, in the order of its pages."""
    found: dict[int, list[tuple[str, int]]] = {}
    for row in await site.owner.fetch(
        "select event_stream_id, name from event_page order by event_stream_id, page"
    ):
        found.setdefault(row["event_stream_id"], []).extend(
            (time, sequence) for sequence, time in members(site.folder / row["name"])
        )
    return list(found.values())


def members(page: Path) -> list[tuple[int, str]]:
    """Return sequence and `dct:created` of a page's members, in the order of its text."""
    text = zstandard.decompress(Path(f"{page}.nq.zst").read_bytes()).decode()
    created = [line for line in text.splitlines() if _CREATED in line]
    return [
        (int(line.partition(">")[0].rpartition("/")[2]), line.split('"')[1]) for line in created
    ]
