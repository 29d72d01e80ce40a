"""A whole gateway in process, from MQTT and HTTP to Kafka, on both stacks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from deploy.stack import Stack, Topic, create_topics
from deploy.stack.embedded_kafka import EmbeddedKafka
from deploy.stack.ports import free_port
from ingest.bridge import run
from ingest.settings import IngestSettings, MqttPolicy, RetryPolicy
from schemas import wire
from schemas.errors import Misconfigured
from schemas.settings import HttpListener, KafkaConnection
from schemas.wire import DeadLetter, Reading
from tests.contracts.test_reading_sink import read_topics
from tests.ingest.publisher import publisher

TOPICS = {wire.READINGS: Topic(partitions=4), wire.DEAD_LETTERS: Topic(partitions=1)}
KEY_A = {"Authorization": "Bearer sleutel-a"}
Make = Callable[..., IngestSettings]


@pytest.fixture
def make(packs: list[Path], keys_file: Path, topic_prefix: str) -> Make:
    """Return a maker of settings for a gateway with a name and an HTTP port of its own."""

    def make(
        stack: Stack | None, kafka: KafkaConnection, filters: tuple[str, ...]
    ) -> IngestSettings:
        return IngestSettings(
            cities=tuple(packs),
            keys_file=keys_file,
            mqtt=stack.mqtt if stack else None,
            kafka=kafka,
            http=HttpListener(port=free_port()),
            source=MqttPolicy(
                client_id=topic_prefix,
                topic_filters=filters,
                dropped_topic=stack.mqtt_service.dropped_topic if stack else "",
            ),
            retry=RetryPolicy(first_seconds=0.05, longest_seconds=0.2),
            stop_seconds=5,
        )

    return make


@asynccontextmanager
async def running(settings: IngestSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Run a gateway; yield a client of its HTTP interface."""
    work = asyncio.create_task(run(settings))
    async with httpx.AsyncClient(base_url=settings.http.address, headers=KEY_A) as client:
        try:
            yield client
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def until_ready(client: httpx.AsyncClient, status: int = 200) -> None:
    """Return when the gateway's readiness is as wanted."""
    async with asyncio.timeout(30):
        while await _readiness(client) != status:  # noqa: ASYNC110 - another server's state
            await asyncio.sleep(0.02)


async def _readiness(client: httpx.AsyncClient) -> int:
    try:
        return (await client.get("/ready")).status_code
    except httpx.TransportError:
        return 0


async def test_readings_of_both_channels_are_in_kafka_when_the_gateway_has_stopped(
    stack: Stack, make: Make, topic_prefix: str
) -> None:
    await create_topics(stack.kafka, TOPICS)
    source = f"city/stad-a/telraam/v2/{topic_prefix}"
    async with running(make(stack, stack.kafka, (source,))) as client:
        await until_ready(client)
        async with publisher(stack.mqtt_service.connection_as("stad-a.device")) as sender:
            await sender.publish(source, [b"by mqtt"])
        path = source.replace("city/", "/ingest/", 1)
        assert (await client.post(path, content=b"by http")).status_code == 202
        metrics = (await client.get("/metrics")).text

    assert 'stadspuls_ingest_messages_total{channel="http",city="stad-a"} 1.0' in metrics
    assert "stadspuls_ingest_mqtt_connected 1.0" in metrics
    items = [item for item in await read_topics(stack.kafka) if item.source == source]
    readings = {item.payload: item for item in items if isinstance(item, Reading)}
    assert set(readings) == {b"by mqtt", b"by http"}
    assert [readings[b"by mqtt"].channel, readings[b"by http"].channel] == ["mqtt", "http"]


async def test_message_without_a_place_is_a_dead_letter_and_is_acknowledged(
    stack: Stack, make: Make, topic_prefix: str
) -> None:
    await create_topics(stack.kafka, TOPICS)
    topics = (f"city/stad-a/unheard/of/{topic_prefix}", f"city/stad-a/{topic_prefix}")
    async with running(make(stack, stack.kafka, topics)) as client:
        await until_ready(client)
        async with publisher(stack.mqtt_service.connection_as("stad-a.device")) as sender:
            for topic in topics:
                await sender.publish(topic, [b"?"])
        expected = 'acknowledged_total{channel="mqtt"} 2.0'
        async with asyncio.timeout(90):
            while expected not in (await client.get("/metrics")).text:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    letters = [item for item in await read_topics(stack.kafka) if item.source in topics]
    assert all(isinstance(letter, DeadLetter) for letter in letters)
    reasons = [one.rejections[0].reason for one in letters if isinstance(one, DeadLetter)]
    assert sorted(reasons) == ["profile.unknown", "topic.malformed"]


def post(path: bytes, *headers: bytes, body: bytes = b"{}") -> bytes:
    """Write a request by hand."""
    lines = [b"POST %b HTTP/1.1" % path, *headers]
    return b"\r\n".join([*lines, b"", body])


THING = b"/ingest/stad-a/telraam/v2/1"
HOST, KEY, TWO, NONE = (
    b"Host: x",
    b"X-Api-Key: sleutel-a",
    b"Content-Length: 2",
    b"Content-Length: 0",
)
RAW = [
    post(THING, b"Host: [", KEY, TWO),
    post(b"/ingest/stad-a/telraam/v2/%ff%00", HOST, KEY, NONE, body=b""),
    post(b"/ingest/%c3%28/%2e%2e/v2/1", HOST, NONE, body=b""),
    post(THING + b"?%zz=\xff", HOST, NONE, body=b""),
    post(b"//ingest//stad-a", HOST, NONE, body=b""),
    post(THING, HOST, KEY, b"Content-Length: 99999999999999999999"),
    post(THING, HOST, KEY, b"Content-Length: -1"),
    post(THING, HOST, KEY, b"Transfer-Encoding: chunked", body=b"zz\r\n"),
    post(THING, HOST, b"X-Api-Key: \xff\xfe", TWO),
    post(THING, HOST, KEY, b"Content-Type: \xff", b"Idempotency-Key: \xff", TWO),
    post(THING, HOST, KEY, b"Content-Type: \xff", TWO),
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /ready?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x00\xa5\x01\x00",
    b"GET / HTTP/9.9\r\n\r\n",
]


@pytest.mark.embedded
async def test_no_bytes_are_answered_with_a_fault_of_ours(
    embedded_stack: Stack, make: Make
) -> None:
    await create_topics(embedded_stack.kafka, TOPICS)
    settings = make(None, embedded_stack.kafka, ())
    async with running(settings) as client:
        await until_ready(client)
        for raw in RAW:
            status = await _status_of(settings.http.port, raw)
            assert status is None or 200 <= status < 500, raw[:60]
        assert (await client.get("/health")).status_code == 200


async def _status_of(port: int, raw: bytes) -> int | None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        writer.write_eof()
        first = await asyncio.wait_for(reader.readline(), 10)
        return int(first.split()[1]) if first else None
    except ConnectionError:
        return None
    finally:
        writer.close()


@pytest.mark.embedded
async def test_gateway_waits_for_kafka_and_its_topics(
    embedded_stack: Stack, make: Make, tmp_path: Path, topic_prefix: str
) -> None:
    kafka = EmbeddedKafka(tmp_path)
    await kafka.start()
    await kafka.stop()
    source = f"city/stad-a/telraam/v2/{topic_prefix}"
    async with running(make(embedded_stack, kafka.connection, (source,))) as client:
        await until_ready(client, 503)
        refused = await client.post("/ingest/stad-a/telraam/v2/1", content=b"1")
        assert (refused.status_code, refused.json()["reason"]) == (503, "storage.slow")
        async with publisher(embedded_stack.mqtt_service.connection_as("stad-a.device")) as sender:
            await sender.publish(source, [b"early"])
        await kafka.start()
        assert (await client.get("/ready")).status_code == 503
        await create_topics(kafka.connection, TOPICS)
        await until_ready(client)

    assert [item.payload for item in await read_topics(kafka.connection)] == [b"early"]
    await kafka.stop()


@pytest.mark.embedded
async def test_taken_port_is_told_in_a_sentence(embedded_stack: Stack, make: Make) -> None:
    settings = make(None, embedded_stack.kafka, ())
    async with running(settings) as client:
        await until_ready(client)

        with pytest.raises(Misconfigured, match=f"port {settings.http.port}"):
            await run(settings)
