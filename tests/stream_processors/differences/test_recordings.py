"""Recorded meters: their differences are those that anybody computes from the recording."""

import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from schemas.cities.registry import Registry
from schemas.decoders.telegram import checksum
from schemas.settings import DatabaseConnection
from schemas.wire import Reading
from stream_processors.differences.subtractor import Subtractor
from stream_processors.monitor import Monitor
from stream_processors.register.registrar import Registrar
from stream_processors.register.synchronise import synchronise
from stream_processors.settings import AggregateSettings, StoreSettings
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from stream_processors.store.observation_sink import ObservationSink
from stream_processors.store.ownership import Ownership
from tests.schemas.recordings import DATA, needs_recordings, rows_of
from tests.stream_processors.packs import registry_of
from tests.stream_processors.scene import record

Found: TypeAlias = dict[str, dict[datetime, tuple[float, tuple[str, ...]]]]

pytestmark = [needs_recordings, pytest.mark.embedded, pytest.mark.timeout(300)]

HEAT = "heat-meter-denmark/heat_meter_hourly_2018_2020.csv.gz"
_FOUND = """
select d.name, o.phenomenon_start, o.result_number, coalesce(o.quality, '{}')
from observation as o
join datastream as d using (datastream_id)
where o.reading_partition = -1
"""


async def played(
    database: DatabaseConnection, registry: Registry, payloads: Iterable[tuple[str, bytes]]
) -> Found:
    """Take payloads of a topic from normalise to the differences; return these by name."""
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    await synchronise(connection, registry)
    registrar, monitor = Registrar(database, registry), Monitor()
    sink = ObservationSink(StoreSettings(database=database), registrar, monitor)
    ownership = Ownership(known=await sink.take_over((0,)))
    arrivals = _arrivals(payloads)
    while batch := list(itertools.islice(arrivals, 2000)):
        passages = normalise(batch, registry=registry)
        await sink.write([record(one.result.offset, one.result) for one in passages], ownership)
    settings = AggregateSettings(database=database)
    subtractor = Subtractor(settings, monitor, barring_flags=["range.high"])
    await subtractor.turn()
    found: Found = {}
    for name, start, result, quality in await connection.fetch(_FOUND):
        found.setdefault(name, {})[start] = (result, tuple(quality))
    for one in (registrar, sink, subtractor._session, connection):
        await one.close()
    return found


def _arrivals(payloads: Iterable[tuple[str, bytes]]) -> Iterator[Arrival]:
    received = datetime(2026, 6, 1, tzinfo=UTC)
    for number, (model, payload) in enumerate(payloads):
        reading = Reading(
            city="stad-a",
            source=f"city/stad-a/{model}/recorded",
            received_time=received + timedelta(seconds=number),
            payload=payload,
        )
        yield Arrival(partition=0, offset=number, reading=reading)


async def test_heat_meter_counts_in_three_years_what_its_recording_says(
    embedded_database: DatabaseConnection, tmp_path: Path
) -> None:
    rows = list(rows_of(HEAT))
    lines = (("relife/heat-meter", ",".join(row.values()).encode()) for row in rows)
    found = await played(embedded_database, registry_of(tmp_path), lines)

    columns = {"heat-difference": "energy_heat_kwh", "volume-difference": "volume_flow_m3"}
    for name, column in columns.items():
        expected = {}
        for before, after in itertools.pairwise(rows):
            times = [datetime.fromisoformat(row["time_rounded"]) for row in (before, after)]
            if times[1] - times[0] == timedelta(hours=1):
                expected[times[0]] = float(Decimal(after[column]) - Decimal(before[column]))
        assert len(expected) > 26_000
        assert {start: result for start, (result, _) in found[name].items()} == pytest.approx(
            expected, abs=1e-9
        )
        assert sum(result for result, _ in found[name].values()) == pytest.approx(
            sum(expected.values())
        )
        assert {quality for _, quality in found[name].values()} == {()}


def _later(telegram: bytes, minutes: int, step: Decimal) -> bytes:
    """Return a recorded telegram as the meter sends it later, when all registers counted on."""

    def counted(match: re.Match[str]) -> str:
        width = len(match[2])
        return f"{match[1]}{Decimal(match[2]) + step * minutes:0{width}.3f}{match[3]}"

    def moved(match: re.Match[str]) -> str:
        time = datetime.strptime(match[2], "%y%m%d%H%M%S") + timedelta(minutes=minutes)  # noqa: DTZ007
        return f"{match[1]}{time:%y%m%d%H%M%S}{match[3]}"

    text = telegram.decode().rpartition("!")[0]
    text = re.sub(r"(1-0:[12]\.8\.[12]\()([\d.]+)(\*kWh)", counted, text)
    text = re.sub(r"(0-\d:24\.2\.[13]\(\d+[SW]\)\()([\d.]+)(\*m3)", counted, text)
    text = re.sub(r"(0-\d:(?:1\.0\.0|24\.2\.[13])\()(\d{12})([SW]\))", moved, text)
    return f"{text}!{checksum(f'{text}!'.encode())}\r\n".encode()


@pytest.mark.parametrize(
    ("name", "registers"),
    [
        ("dsmr_v4_2.txt", {"import-tariff-1", "import-tariff-2", "gas"}),
        ("dsmr_v5_0.txt", {"import-tariff-1", "import-tariff-2", "gas"}),
        ("fluvius_emucs_1_7_1_gas_water.txt", {"import-tariff-1", "gas", "water"}),
    ],
)
async def test_p1_meter_counts_in_each_quarter_what_its_telegrams_say(
    embedded_database: DatabaseConnection, tmp_path: Path, name: str, registers: set[str]
) -> None:
    """A recorded telegram, every five minutes for three hours, with all registers counting on."""
    telegram = (DATA / "dsmr-p1" / name).read_bytes()
    step = Decimal("0.007")
    payloads = [("dsmr/p1", _later(telegram, minutes, step)) for minutes in range(0, 180, 5)]
    found = await played(embedded_database, registry_of(tmp_path), payloads)

    assert registers <= {one.removesuffix("-difference") for one in found}
    for register in registers:
        series = found[f"{register}-difference"]
        minutes = 60 if register in ("gas", "water") else 15
        assert len(series) in (180 // minutes - 2, 180 // minutes - 1)
        assert {result for result, _ in series.values()} == {float(step * minutes)}
