"""The sinks of a run: a connection for each city, as that city's user."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path

from simulators.ledger import Ledger
from simulators.mqtt_sink import MqttSink
from simulators.settings import SimulatorSettings

log = logging.getLogger(__name__)

_FAREWELL_SECONDS = 2.0
"""How long we wait for acknowledgements when told to stop."""


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


async def _drain(sinks: Iterable[MqttSink], patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            for sink in sinks:
                await sink.drained()
    except TimeoutError:
        left = sum(sink.in_flight for sink in sinks)
        log.warning("%d messages were not acknowledged within %.0f s", left, patience)
