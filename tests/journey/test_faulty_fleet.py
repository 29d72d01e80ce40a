"""A fleet on a bad day: what its devices get wrong reaches the database as designed."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.judge import Verdict, judge, take_baseline, unaccounted
from deploy.log_ends import log_ends
from schemas import wire
from schemas.settings import KafkaConnection, MqttConnection
from simulators.ledger import Entry, read_ledger
from simulators.publisher import run
from simulators.scenario import load_scenario
from simulators.settings import SimulatorSettings
from tests.journey.running import CITIES, PATIENCE_SECONDS, Up, up

pytestmark = [pytest.mark.embedded, pytest.mark.xdist_group("faulty fleet")]

SPEED = 5.0
_ORIGIN = re.compile(rb"OriginTime>([^<]+)")
MESSAGES = 900
"""About forty seconds of the simulated clock."""


@dataclass(frozen=True)
class Day:
    """What was published on that day, and what came of it."""

    dsn: str
    entries: Sequence[Entry]
    verdict: Verdict

    def rows(self, thing: str, datastream: str) -> list[asyncpg.Record]:
        """Return the observations of a datastream in the order of their times."""
        return self.ask(
            "select phenomenon_start as time, result_number as result, quality, published_at "
            "from observation join datastream d using (datastream_id) "
            "join thing t using (thing_id) where t.name = $1 and d.name = $2 "
            "order by phenomenon_start",
            *(thing, datastream),
        )

    def flagged(self, thing: str, datastream: str, flag: str) -> list[asyncpg.Record]:
        """Return those that bear a flag."""
        return [row for row in self.rows(thing, datastream) if flag in (row["quality"] or ())]

    def published(self, fault: str) -> list[Entry]:
        """Return the messages with a fault."""
        return [one for one in self.entries if one.published.fault == fault]

    def ask(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Return rows of the database."""

        async def fetch() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.dsn)
            try:
                found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
            finally:
                await connection.close()
            return found

        return asyncio.run(fetch())


@pytest.fixture(scope="module", name="day")
def _day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    data_dir = tmp_path_factory.mktemp("fleet")
    data_dir.chmod(0o755)
    with up(data_dir, services="embedded") as platform:
        ledger = data_dir / "ledger.jsonl"
        verdict = asyncio.run(_bad_day(platform, ledger))
        yield Day(platform.facts["database"], read_ledger(ledger), verdict)


async def _bad_day(platform: Up, ledger: Path) -> Verdict:
    connection = await asyncpg.connect(platform.facts["database"])
    try:
        kafka = KafkaConnection.model_validate(platform.facts["kafka"])
        baseline = await take_baseline(connection, await log_ends(kafka, wire.READINGS))
        await _publish(_settings(platform, ledger), ledger)
        entries = read_ledger(ledger)
        acknowledged = sum(one.acknowledged_time is not None for one in entries)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await unaccounted(  # noqa: ASYNC110 - the database tells nobody
                connection, baseline, acknowledged=acknowledged
            ):
                await asyncio.sleep(0.1)
        return await judge(connection, entries, platform.installation.registry(), baseline)
    finally:
        await connection.close()


async def _publish(settings: SimulatorSettings, ledger: Path) -> None:
    """Run the simulator until everything has gone wrong, however slow this computer is."""
    simulator = asyncio.create_task(run(settings))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (simulator.done() or _is_over(ledger)):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.3)
    simulator.cancel()
    with suppress(asyncio.CancelledError):
        await simulator


def _is_over(ledger: Path) -> bool:
    entries = read_ledger(ledger) if ledger.exists() else []
    return len(entries) >= MESSAGES and _kinds(entries) >= _wanted()


def _kinds(entries: Sequence[Entry]) -> set[str]:
    return {one.published.fault for one in entries} - {""}


def _wanted() -> set[str]:
    of_devices = {fault.kind for fault in load_scenario("faults").faults.devices} - {"dead"}
    return of_devices | {"malformed", "late", "out-of-order", "duplicate"}


def _settings(platform: Up, ledger: Path) -> SimulatorSettings:
    address = urlsplit(platform.facts["mqtt"])
    connections = {
        city: MqttConnection(
            host=address.hostname or "",
            port=address.port or 0,
            username=f"{city}.sensors",
            password=platform.installation.mqtt_password(city, "sensors"),
        )
        for city in CITIES
    }
    return SimulatorSettings(mqtt=connections, scenario="faults", speed=SPEED, ledger_file=ledger)


def test_nothing_is_lost_on_a_bad_day(day: Day) -> None:
    assert day.verdict.lost_messages == ()
    assert day.verdict.lost == 0
    assert day.verdict.surplus == 0
    assert day.verdict.readings_rejected > 0
    assert day.verdict.observations_duplicate > 0


def test_every_kind_of_fault_was_there(day: Day) -> None:
    assert _kinds(day.entries) == _wanted()


def test_wild_values_and_wrong_clocks_are_stored_with_their_flags(day: Day) -> None:
    assert {row["result"] for row in day.flagged("luchtpost-ringlaan", "no2", "range.high")} == {
        4000
    }
    assert len(day.flagged("fontein-kerkplein", "power", "clock.future")) > 1
    assert {
        row["time"].year
        for row in day.flagged("lampen-stationsstraat", "power-1", "clock.default")
    } == {1970}


def test_another_unit_that_nobody_tells_is_stored_with_a_flag(day: Day) -> None:
    low = day.flagged("esp8266-990001", "pressure", "range.low")

    assert low
    assert all(9 < row["result"] < 11 for row in low)


def test_a_flat_line_and_a_drift_are_stored_as_they_come(day: Day) -> None:
    flat = {row["result"] for row in day.rows("geluid-vlasmarkt", "level")}
    drifting = [row["result"] for row in day.rows("esp8266-990003", "pm2-5")]

    assert len(flat) == 1
    assert max(drifting) - min(drifting) > 30


def test_an_update_opens_datastreams_and_does_not_mix_units(day: Day) -> None:
    index, concentration = (day.rows("klas-3b", name) for name in ("voc-index", "voc"))
    units = day.ask(
        "select d.name, d.unit from datastream d join thing t using (thing_id) "
        "where t.name = 'klas-3b' and d.name like 'voc%' order by 1"
    )

    assert index
    assert concentration
    assert max(row["time"] for row in index) < min(row["time"] for row in concentration)
    assert [tuple(row) for row in units] == [("voc", "ug/m3"), ("voc-index", "1")]
    assert day.rows("printer-bibliotheek", "energy")
    assert min(row["time"] for row in day.rows("printer-bibliotheek", "power")) < min(
        row["time"] for row in day.rows("printer-bibliotheek", "energy")
    )


def test_another_unit_of_the_same_quantity_goes_to_dead_letters(day: Day) -> None:
    letters = day.ask("select reasons from dead_letter where source like '%/weerpost-stadhuis'")
    pressures = [row["result"] for row in day.rows("weerpost-stadhuis", "pressure")]

    assert any("field.unit" in row["reasons"] for row in letters)
    assert all(900 < pressure < 1100 for pressure in pressures)


def test_what_was_kept_offline_is_there_though_late(day: Day) -> None:
    burst = day.published("offline")
    rows = day.rows("parking-dorpsplein", "free")
    kept = {
        datetime.fromisoformat(_ORIGIN.findall(one.published.payload)[0].decode()) for one in burst
    }
    stored = {row["time"]: row["published_at"] for row in rows}
    came = {stored[time] for time in kept}

    assert len(kept) > 1
    assert (max(came) - min(came)) < 0.5 * (max(kept) - min(kept))


def test_what_two_bridges_bring_is_stored_once(day: Day) -> None:
    brought = [
        one.published.sha256
        for one in day.entries
        if one.published.topic.endswith("/parking-vlasmarkt") and not one.published.kind
    ]

    assert day.published("bridges")
    assert len(day.rows("parking-vlasmarkt", "free")) == len(set(brought)) < len(brought)


def test_an_uplink_that_two_gateways_heard_is_stored_once(day: Day) -> None:
    gauge = [one for one in day.entries if "/peil-leie/" in one.published.topic]
    copies = [one for one in gauge if one.published.fault == "gateways"]
    times = [row["time"] for row in day.rows("peil-leie", "water-level")]

    assert copies
    assert len(times) <= len(gauge) - len(copies)
    assert min(b - a for a, b in pairwise(times)).total_seconds() > 1


def test_a_dead_device_leaves_what_it_said_before(day: Day) -> None:
    rows = day.rows("peil-molenbeek", "water-level")
    others = day.rows("peil-leie", "water-level")

    assert rows
    assert max(row["time"] for row in rows) < max(row["time"] for row in others)
