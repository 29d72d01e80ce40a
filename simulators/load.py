"""The load generator: small readings of many things at a constant rate."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from schemas.errors import BrokerUnavailable
from simulators.local_time import HOUR
from simulators.scenario import Load
from simulators.settings import SimulatorSettings
from simulators.sinks import publishing

_TICK_SECONDS = 0.005
_PAUSE_SECONDS = 0.05

Said = tuple[str, str, bytes]
"""City, topic, payload."""


def ledger_of(ledger_file: Path, process: int) -> Path:
    """Return the ledger of one of several processes."""
    return ledger_file.with_name(f"{ledger_file.stem}.{process}{ledger_file.suffix}")


async def run_load(settings: SimulatorSettings, load: Load) -> None:
    """Publish at the rate asked for, or as fast as the brokers acknowledge.

    Raises:
        BrokerUnavailable: a process could not publish.
    """
    if load.processes == 1:
        await publish_load(settings, load, process=0, ledger_file=settings.ledger_file)
        return
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_work, args=(settings, load, number), name=f"load {number}")
        for number in range(load.processes)
    ]
    for process in processes:
        process.start()
    try:
        while any(process.is_alive() for process in processes):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()
    if any(process.exitcode for process in processes):
        raise BrokerUnavailable("a process of the load generator could not publish; see above")


async def publish_load(
    settings: SimulatorSettings, load: Load, *, process: int, ledger_file: Path | None
) -> None:
    """Publish one process's share of the load.

    Raises:
        BrokerUnavailable: a broker does not answer, or refuses us.
    """
    said = readings(load, seed=settings.seed, process=process, now=time.time())
    rate = load.messages_per_second / load.processes
    parent = multiprocessing.parent_process()
    async with publishing(settings, load.cities, ledger_file, suffix=f"-{process}") as sinks:
        begin, sent = time.perf_counter(), 0
        while parent is None or parent.is_alive():
            elapsed = time.perf_counter() - begin
            if settings.seconds is not None and elapsed >= settings.seconds:
                break
            wanted = int(rate * elapsed) - sent
            room = min([await sink.room() for sink in sinks.values()])
            for city, topic, payload in _some(said, min(wanted, room)):
                sinks[city].publish(topic, payload, city=city)
                sent += 1
            await asyncio.sleep(_TICK_SECONDS if wanted < room else 0)


def readings(load: Load, *, seed: int, process: int, now: float) -> Iterator[Said]:
    """Yield readings without end: things in turn, spread over the processes; pure.

    Telraam's hours go back from the last whole one before `now`; the same thing's same hour holds
    the same counts in every run of a seed.
    """
    write = _WRITERS[load.dialect]
    things = [
        (city, _name(seed, number))
        for number in range(process, load.things, load.processes)
        for city in load.cities
    ]
    last_hour = int(now // HOUR) - 1
    for turn in count():
        for city, thing in things:
            topic, payload = write(thing, turn, last_hour)
            yield city, f"city/{city}/{topic}", payload


def _work(settings: SimulatorSettings, load: Load, process: int) -> None:
    ledger_file = settings.ledger_file and ledger_of(settings.ledger_file, process)
    asyncio.run(publish_load(settings, load, process=process, ledger_file=ledger_file))


def _some(said: Iterator[Said], number: int) -> Iterator[Said]:
    return (one for one, _ in zip(said, range(max(number, 0)), strict=False))


def _name(seed: int, number: int) -> int:
    return 9_900_000_000 + seed % 1000 * 100_000 + number


def _telraam(thing: int, turn: int, last_hour: int) -> tuple[str, bytes]:
    start = datetime.fromtimestamp((last_hour - turn) * HOUR, UTC)
    chance = (thing * 31 + (last_hour - turn) * 17) % 1009
    record = {
        "instance_id": -1,
        "segment_id": thing,
        "date": f"{start:%Y-%m-%dT%H:%M:%S}.000Z",
        "interval": "hourly",
        "uptime": 0.7952777778,
        "heavy": chance / 16,
        "car": chance / 4,
        "bike": chance / 32,
        "pedestrian": chance / 64,
        "timezone": "Europe/Brussels",
        "v85": 30 + chance % 40 / 2,
    }
    return f"telraam/v2/{thing}", json.dumps(record).encode()


def _airrohr(thing: int, turn: int, _last_hour: int) -> tuple[str, bytes]:
    values = {
        "SDS_P1": 12 + turn % 89 / 8,
        "SDS_P2": 7 + turn % 53 / 8,
        "BME280_temperature": 11 + turn % 31 / 16,
        "BME280_humidity": 70 + turn % 37 / 4,
        "BME280_pressure": 101_000 + turn % 23 * 3,
    }
    said = {
        "esp8266id": str(thing),
        "software_version": "NRZ-2020-133",
        "sensordatavalues": [
            *({"value_type": name, "value": f"{value:.2f}"} for name, value in values.items()),
            {"value_type": "samples", "value": str(4_000_000 + turn)},
        ],
    }
    return f"sensor-community/airrohr/{thing}", json.dumps(said).encode()


_WRITERS: Final[dict[str, Callable[[int, int, int], tuple[str, bytes]]]] = {
    "telraam": _telraam,
    "airrohr": _airrohr,
}
