"""How fast one gateway is: QoS 1 from Mosquitto into Kafka, with the CPU time of a message.

Run `python -m tests.ingest.measure_gateway [--messages N] [--kafka embedded|real|none] [--stock]
[--version 5]`. The services are those of the stack, with our configuration; the publisher is one
connection that sends as fast as the broker takes.
"""

import argparse
import asyncio
import resource
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from deploy.mosquitto import CityAccess
from deploy.stack import Topic, create_topics
from deploy.stack.apache_kafka import ApacheKafka
from deploy.stack.embedded_kafka import EmbeddedKafka
from deploy.stack.mosquitto import Mosquitto
from ingest.counts import Counts
from ingest.envelope import Envelope
from ingest.gates import Gate
from ingest.kafka_sink import KafkaSink
from ingest.memory_sink import MemorySink
from ingest.message import Message
from ingest.mqtt_source import MqttSource
from ingest.ports import ReadingSink, Receipt
from ingest.receipt_clock import ReceiptClock
from ingest.settings import KafkaPolicy, MqttPolicy, RetryPolicy
from schemas import wire
from schemas.topics import Routes
from tests.contracts.test_reading_sink import read_topics

_SENSORS: Final = 10_000
_PAYLOAD: Final = (
    b'{"time":"2025-01-01T12:00:00Z","no2":21.5,"pm10":18.25,"pm25":9.5,"battery":3.7}'
)
_USER, _PASSWORD = "gent.load", "load"
_BATCH: Final = 500


async def measure(arguments: argparse.Namespace, folder: Path) -> None:
    """Start the services, measure, and tell."""
    cities = [CityAccess(city="gent", users={_USER: _PASSWORD})]
    async with Mosquitto(folder, cities=cities) as broker, _sink(arguments.kafka, folder) as sink:
        counts = Counts()
        source = _source(arguments, broker, sink, counts)
        tasks = [asyncio.create_task(sink.run()), asyncio.create_task(source.run())]
        while not (source.ready and sink.ready):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        _tell(arguments.messages, await _time(arguments.messages, broker, counts))
        await _check(sink, arguments.messages)
        await source.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _sink(kind: str, folder: Path) -> AsyncIterator[ReadingSink]:
    if kind == "none":
        yield MemorySink()
        return
    async with EmbeddedKafka(folder) if kind == "embedded" else ApacheKafka(folder) as kafka:
        topics = {wire.READINGS: Topic(partitions=12), wire.DEAD_LETTERS: Topic(partitions=1)}
        await create_topics(kafka.connection, topics)
        yield KafkaSink(kafka.connection, KafkaPolicy(), RetryPolicy())


def _source(
    arguments: argparse.Namespace, broker: Mosquitto, sink: ReadingSink, counts: Counts
) -> MqttSource:
    now = ReceiptClock()
    envelope = Envelope(
        Routes(["gent"]), lambda _: Gate(None, True), payload_bytes=2**18, beginning_bytes=1024
    )

    def take(message: Message, receipt: Receipt) -> None:
        sink.put(envelope.seal(message, received_time=now()), receipt)

    policy = MqttPolicy(
        batched_read=not arguments.stock, version=arguments.version, dropped_topic=""
    )
    return MqttSource(
        broker.connection, policy, RetryPolicy(), filters=["city/#"], take=take, counts=counts
    )


async def _time(messages: int, broker: Mosquitto, counts: Counts) -> tuple[float, float, float]:
    """Return seconds, and CPU seconds of the gateway and the broker."""
    load = ("--publish", str(broker.ports[0]), "--messages", str(messages))
    program = (sys.executable, "-m", "tests.ingest.measure_gateway", *load)
    publisher = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    assert publisher.stdout
    await publisher.stdout.readline()
    began, cpu, broker_cpu = time.perf_counter(), _own_cpu(), _cpu_of(broker.pid)
    while counts.acknowledged[("mqtt",)] < messages:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    seconds = time.perf_counter() - began
    await publisher.wait()
    return seconds, _own_cpu() - cpu, _cpu_of(broker.pid) - broker_cpu


async def _check(sink: ReadingSink, messages: int) -> None:
    """Read back what is there: what was acknowledged counts only when it is."""
    if isinstance(sink, KafkaSink):
        found = len(await read_topics(sink._connection))
        sys.stdout.write(f"acknowledged {messages}, read back from Kafka {found}\n")
        if found != messages:
            sys.exit(1)


def _tell(messages: int, measured: tuple[float, float, float]) -> None:
    seconds, gateway, broker = measured
    ours, theirs = gateway / messages * 1e6, broker / messages * 1e6
    sys.stdout.write(
        f"{messages / seconds:,.0f} msg/s; CPU us/message: "
        f"gateway {ours:.1f}, broker in and out {theirs:.1f}\n"
    )


def publish(port: int, count: int) -> None:
    """Send prepared QoS 1 packets as fast as the broker takes them."""
    connection = socket.create_connection(("127.0.0.1", port))
    names = b"".join(_text(one) for one in (b"load", _USER.encode(), _PASSWORD.encode()))
    hello = b"\x00\x04MQTT\x04\xc2\x00\x3c" + names
    connection.sendall(b"\x10" + bytes([len(hello)]) + hello)
    connection.recv(4)
    packets = [_packet(number) for number in range(count)]
    reader = threading.Thread(target=_swallow, args=(connection, count * 4))
    reader.start()
    sys.stdout.write("sending\n")
    sys.stdout.flush()
    for start in range(0, count, _BATCH):
        connection.sendall(b"".join(packets[start : start + _BATCH]))
    reader.join()


def _packet(number: int) -> bytes:
    topic = _text(b"city/gent/telraam/v2/%06d" % (number % _SENSORS))
    body = topic + struct.pack("!H", number % 65535 + 1) + _PAYLOAD
    length = [len(body)] if len(body) < 128 else [len(body) % 128 | 128, len(body) // 128]
    return b"\x32" + bytes(length) + body


def _text(words: bytes) -> bytes:
    return struct.pack("!H", len(words)) + words


def _swallow(connection: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(connection.recv(1 << 16))


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _cpu_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--kafka", choices=["embedded", "real", "none"], default="embedded")
    parser.add_argument("--stock", action="store_true", help="read as paho does")
    parser.add_argument("--version", choices=["3.1.1", "5"], default="3.1.1")
    parser.add_argument("--publish", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.publish:
        publish(arguments.publish, arguments.messages)
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(arguments, Path(folder)))


if __name__ == "__main__":
    main()
