"""The rounds: relay, whole, partial, and again; and what they need around them."""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import yaml

from bench.interpreter import speeds
from bench.machine import machine, versions
from bench.messages import CITIES, Batch, messages
from bench.pages_arm import pages_arm
from bench.relay_arm import relay_arm
from bench.results import Arm, Results, Round
from bench.whole_arm import Site, site, whole_arm
from bench.wishes import Wishes
from deploy.installation import EXAMPLES, Installation
from deploy.platform import Platform, access, running_platform
from deploy.settings import PlatformSettings
from deploy.stack.embedded_mqtt import EmbeddedMqtt
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.mqtt import MqttService
from schemas.cities.pack import load_city_pack

_CALIBRATION: Final = 5000
"""Messages from which the first round's batches are sized."""

_YEARS_BACK: Final = 2
_HOURS_OF_A_YEAR: Final = 365 * 24


@dataclass
class Bench:
    """A platform and a relay, ready to be measured.

    Attributes:
        wishes: what is to be measured.
        site: the platform.
        relay: a broker beside it, configured as the platform's, to which it does not listen.
        next_hour: of the messages, in hours since 1970; every arm's come after the last one's.
    """

    wishes: Wishes
    site: Site
    relay: MqttService
    next_hour: int = field(
        default_factory=lambda: int(time.time()) // 3600 - _YEARS_BACK * _HOURS_OF_A_YEAR
    )

    def batch(self, count: int) -> Batch:
        """Return the next messages."""
        batch = Batch(
            count=count,
            things=self.wishes.things,
            values=self.wishes.values,
            first_hour=self.next_hour,
        )
        self.next_hour += batch.turns
        return batch

    async def relayed(self, count: int) -> Arm:
        """Measure the relay."""
        folder = self.site.platform.installation.data_dir
        return await relay_arm(
            self.relay, self.batch(count), window=self.wishes.window, folder=folder
        )

    async def whole(self, count: int, *, rate: float | None = None) -> Arm:
        """Measure the platform."""
        return await whole_arm(self.site, self.batch(count), rate=rate)


async def measure(wishes: Wishes) -> Results:
    """Run the benchmark.

    Raises:
        Misconfigured: the services are not installed.
        Unavailable: something did not come up, or ended by itself.
    """
    begun = time.time()
    say("measuring the interpreter")
    interpreter = speeds()
    async with prepared(wishes) as bench:
        rounds = await _rounds(bench, begun)
        say("event streams")
        pages = await pages_arm(bench.site, seconds=wishes.seconds)
        connection = bench.site.connection
        (_, _, payload), *_ = messages(bench.batch(1))
        return Results(
            begun=datetime.fromtimestamp(begun, UTC).isoformat(timespec="seconds"),
            took_seconds=round(time.time() - begun, 1),
            services=wishes.services,
            things=wishes.things * len(CITIES),
            values=wishes.values,
            payload_bytes=len(payload),
            rounds=rounds,
            machine=machine(bench.site.platform.installation.data_dir),
            versions=await versions(wishes.services, connection),
            interpreter=interpreter,
            pages=pages,
        )


@asynccontextmanager
async def prepared(wishes: Wishes) -> AsyncIterator[Bench]:
    """Start everything and register the things; at the end nothing of it is left.

    Raises:
        Misconfigured: the services are not installed.
        Unavailable: something did not come up.
    """
    # What is done when there is nothing to do would be measured with what comes next.
    os.environ["LDES_BROTLI"] = "false"
    with _folder(wishes) as folder:
        installation = Installation(folder / "platform")
        for city in CITIES:
            installation.add_city(_pack(city, folder, things=wishes.things))
        settings = PlatformSettings(
            data_dir=installation.data_dir, services=wishes.services, port=0, ingest_port=0
        )
        relay_of = Mosquitto if wishes.services == "real" else EmbeddedMqtt
        async with (
            running_platform(settings) as platform,
            relay_of(folder / "relay", cities=access(installation)) as relay,
            _running(platform),
            site(platform, window=wishes.window) as here,
        ):
            bench = Bench(wishes=wishes, site=here, relay=relay)
            say("registering the things")
            await bench.whole(2 * wishes.things)
            yield bench


@asynccontextmanager
async def _running(platform: Platform) -> AsyncIterator[None]:
    """Run the platform's processes."""
    running = asyncio.create_task(platform.run(), name="platform")
    try:
        await platform.ready()
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _rounds(bench: Bench, begun: float) -> list[Round]:
    """Measure round after round, each sized by the one before."""
    wishes = bench.wishes
    rounds: list[Round] = []
    say("calibrating")
    relay = (await bench.relayed(_CALIBRATION)).messages_per_second
    whole = (await bench.whole(_CALIBRATION)).messages_per_second
    longest = 0.0
    while len(rounds) < wishes.rounds:
        before = time.time()
        if before + longest - begun > wishes.longest_seconds:
            say(f"no time for round {len(rounds) + 1} of {wishes.rounds}", always=True)
            break
        say(f"round {len(rounds) + 1} of {wishes.rounds}")
        one = await _round(bench, relay=relay, whole=whole)
        relay, whole = one.relay.messages_per_second, one.whole.messages_per_second
        rounds.append(one)
        longest = max(longest, time.time() - before)
    return rounds


async def _round(bench: Bench, *, relay: float, whole: float) -> Round:
    seconds = bench.wishes.seconds
    relayed = await bench.relayed(int(relay * seconds))
    complete = await bench.whole(int(whole * seconds))
    rate = bench.wishes.share * complete.messages_per_second
    partial = await bench.whole(int(rate * seconds), rate=rate)
    return Round(relay=relayed, whole=complete, partial=partial)


def say(words: str, *, always: bool = False) -> None:
    """Tell a person how far it is; on a terminal, unless it matters."""
    if always or sys.stderr.isatty():
        print(words, file=sys.stderr)


@contextmanager
def _folder(wishes: Wishes) -> Iterator[Path]:
    if wishes.data_dir is not None:
        yield wishes.data_dir
        return
    folder = tempfile.mkdtemp(prefix="stadspuls-bench-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pack(city: str, folder: Path, *, things: int) -> Path:
    """Return a copy of a city's pack that lets all things in within an hour."""
    target = folder / "packs" / city
    shutil.copytree(EXAMPLES / city, target, dirs_exist_ok=True)
    file = target / "city.yaml"
    facts = yaml.safe_load(file.read_text(encoding="utf-8"))
    facts["newThingsPerHour"] = max(things, load_city_pack(target).city.new_things_per_hour)
    file.write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    return target
