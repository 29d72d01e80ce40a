"""Publish a simulated city, or load: what is due goes out, until told to stop."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path

from schemas.errors import Misconfigured
from simulators.city import devices_of
from simulators.clock import SimulatedClock, start_clock
from simulators.faults import Message
from simulators.ledger import Ledger
from simulators.load import run_load
from simulators.mqtt_sink import MqttSink
from simulators.scenario import Scenario, load_scenario
from simulators.schedule import schedule
from simulators.settings import SimulatorSettings

log = logging.getLogger(__name__)

_FAREWELL_SECONDS = 2.0
"""How long we wait for acknowledgements when told to stop."""


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
        devices_of(scenario, seed=settings.seed),
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


@asynccontextmanager
async def publishing(
    settings: SimulatorSettings, cities: Iterable[str], ledger_file: Path | None, suffix: str = ""
) -> AsyncIterator[Mapping[str, MqttSink]]:
    """Connect as every city's user; at the end wait for acknowledgements.

    Raises:
        BrokerUnavailable: a broker does not answer, or refuses us.
    """
    async with AsyncExitStack() as stack:
        ledger = stack.enter_context(Ledger(ledger_file) if ledger_file else nullcontext())
        sinks = {}
        for city in cities:
            sink = MqttSink(
                settings.mqtt[city],
                client_id=f"simulator-{city}{suffix}",
                window=settings.window,
                ledger=ledger,
            )
            sinks[city] = await stack.enter_async_context(sink)
        patience = settings.patience_seconds
        try:
            yield sinks
        except asyncio.CancelledError:
            patience = min(patience, _FAREWELL_SECONDS)
            raise
        finally:
            await _drain(sinks.values(), patience)


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


async def _drain(sinks: Iterable[MqttSink], patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            for sink in sinks:
                await sink.drained()
    except TimeoutError:
        left = sum(sink.in_flight for sink in sinks)
        log.warning("%d messages were not acknowledged within %.0f s", left, patience)
