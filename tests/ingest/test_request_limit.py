"""Gateways of one computer count requests together, and refuse who asks too often."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest

from deploy.stack.ports import free_port
from ingest.bridge import Bridge
from ingest.settings import IngestSettings
from schemas.cities.registry import Registry
from schemas.requests.limit import RequestPolicy
from schemas.settings import HttpListener, KafkaConnection

ADDRESS = "/ingest/stad-a/telraam/v2/9000001"
POLICY = RequestPolicy(address_requests=10, key_requests=4, seconds=3600, unlimited=())


@pytest.fixture
async def gateways(
    packs: list[Path], keys_file: Path, registry: Registry, tmp_path: Path
) -> AsyncIterator[Sequence[httpx.AsyncClient]]:
    """Yield clients of two gateways with one table; there is no Kafka behind them."""
    policy = POLICY.model_copy(update={"table_file": tmp_path / "requests"})
    bridges = [
        Bridge(
            IngestSettings(
                cities=tuple(packs),
                keys_file=keys_file,
                kafka=KafkaConnection(bootstrap=f"127.0.0.1:{free_port()}"),
                http=HttpListener(port=0),
                requests=policy,
                stop_seconds=0,
            ),
            registry,
        )
        for _ in range(2)
    ]
    for bridge in bridges:
        bridge.start()
    clients = [
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{bridge._server.port}", timeout=90)
        for bridge in bridges
    ]
    yield clients
    for client in clients:
        await client.aclose()
    for bridge in bridges:
        await bridge.stop()


async def test_requests_to_two_gateways_are_counted_together(
    gateways: Sequence[httpx.AsyncClient],
) -> None:
    forged = {"X-Forwarded-For": "192.0.2.1"}
    answers = [
        await gateways[number % 2].post(ADDRESS, content=b"{}", headers=forged)
        for number in range(12)
    ]

    assert [one.status_code for one in answers] == [401] * 10 + [429] * 2
    refused = answers[-1]
    assert refused.json()["reason"] == "requests.too-many"
    assert refused.headers["content-type"] == "application/problem+json"
    # Ten an hour: the next one in six minutes.
    assert 300 < int(refused.headers["retry-after"]) <= 360


async def test_key_is_counted_whichever_gateway_sees_it(
    gateways: Sequence[httpx.AsyncClient],
) -> None:
    key = {"Authorization": "Bearer sleutel-a"}
    answers = [
        await gateways[number % 2].post(ADDRESS, content=b"{}", headers=key) for number in range(5)
    ]
    other = await gateways[0].post(ADDRESS, content=b"{}")

    # Without Kafka nothing is taken, and says so; the limit comes before that.
    assert [one.status_code for one in answers] == [503] * 4 + [429]
    assert other.status_code == 401
