"""What lies between our processes and the services, cut, reset, half-open and slow."""

import asyncio
from collections.abc import Callable

import pytest

from tests.faults.pipeline import SERVICES, Pipeline
from tests.faults.proxy import FaultProxy
from tests.faults.trial import trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

_SECONDS = 4.0
_SLOW_BYTES = 40_000
_NOTICED_SECONDS = 25.0
"""Less than an MQTT keep-alive: who is cut off must notice it by itself."""
FAULTS: dict[str, Callable[[FaultProxy], None]] = {
    "cut": FaultProxy.cut,
    "reset": FaultProxy.reset,
    "half-open": FaultProxy.freeze,
    "slow": lambda proxy: proxy.slow(_SLOW_BYTES),
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_network_that_fails_loses_and_doubles_nothing(
    made: Pipeline, service: str, fault: str
) -> None:
    proxy = made.proxies[service]
    async with trial(made) as one:
        async with under_load(one):
            await one.committed()
            FAULTS[fault](proxy)
            await asyncio.sleep(_SECONDS)
            proxy.heal()
            one.mended()
            await one.committed(seconds=_NOTICED_SECONDS)
        outcome = await one.judged(
            f"network to {service}: {fault} for {_SECONDS:.0f} s", "0 lost, 0 twice"
        )

    assert outcome.is_kept, outcome
