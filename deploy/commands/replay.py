"""`stadspuls replay`: publish recorded payloads as the sensor would; what became of them."""

import argparse
import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.commands import Parsers
from deploy.installation import Installation
from deploy.recorded_payloads import recorded_payloads
from deploy.recording_display import counted, write_report
from deploy.recording_report import Addressee, look_before, report
from deploy.recording_sender import client_id, mqtt_connection
from schemas.cities.registry import CityContext
from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import observe
from schemas.settings import KafkaConnection
from schemas.topics import NAME, Address, source_of
from simulators.mqtt_sink import MqttSink


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "replay",
        parents=[common],
        help="publish recorded payloads to the running platform, and tell what became of them",
    )
    parser.add_argument(
        "file",
        type=Path,
        nargs="+",
        help=".jsonl or .ndjson: a payload a line; .json: one payload, or a list (see --items); "
        "of a CSV profile: a row a payload; others: one payload; each may be gzipped (.gz)",
    )
    parser.add_argument("--profile", required=True, help="vendor/model that the payloads are of")
    parser.add_argument("--city", help="slug; may be left out where there is one city")
    parser.add_argument("--thing", help="name of the thing, where the payload names none")
    parser.add_argument(
        "--items",
        help="JMESPath of the payloads in a .json file, or in each line; null and false are none",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=0.0,
        help="how many times faster than the payloads' own times (default: as fast as it goes)",
    )
    parser.add_argument("--json", action="store_true", help="print facts as JSON")
    parser.set_defaults(command=lambda wishes: asyncio.run(_replay(wishes)))


async def _replay(wishes: argparse.Namespace) -> int:
    installation = Installation(wishes.data_dir)
    facts = installation.running()
    context = _city(installation, wishes.city)
    profile = context.library.profile(wishes.profile)
    if wishes.thing and not NAME.fullmatch(wishes.thing):
        raise Misconfigured("--thing: at most 64 letters a-z, digits and dashes")
    whose = Addressee(context.pack.slug, wishes.profile)
    topic = source_of(Address(*whose, wishes.thing))
    payloads = recorded_payloads(wishes.file, profile.definition, wishes.items)
    connection = await asyncpg.connect(facts["database"])
    try:
        before = await look_before(connection, whose)
        number = await _publish(installation, context, topic, payloads, wishes)
        found = await report(
            connection,
            KafkaConnection.model_validate(facts["kafka"]),
            before,
            whose,
            topics=[topic],
            acknowledged=number,
        )
    finally:
        await connection.close()
    write_report(topic, found, as_json=wishes.json)
    return 1 if found.lost else 0


async def _publish(
    installation: Installation,
    context: CityContext,
    topic: str,
    payloads: Iterable[bytes],
    wishes: argparse.Namespace,
) -> int:
    """Return how many messages were published, and acknowledged by the broker."""
    pace = _Pace(context.library.profile(wishes.profile), context, wishes.speed)
    connection = mqtt_connection(installation, context.pack)
    number = 0
    async with MqttSink(connection, client_id=client_id()) as sink:
        with counted("published") as count:
            for payload in payloads:
                await pace.wait(payload)
                await sink.room()
                sink.publish(topic, payload)
                number += 1
                count(number)
        await sink.drained()
    return number


def _city(installation: Installation, city: str | None) -> CityContext:
    cities = installation.registry().cities
    if city is None and len(cities) == 1:
        return next(iter(cities.values()))
    if city is None or city not in cities:
        raise Misconfigured(f"--city: name one of {', '.join(cities) or 'no city is added yet'}")
    return cities[city]


class _Pace:
    """Waits between payloads as long as the device did, divided by the speed."""

    def __init__(self, profile: CompiledProfile, context: CityContext, speed: float) -> None:
        self._profile = profile
        self._zone = context.pack.zone
        self._speed = speed
        self._before: datetime | None = None

    async def wait(self, payload: bytes) -> None:
        if not self._speed:
            return
        moment = self._moment(payload)
        if moment and self._before:
            seconds = (moment - self._before).total_seconds() / self._speed
            await asyncio.sleep(max(0.0, seconds))
        self._before = moment or self._before

    def _moment(self, payload: bytes) -> datetime | None:
        now = datetime.now(UTC)
        try:
            seen = observe(self._profile, payload, thing="x", received_time=now, zone=self._zone)
        except ReadingRejected:
            return None
        return seen.observations[0].phenomenon_start if seen.observations else None
