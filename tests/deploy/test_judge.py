"""The judge finds what is missing, altered, or there too often; on a real database."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from deploy.judge import Baseline, Verdict, judge, take_baseline
from schemas.cities.registry import Registry, load_registry
from schemas.errors import ReadingRejected
from schemas.interpreter.observe import observe
from schemas.privacy import gate
from schemas.settings import DatabaseConnection
from schemas.wire import READINGS, Observation
from simulators.city import devices_of
from simulators.ledger import Entry, Ledger, read_ledger
from simulators.scenario import Scenario, load_scenario

PACKS = Path(__file__).parents[2] / "deploy" / "cities"
PARTITION = 0

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module", name="registry")
def _registry() -> Registry:
    return load_registry([PACKS / "leiedonk", PACKS / "vlierhove"])


@pytest_asyncio.fixture
async def connection(embedded_database: DatabaseConnection) -> AsyncIterator[asyncpg.Connection]:
    session = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    yield session
    await session.close()


class _Platform:
    """A platform of a few lines: what ledger entries give is written to the tables."""

    def __init__(self, connection: asyncpg.Connection, registry: Registry) -> None:
        self._connection = connection
        self._registry = registry
        self._sequence = 0
        self._offset = 0
        self._datastreams: dict[tuple[str, ...], int] = {}

    async def store(self, entry: Entry, *, delay_seconds: float = 0.25) -> None:
        received = datetime.fromtimestamp(entry.published.published_time, UTC) + timedelta(
            seconds=delay_seconds / 2
        )
        address = self._registry.routes.address(entry.published.topic)
        context = self._registry.cities[address.city]
        profile = context.library.profile(address.profile)
        payload, offset = gate(profile, entry.published.payload), self._offset
        self._offset += 1
        await self._connection.execute(
            "insert into kafka_offset values ($1, $2, $3) on conflict (topic, partition) "
            "do update set next_offset = excluded.next_offset",
            *(READINGS, PARTITION, self._offset),
        )
        try:
            found = observe(
                profile,
                payload,
                thing=address.thing,
                received_time=received,
                zone=context.pack.zone,
                topic=entry.published.topic,
            )
        except ReadingRejected:
            await self._keep_letter(entry, payload, received)
            await self._account(address.city, received, "rejected")
            return
        for one in found.observations:
            series = await self._datastream(address.city, address.profile, one)
            await self._insert(series, one, received, offset, delay_seconds)
        outcome = "normalised" if found.observations else "empty"
        await self._account(address.city, received, outcome)

    async def _insert(
        self, series: int, one: Observation, received: datetime, offset: int, delay: float
    ) -> None:
        self._sequence += 1
        await self._connection.execute(
            "insert into observation (datastream_id, reading_partition, phenomenon_start, "
            "result_time, published_at, received_time, sequence, reading_offset, result_number, "
            "result_json) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            *(series, PARTITION, one.phenomenon_start, one.result_time),
            *(received + timedelta(seconds=delay / 2), received, self._sequence, offset),
            *((None, json.dumps(one.result)) if type(one.result) is bool else (one.result, None)),
        )

    async def _datastream(self, city: str, thing_profile: str, one: Observation) -> int:
        key = (city, thing_profile, one.thing, one.profile, one.datastream)
        if key not in self._datastreams:
            self._datastreams[key] = await self._connection.fetchval(_DATASTREAM, *key)
        return self._datastreams[key]

    async def _account(self, city: str, received: datetime, outcome: str) -> None:
        await self._connection.execute(
            f"insert into account (city, profile, hour, {outcome}) values ($1, 'p', $2, 1) "
            f"on conflict (city, profile, hour) do update set {outcome} = account.{outcome} + 1",
            *(city, received.replace(minute=0, second=0, microsecond=0)),
        )

    async def _keep_letter(self, entry: Entry, payload: bytes, received: datetime) -> None:
        await self._connection.execute(
            "insert into dead_letter (city, source, received_time, station, channel, profile, "
            "profile_version, reasons, rejections, payload, payload_bytes, payload_sha256, "
            "reading_partition, reading_offset) "
            "values ($1, $2, $3, 'normalise', 'mqtt', '', 0, '{}', '[]', $4, 0, $5, 0, 0)",
            *(entry.published.city, entry.published.topic, received, payload),
            hashlib.sha256(payload).hexdigest(),
        )


_DATASTREAM = """
with c as (insert into city values ($1, $1, 'UTC') on conflict do nothing),
     d as (insert into dataset (city, theme, title, description, licence, access)
           values ($1, 'x', '', '', '', 'open') on conflict (city, theme)
           do update set title = '' returning dataset_id),
     t as (insert into thing (city, profile, name, title, description)
           values ($1, $2, $3, '', '') on conflict (city, profile, name)
           do update set title = '' returning thing_id),
     s as (insert into sensor (profile, version, name, description, encoding_type, metadata)
           values ($4, 1, '', '', '', '') on conflict (city, profile)
           do update set name = '' returning sensor_id),
     o as (insert into observed_property (code, theme, name, definition, description)
           values ($5, 'x', '', '', '') on conflict (city, code)
           do update set name = '' returning observed_property_id)
insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit,
                        interval_seconds, title, description, observation_type,
                        unit_of_measurement, open)
select thing_id, sensor_id, observed_property_id, dataset_id, $5, '1', 0, '', '', '', '{}', true
from d, t, s, o
returning datastream_id
"""


@pytest.fixture(scope="module", name="scenario")
def _scenario() -> Scenario:
    return load_scenario("demo")


@pytest.fixture(name="entries")
def _entries(tmp_path: Path, scenario: Scenario) -> list[Entry]:
    """Return a ledger of every device, a malformed payload, and an unacknowledged message."""
    noon = datetime(2026, 6, 10, 10, tzinfo=UTC).timestamp()
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        for device in devices_of(scenario, seed=1, start=noon):
            payload = device.say(device.time_of(device.last_tick(noon)))
            ledger.acknowledged(ledger.published(device.city, device.topic, payload))
        topic = "city/leiedonk/telraam/v2/zilverbrug"
        ledger.acknowledged(ledger.published("leiedonk", topic, b"{", fault="malformed"))
        meter = "city/leiedonk/dsmr/p1/stadhuis"
        ledger.acknowledged(ledger.published("leiedonk", meter, b"/x", fault="malformed"))
        night = json.dumps({"date": "2026-06-09T23:00:00Z", "interval": "hourly", "uptime": 0})
        ledger.acknowledged(ledger.published("leiedonk", topic, night.encode()))
        ledger.published("leiedonk", topic, b"{}")
    return read_ledger(tmp_path / "ledger.jsonl")


async def _stored(
    connection: asyncpg.Connection, registry: Registry, entries: list[Entry]
) -> Baseline:
    baseline = await take_baseline(connection, {PARTITION: 0})
    platform = _Platform(connection, registry)
    for entry in entries:
        if entry.acknowledged_time is not None:
            await platform.store(entry)
    return baseline


async def test_a_whole_run_is_not_lost(
    connection: asyncpg.Connection, registry: Registry, entries: list[Entry]
) -> None:
    baseline = await _stored(connection, registry, entries)
    verdict = await judge(connection, entries, registry, baseline)

    assert verdict.lost_messages == ()
    assert verdict.messages_published == verdict.messages_acknowledged + 1 == len(entries)
    assert verdict.readings_received == len(entries) - 1
    assert (verdict.readings_rejected, verdict.readings_empty) == (2, 1)
    assert verdict.readings_normalised == len(entries) - 4
    assert verdict.observations_stored == await connection.fetchval(
        "select count(*) from observation"
    )
    assert verdict.lag_p50_ms == pytest.approx(250, abs=1)
    assert set(verdict.summary()) == {
        *("messages_published", "messages_acknowledged", "readings_received"),
        *("readings_normalised", "readings_empty", "readings_rejected", "observations_stored"),
        *("observations_duplicate", "lost", "lag_p50_ms", "lag_p99_ms"),
    }


@pytest.mark.parametrize(
    ("damage", "topic"),
    [
        ("delete from observation where {one}", "telraam/v2"),
        ("delete from observation where {one}", "sensor-community/airrohr"),
        ("delete from observation where {one}", "dsmr/p1"),
        ("delete from observation where {one}", "the-things-stack/v3"),
        ("update observation set result_number = result_number + 0.001 where {one}", "telraam/v2"),
        ("update observation set result_number = 1e9 where {one}", "sensor-community/airrohr"),
        (
            "update observation set phenomenon_start = now() where {one}",
            "dsmr/p1",
        ),
    ],
)
async def test_a_missing_or_altered_observation_is_lost(
    connection: asyncpg.Connection,
    registry: Registry,
    entries: list[Entry],
    damage: str,
    topic: str,
) -> None:
    baseline = await _stored(connection, registry, entries)
    one = (
        "sequence = (select min(sequence) from observation join datastream using (datastream_id) "
        f"join thing t using (thing_id) where t.profile = '{topic}')"
    )
    done = await connection.execute(damage.format(one=one))
    verdict = await judge(connection, entries, registry, baseline)

    assert done[-1] == "1"
    assert verdict.lost == 1
    assert len(verdict.lost_messages) == 1


async def test_a_missing_dead_letter_is_lost(
    connection: asyncpg.Connection, registry: Registry, entries: list[Entry]
) -> None:
    baseline = await _stored(connection, registry, entries)
    await connection.execute("delete from dead_letter where source like '%zilverbrug'")
    verdict = await judge(connection, entries, registry, baseline)

    assert [(one.topic[-10:], one.what) for one in verdict.lost_messages] == [
        ("zilverbrug", "its dead letter")
    ]


async def test_an_empty_reading_is_missed_by_the_account_only(
    connection: asyncpg.Connection, registry: Registry, entries: list[Entry]
) -> None:
    baseline = await _stored(connection, registry, entries)
    await connection.execute("update account set empty = 0")
    verdict = await judge(connection, entries, registry, baseline)

    assert verdict.lost == 1


async def test_a_reading_stored_twice_is_surplus(
    connection: asyncpg.Connection, registry: Registry, entries: list[Entry]
) -> None:
    baseline = await _stored(connection, registry, entries)
    pushed = next(one for one in entries if "airrohr" in one.published.topic)
    again = _Platform(connection, registry)
    again._datastreams = await _known(connection)
    again._sequence = again._offset = 10_000
    await again.store(pushed, delay_seconds=0.5)
    verdict = await judge(connection, entries, registry, baseline)

    assert verdict.surplus == 5
    assert verdict.lost == 0


async def test_a_corrected_observation_is_not_lost(
    connection: asyncpg.Connection, registry: Registry, entries: list[Entry]
) -> None:
    baseline = await _stored(connection, registry, entries)
    await connection.execute(
        "insert into observation_version select o.*, now(), 0, false from observation o; "
        "update observation set result_number = 7, result_json = null, "
        "sequence = sequence + 100000, reading_offset = 100000 + reading_offset"
    )
    verdict: Verdict = await judge(connection, entries, registry, baseline)

    assert verdict.lost == 0


async def _known(connection: asyncpg.Connection) -> dict[tuple[str, ...], Any]:
    rows = await connection.fetch(
        "select datastream_id, t.city, t.profile, t.name, s.profile, d.name from datastream d "
        "join thing t using (thing_id) join sensor s using (sensor_id)"
    )
    return {tuple(list(row)[1:]): row[0] for row in rows}
