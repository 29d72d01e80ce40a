"""Publish a simulated city, or load: what is due goes out, until told to stop."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping

from schemas.errors import Misconfigured
from simulators.city import devices_of
from simulators.clock import SimulatedClock, start_clock
from simulators.faults import Message
from simulators.load import run_load
from simulators.mqtt_sink import MqttSink
from simulators.scenario import Scenario, load_scenario
from simulators.schedule import schedule
from simulators.settings import SimulatorSettings
from simulators.sinks import publishing

log = logging.getLogger(__name__)


async def run(settings: SimulatorSettings) -> None:
    """Publish until `seconds` are over, or until cancelled; then wait for acknowledgements.

    Raises:
        Misconfigured: the scenario is wrong, or has a city without an MQTT user.
        BrokerUnavailable: a broker does not answer, or refuses us.
    """
    scenario = load_scenario(settings.scenario)
    missing = sorted(set(scenario.slugs) - set(settings.mqtt))
    if missing:
        raise Misconfigured(
            f"SIMULATOR_MQTT: the scenario {settings.scenario!r} publishes in "
            f"{', '.join(missing)}, which has no MQTT user here; add it or take another scenario"
        )
    if scenario.load:
        await run_load(settings, scenario.load)
    else:
        await _run_city(settings, scenario)


async def _run_city(settings: SimulatorSettings, scenario: Scenario) -> None:
    clock = start_clock(time.time(), speed=settings.speed, seconds=settings.seconds)
    messages = schedule(
        devices_of(scenario, seed=settings.seed, start=clock.start),
        clock.start,
        faults=scenario.faults,
        seed=settings.seed,
    )
    async with publishing(settings, scenario.slugs, settings.ledger_file) as sinks:
        try:
            async with asyncio.timeout(settings.seconds):
                await _publish(messages, clock, sinks)
        except TimeoutError:
            log.info("published for %s s", settings.seconds)


async def _publish(
    messages: Iterable[Message], clock: SimulatedClock, sinks: Mapping[str, MqttSink]
) -> None:
    for message in messages:
        # Also when it is overdue: acknowledgements must get in between.
        await asyncio.sleep(max(0.0, clock.real_time_of(message.due) - time.time()))
        sink = sinks[message.device.city]
        await sink.room()
        sink.publish(
            message.device.topic,
            message.payload,
            city=message.device.city,
            fault=message.fault,
            kind=message.kind,
        )
