"""The status: what came of readings by city, what is late, and whether the processes work."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from api.settings import ApiSettings
from api.status.processes import ask_all
from deploy.stack.ports import free_port
from schemas import telemetry
from schemas.settings import HttpListener
from stream_processors.monitor import Monitor, served

from .conftest import BASE, started

ACCOUNTS = """
insert into account (city, profile, hour, normalised, empty, rejected, observations, duplicates)
values
    ('zonnedorp', 'telraam/v2', date_trunc('hour', $1::timestamptz, 'UTC'), 5, 1, 2, 20, 3),
    ('zonnedorp', 'dsmr/p1', date_trunc('hour', $1::timestamptz, 'UTC'), 7, 0, 0, 70, 0),
    ('zonnedorp', 'telraam/v2', date_trunc('hour', $1::timestamptz, 'UTC') - interval '23 hours',
     1, 0, 0, 4, 0),
    ('zonnedorp', 'telraam/v2', date_trunc('hour', $1::timestamptz, 'UTC') - interval '24 hours',
     1000, 0, 0, 4000, 0);
"""
LETTER = """
insert into dead_letter (city, source, received_time, station, channel, profile, profile_version,
    reasons, rejections, payload, payload_bytes, payload_sha256, reading_partition, reading_offset,
    replayed_at)
values ($1, $2, $3, $4, 'mqtt', '', 0, $5, '[]', '', 0, '', -1, -1, $6)
"""


async def letter(
    owner: asyncpg.Connection,
    source: str,
    *reasons: str,
    city: str = "zonnedorp",
    station: str = "normalise",
    age_hours: float = 0,
    replayed: bool = False,
) -> None:
    now = datetime.now(UTC)
    when, again = now - timedelta(hours=age_hours), now if replayed else None
    await owner.execute(LETTER, city, source, when, station, list(reasons), again)


async def asked(settings: ApiSettings, address: str) -> httpx.Response:
    async with started(settings) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            answer = await http.get(address)
    assert answer.status_code == 200, answer.text
    return answer


async def told(settings: ApiSettings) -> Any:
    return (await asked(settings, "/status")).json()


async def city(settings: ApiSettings, slug: str = "zonnedorp") -> Any:
    return next(one for one in (await told(settings))["cities"] if one["city"] == slug)


@pytest.mark.embedded
async def test_readings_of_a_day_are_counted_by_what_became_of_them(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await owner.execute(ACCOUNTS.replace("$1", "now()"))
    await letter(owner, "city/zonnedorp/no/such/thing", "profile.unknown", station="ingest")
    found = await city(settings)

    assert found["day"] == {
        "received": 17, "normalised": 13, "empty": 1, "rejected": 3, "stored": 94,
        "duplicates": 3, "corrections": 0, "withdrawals": 0,
    }  # fmt: skip
    assert [one["received"] for one in found["hours"]] == [1, 16]


@pytest.mark.embedded
async def test_dead_letters_are_counted_by_reason_until_somebody_brings_them_again(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await letter(owner, "a", "field.missing", "unit.unknown", "field.missing")
    await letter(owner, "b", "field.missing")
    await letter(owner, "c", "field.missing", replayed=True)
    await letter(owner, "d", "field.missing", age_hours=25)
    await letter(owner, "e", "topic.malformed", city="")
    whole = await told(settings)
    zonnedorp = next(one for one in whole["cities"] if one["city"] == "zonnedorp")

    assert zonnedorp["deadLetters"] == [
        {"reason": "field.missing", "count": 2},
        {"reason": "unit.unknown", "count": 1},
    ]
    assert whole["unplaced"] == [{"reason": "topic.malformed", "count": 1}]


@pytest.mark.embedded
async def test_datastreams_that_are_not_open_are_not_counted(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "update latest set published_at = now() where datastream_id = 2; "
        "insert into quality_hour select d, date_trunc('hour', now()), 1, 1, 0, 0, null,"
        " '{}', '{}', array[delay_bucket(case d when 1 then 0.2 else 500 end)], array[4]"
        " from unnest(array[1, 2]) as d"
    )
    found = await city(settings)

    assert found["datastreams"] == {"unknown": 2}
    assert found["delayP95Seconds"] == pytest.approx(0.2, rel=0.06)
    assert found["ageSeconds"] > 86_400


@pytest.mark.embedded
async def test_a_datastream_that_has_stopped_is_silent(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into datastream_quality (datastream_id, every_seconds, every_from, window_start,"
        " window_end, observation_count, unflagged_count, warning_count, error_count, computed_at)"
        " values (1, 900, 'declared', now(), now(), 0, 0, 0, 0, now())"
    )

    assert (await city(settings))["datastreams"] == {"silent": 1, "unknown": 1}


@pytest.mark.embedded
async def test_processes_tell_whether_they_work_and_what_waits(settings: ApiSettings) -> None:
    store, monitor = HttpListener(port=free_port()), Monitor()
    monitor.health.is_ready()
    for partition, lag in (("0", 3), ("1", 4)):
        monitor.instruments.show(
            telemetry.STORE_LAG, lag, topic="city.observations", partition=partition
        )
    monitors = {"store": store, "normalise": HttpListener(port=free_port())}
    async with served(monitor, store):
        whole = await told(settings.model_copy(update={"monitors": monitors}))

    assert whole["state"] == "disturbed"
    assert whole["processes"] == [
        {"name": "api", "state": "working"},
        {"name": "store", "state": "working"},
        {"name": "normalise", "state": "silent"},
    ]
    assert whole["lag"] == {
        "readingsToNormalise": None, "recordsToStore": 7,
        "quartersToSumUp": None, "observationsToPage": None,
    }  # fmt: skip


@pytest.mark.embedded
async def test_what_the_broker_dropped_is_told_once_whichever_gateways_know(
    settings: ApiSettings,
) -> None:
    monitors = {name: HttpListener(port=free_port()) for name in ("ingest", "ingest.second")}
    async with AsyncExitStack() as stack:
        for dropped, listener in zip((12, 11), monitors.values(), strict=True):
            gateway = Monitor()
            gateway.instruments.count(telemetry.BROKER_DROPPED, dropped)
            await stack.enter_async_context(served(gateway, listener))
        informed = settings.model_copy(update={"monitors": monitors})
        whole, page = await told(informed), await asked(informed, "/status.html?lang=en")

    assert whole["brokerDropped"] == 12
    assert "lost by the MQTT broker, as its queue was full</dt><dd>12</dd>" in page.text


async def test_a_process_that_waits_for_a_neighbour_says_so() -> None:
    listener, monitor = HttpListener(port=free_port()), Monitor()
    monitor.health.waits_for("Kafka")
    async with served(monitor, listener):
        found = await ask_all({"store": listener})

    assert found["store"].state == "waiting"


@pytest.mark.embedded
async def test_who_was_told_of_no_process_does_not_guess(settings: ApiSettings) -> None:
    whole = await told(settings)

    assert (whole["state"], len(whole["processes"])) == ("unknown", 1)
    assert whole["brokerDropped"] is None
