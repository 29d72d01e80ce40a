"""`stadspuls replay`: publish recorded payloads over MQTT, as the sensor would."""

import argparse
import asyncio
import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from deploy.commands import Parsers
from deploy.installation import Installation
from deploy.recorded_payloads import recorded_payloads
from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import observe
from schemas.registry import CityContext
from schemas.settings import MqttConnection
from schemas.topics import NAME, Address, source_of
from simulators.mqtt_sink import MqttSink


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "replay", parents=[common], help="publish recorded payloads to the running platform"
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
    parser.add_argument("--items", help="JMESPath of the list of payloads in a .json file")
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
    context = _city(installation, wishes.city)
    profile = context.library.profile(wishes.profile)
    if wishes.thing and not NAME.fullmatch(wishes.thing):
        raise Misconfigured("--thing: at most 64 letters a-z, digits and dashes")
    topic = source_of(Address(context.pack.slug, wishes.profile, wishes.thing))
    pace = _Pace(profile, context, wishes.speed)
    number = 0
    async with MqttSink(_connection(installation, context), client_id=_client_id()) as sink:
        for payload in recorded_payloads(wishes.file, profile.definition, wishes.items):
            await pace.wait(payload)
            await sink.room()
            sink.publish(topic, payload)
            number += 1
        await sink.drained()
    facts = {"topic": topic, "messages_published": number, "messages_acknowledged": number}
    line = f"{number} messages published to {topic} and acknowledged"
    sys.stdout.write((json.dumps(facts) if wishes.json else line) + "\n")
    return 0


def _city(installation: Installation, city: str | None) -> CityContext:
    cities = installation.registry().cities
    if city is None and len(cities) == 1:
        return next(iter(cities.values()))
    if city is None or city not in cities:
        raise Misconfigured(f"--city: name one of {', '.join(cities) or 'no city is added yet'}")
    return cities[city]


def _connection(installation: Installation, context: CityContext) -> MqttConnection:
    address = urlsplit(installation.running()["mqtt"])
    client = context.pack.city.clients[0]
    return MqttConnection(
        host=address.hostname or "127.0.0.1",
        port=address.port or 1883,
        username=f"{context.pack.slug}.{client}",
        password=SecretStr(installation.mqtt_password(context.pack.slug, client)),
    )


def _client_id() -> str:
    # Letters and digits alone: the embedded broker ends at other signs in a client's name.
    return f"replay{uuid.uuid4().hex[:12]}"


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
