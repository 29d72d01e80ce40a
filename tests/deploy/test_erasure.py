"""What is erased is found nowhere afterwards: database, its disk, Kafka's disk, pages."""

import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import brotli
import msgspec
import pytest
import pytest_asyncio
import zstandard
from aiokafka import AIOKafkaProducer

from api.ldes.building.settings import LdesSettings
from api.ldes.page_store import DirectoryPageStore
from api.ldes.summary import Sums
from deploy.audit import audit
from deploy.drain import drain
from deploy.erasure import Places, Wish, erase, find_subject, steps, survey
from deploy.part import Part
from deploy.stack.ports import free_port
from schemas import wire
from schemas.errors import Misconfigured
from schemas.publication import unpack
from schemas.settings import HttpListener
from stream_processors.settings import AggregateSettings
from tests.faults.pipeline import CITY, Pipeline, pipeline
from tests.stream_processors.running import until

pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("erasure"),  # each test goes on where the one before it stopped
    pytest.mark.timeout(280),
    pytest.mark.asyncio(loop_scope="module"),
]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = datetime.now(UTC).replace(microsecond=0)
BEGIN, END = NOON + timedelta(hours=10), NOON + timedelta(hours=20)
OURS, OTHERS = "dorpsplein", "kerkstraat"
WORD = b"KANARIE-9f3b"
NUMBER = 7654321.25
NEEDLES = (WORD, b"7654321.25", struct.pack("<d", NUMBER))


def said(hour: int, *, cars: float, note: str = "") -> bytes:
    """Return what a counter says of an hour."""
    document = {
        "segment_id": 1,
        "date": (NOON + timedelta(hours=hour)).isoformat(),
        "interval": "hourly",
        "uptime": 0.8,
        "car": cars,
        "bike": 3,
        "heavy": 1,
        "pedestrian": 2,
        "note": note,
    }
    return json.dumps(document).encode()


def ours() -> Iterator[bytes]:
    """Yield thirty hours, of which ten hold what must not be known, and one that nobody reads."""
    for hour in range(30):
        secret = 10 <= hour < 20
        word = WORD.decode() if secret else ""
        yield said(hour, cars=NUMBER if secret else 5, note=word)
    yield b'{"note": "' + WORD + b'", '


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pipeline]:
    """Yield a pipeline in which two counters have spoken, with pages."""
    folder = tmp_path_factory.mktemp("erasure")
    folder.chmod(0o755)
    often = {"log.retention.check.interval.ms": "300", "log.segment.delete.delay.ms": "1000"}
    async with pipeline(folder, kafka_settings=often) as made:
        made.part("normalise")
        made.part("store")
        _add_aggregate_and_pages(made)
        for part in made.parts.values():
            await part.start()
        await bring(made, OTHERS, [said(hour, cars=hour) for hour in range(60)])
        await bring(made, OURS, list(ours()))
        async with connected(made) as database:
            await until(lambda: _is_summed_up(database), seconds=90)
            await until(lambda: _is_told(database), seconds=90)  # before the rest: on page 1
            await bring(made, OTHERS, [said(hour, cars=hour) for hour in range(60, 120)])
            corrected = said(12, cars=NUMBER, note=WORD.decode())
            await bring(made, OURS, [corrected.replace(b'"bike": 3', b'"bike": 4')])
            await until(lambda: _is_settled(database), seconds=90)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def database(made: Pipeline) -> AsyncIterator[asyncpg.Connection]:
    async with connected(made) as connection:
        yield connection


async def test_thing_that_is_not_there_or_not_one_alone_is_told(
    database: asyncpg.Connection,
) -> None:
    for thing, datastream in (("zeemeermin", None), ("", 999_999)):
        with pytest.raises(Misconfigured, match="no such thing"):
            await find_subject(database, wish(thing, datastream))


async def test_dry_run_tells_how_much_there_is_and_changes_nothing(
    made: Pipeline, database: asyncpg.Connection
) -> None:
    before = await found_in(made)
    subject = await find_subject(database, wish(f"telraam/v2/{OURS}"))

    told = await survey(places(made, database), subject)

    assert told["observations"] == 40
    assert (told["versions"], told["deadLetters"]) == (1, 1)
    assert told["aggregates"] > 0
    assert told["pages"] == 2  # of observations, and of hours
    assert {one.partition("/")[0] for one in told["kafkaPartitions"]} == {
        wire.READINGS,
        wire.OBSERVATIONS,
        wire.DEAD_LETTERS,
    }
    assert before == await found_in(made) == {"database", "kafka", "pages"}
    assert await database.fetchval("select count(*) from erasure") == 0


async def test_what_is_erased_is_found_nowhere_though_each_step_was_interrupted(
    made: Pipeline, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = await _of_others(database)
    pages = await _page_names(database)
    subject = await find_subject(database, wish(OURS))
    for step in ("caught_up", "erase_pages", "erase_rows", "erase_sums", "erase_records", "scrub"):
        with monkeypatch.context() as patched:
            patched.setattr(steps, step, _killed_after(getattr(steps, step)))
            with pytest.raises(InterruptedError):
                await erase(places(made, database), subject)

    counts = await erase(places(made, database), subject)

    assert (counts["observations"], counts["versions"], counts["deadLetters"]) == (40, 1, 1)
    assert counts["published"] == 41
    assert counts["pages"] == 2
    assert counts["kafkaRecords"] > 60
    assert await _readable(database, subject.datastreams) == []
    await until(lambda: _is_gone(made), seconds=150)
    assert await _of_others(database) == others
    assert await database.fetchval("select count(*) from erasure") == 1
    assert len(await _page_names(database) - pages) == 2
    assert await database.fetchval("show wal_recycle") == "on"


async def test_rest_of_the_thing_is_as_it_was_and_audit_finds_nothing_wrong(
    made: Pipeline, database: asyncpg.Connection
) -> None:
    hours = await database.fetch(
        "select distinct phenomenon_start from observation join datastream using (datastream_id) "
        "join thing as t using (thing_id) where t.name = $1 order by 1",
        OURS,
    )
    assert [row[0] for row in hours] == [
        NOON + timedelta(hours=hour) for hour in (*range(10), *range(20, 30))
    ]
    await until(lambda: _is_summed_up(database))
    for period in ("quarter", "hour", "day"):
        assert await _summed(database, period) == 80
    await until(lambda: _is_told(database), seconds=90)
    told, summed = await _told_days(database), await _summed_days(database)
    assert told == summed
    assert len(told) == 4 * 2  # what is left of the two days, in four datastreams
    await bring(made, OTHERS, [said(200, cars=1)])
    assert (await audit(database, made.kafka, NOW)).findings == ()


async def test_what_was_erased_does_not_come_back(
    made: Pipeline, database: asyncpg.Connection
) -> None:
    await bring(made, OURS, [said(15, cars=NUMBER), said(40, cars=6)])

    rows = await database.fetch(
        "select phenomenon_start from observation join datastream using (datastream_id) "
        "join thing as t using (thing_id) where t.name = $1 and phenomenon_start >= $2",
        OURS,
        NOON + timedelta(hours=30),
    )
    assert {row[0] for row in rows} == {NOON + timedelta(hours=40)}
    assert await database.fetchval("select sum(withheld) from account") == 4
    assert await database.fetchval("select count(*) from publication where batch is null") == 0


def wish(thing: str, datastream: int | None = None) -> Wish:
    """Return the wish to erase ten hours."""
    return Wish(CITY, thing, datastream, BEGIN, END, "counted without a ground", "dpo")


def places(made: Pipeline, database: asyncpg.Connection) -> Places:
    """Return where the pipeline's data lies."""
    pages = DirectoryPageStore(made.installation.pages_dir)
    return Places(database=database, kafka=made.kafka, pages=pages, forgets=False)


class connected:  # noqa: N801 - used like a function
    """A connection to the pipeline's database, as a context."""

    def __init__(self, made: Pipeline) -> None:
        self._dsn = made.stack.database.dsn.get_secret_value()

    async def __aenter__(self) -> asyncpg.Connection:
        self._connection = await asyncpg.connect(self._dsn)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()


async def bring(made: Pipeline, thing: str, payloads: list[bytes]) -> None:
    """Put readings on Kafka as the gateway does, and wait until they are dealt with."""
    source = f"city/{CITY}/telraam/v2/{thing}"
    producer = AIOKafkaProducer(bootstrap_servers=made.kafka.bootstrap, acks="all")
    await producer.start()
    for payload in payloads:
        reading = wire.Reading(
            city=CITY, source=source, received_time=datetime.now(UTC), payload=payload
        )
        await producer.send_and_wait(
            wire.READINGS,
            payload,
            key=wire.record_key(CITY, source),
            headers=wire.reading_headers(reading),
        )
    await producer.stop()
    assert await drain(made.kafka, made.stack.database, patience_seconds=30)


async def found_in(made: Pipeline) -> set[str]:
    """Return the folders of the installation in which a needle lies on the disk."""
    folder = made.installation.data_dir
    files = (one for one in folder.rglob("*") if one.is_file() and not one.is_symlink())
    return {one.relative_to(folder).parts[0] for one in files if _has_needle(one)}


def _has_needle(file: Path) -> bool:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return False
    if file.suffix == ".zst":
        content = zstandard.decompress(content, max_output_size=1 << 28)
    if file.suffix == ".br":
        content = brotli.decompress(content)
    return any(needle in content for needle in NEEDLES)


async def _is_gone(made: Pipeline) -> bool:
    return not await found_in(made)


async def _readable(database: asyncpg.Connection, datastreams: list[int]) -> list[Any]:
    """Return what SQL and the packed batches still tell of the erased time."""
    found: list[Any] = []
    for table in ("publication", "event_waiting"):
        for row in await database.fetch(f"select batch from {table}"):
            found += [one for one in unpack(row["batch"]) if _is_erased(one, datastreams)]
            found += [one for one in unpack(row["batch"]) if _tells_a_secret(one)]
    tables = await database.fetch(
        "select table_name from information_schema.tables where table_schema = 'public'"
    )
    for row in tables:
        texts = await database.fetch(f"select t::text from {row['table_name']} as t")
        found += [one for one in texts if "7654321.25" in one[0] or WORD.decode() in one[0]]
    return found


def _is_erased(one: Any, datastreams: list[int]) -> bool:
    """Tell whether it begins in the erased time; a day that goes on after that is summed anew."""
    if isinstance(one.result, dict) and one.phenomenon_end > END:
        return False
    return one.datastream_id in datastreams and BEGIN <= one.phenomenon_start < END


def _tells_a_secret(one: Any) -> bool:
    """Tell whether a value, or a sum of some, is as large as only the secret ones are."""
    values = one.result.values() if isinstance(one.result, dict) else [one.result]
    return any(isinstance(value, int | float) and value >= NUMBER for value in values)


async def _of_others(database: asyncpg.Connection) -> list[tuple[Any, ...]]:
    rows = await database.fetch(
        "select o.* from observation as o join datastream using (datastream_id) "
        "join thing as t using (thing_id) where t.name = $1 order by 1, 3",
        OTHERS,
    )
    return [tuple(row) for row in rows]


async def _page_names(database: asyncpg.Connection) -> set[str]:
    return {row[0] for row in await database.fetch("select name from event_page")}


async def _is_settled(database: asyncpg.Connection) -> bool:
    kinds = "select count(distinct kind) from event_page join event_stream using (event_stream_id)"
    closed: int = await database.fetchval(kinds)
    return closed > 1 and await _is_summed_up(database) and await _is_told(database)


async def _is_told(database: asyncpg.Connection) -> bool:
    """Tell whether all sums are published as they are."""
    found: bool = await database.fetchval(
        "select not exists (select from summary where changed_at is not null)"
    )
    return found


async def _told_days(database: asyncpg.Connection) -> dict[Any, float]:
    """Return the sums of our thing's days in the erased time, as they were published last."""
    found: dict[Any, float] = {}
    rows = await database.fetch(
        "select batch from event_waiting join event_stream using (event_stream_id)"
        " where kind = 'daily' order by last_sequence"
    )
    known = await _summed_days(database)
    for row in rows:
        for one in unpack(row["batch"]):
            key = (one.datastream_id, one.phenomenon_start)
            if key in known:
                found[key] = msgspec.convert(one.result, Sums).sum or 0.0
    return found


async def _summed_days(database: asyncpg.Connection) -> dict[Any, float]:
    """Return the sums of our thing's days that the erased time is in."""
    rows = await database.fetch(
        "select datastream_id, bucket_start, sum from aggregate as a "
        "join datastream using (datastream_id) join thing as t using (thing_id) "
        "where t.name = $1 and period = 'day' and bucket_start < $3 and bucket_end > $2",
        OURS,
        BEGIN,
        END,
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def _is_summed_up(database: asyncpg.Connection) -> bool:
    found: bool = await database.fetchval("select not exists (select from aggregate_task)")
    return found


async def _summed(database: asyncpg.Connection, period: str) -> int:
    """Return how many values of our thing are in its sums."""
    found: int = await database.fetchval(
        "select sum(a.count + a.flagged_count)::int from aggregate as a "
        "join datastream using (datastream_id) "
        "join thing as t using (thing_id) where t.name = $1 and period = $2",
        OURS,
        period,
    )
    return found


def _killed_after(step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def killed(*arguments: Any) -> Any:
        await step(*arguments)
        raise InterruptedError

    return killed


def _add_aggregate_and_pages(made: Pipeline) -> None:
    database, data_dir = made.stack.database, made.installation.data_dir
    listener = HttpListener(port=free_port())
    sums = AggregateSettings(database=database, metrics=listener, interval_seconds=0.2)
    made.parts["aggregate"] = Part(data_dir, "aggregate", sums, listener=listener)
    listener = HttpListener(port=free_port())
    pages = LdesSettings(
        database=database,
        monitor=listener,
        pages_dir=made.installation.pages_dir,
        page_members=400,
        summary_rest_seconds=0.5,
    )
    made.parts["ldes"] = Part(data_dir, "ldes", pages, listener=listener)
