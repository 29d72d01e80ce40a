"""How fast one gateway is: QoS 1 from Mosquitto into the embedded Kafka, with CPU per message.

Run: `python tests/ingest/measure_gateway.py [--messages N] [--stock] [--no-kafka]`. It starts a
Mosquitto and a tansu of its own on free ports. The messages wait in the persistent session before
the clock starts, so the broker's taking them in is not measured.
"""

import argparse
import asyncio
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from deploy.stack.embedded_kafka import EmbeddedKafka
from deploy.stack.kafka_topics import Topic, create_topics
from deploy.stack.ports import free_port
from ingest.counts import Counts
from ingest.envelope import Envelope
from ingest.gates import Gate
from ingest.kafka_sink import KafkaSink
from ingest.memory_sink import MemorySink
from ingest.message import Message
from ingest.mqtt_source import MqttSource
from ingest.ports import Receipt
from ingest.receipt_clock import ReceiptClock
from ingest.settings import KafkaPolicy, MqttPolicy, RetryPolicy
from schemas.settings import MqttConnection
from schemas.topics import Routes

_SENSORS = 10_000
_PAYLOAD = (
    b'{"time":"2025-01-01T12:00:00Z","no2":21.5,"pm10":18.25,"pm25":9.5,"battery":3.7,"rssi":-71}'
)
_CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 0
max_queued_messages 0
max_packet_size 33554432
set_tcp_nodelay true
"""


async def measure(arguments: argparse.Namespace, folder: Path) -> None:
    port = free_port()
    (folder / "mosquitto.conf").write_text(_CONFIGURATION.format(port=port))
    broker = subprocess.Popen(
        [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(folder / "mosquitto.conf")],
        stderr=subprocess.DEVNULL,
    )
    try:
        await asyncio.sleep(0.5)
        async with EmbeddedKafka(folder) as kafka:
            topics = {
                "city.readings": Topic(partitions=12),
                "city.dead-letters": Topic(partitions=1),
            }
            await create_topics(kafka.connection, topics)
            sink = (
                MemorySink()
                if arguments.no_kafka
                else KafkaSink(kafka.connection, KafkaPolicy(), RetryPolicy())
            )
            await _run(arguments, port, sink, broker.pid)
    finally:
        broker.terminate()
        broker.wait()


async def _run(arguments: argparse.Namespace, port: int, sink: object, broker: int) -> None:
    clock, counts = ReceiptClock(), Counts()
    envelope = Envelope(
        Routes(["gent"]), lambda _: Gate(None, True), payload_bytes=262144, beginning_bytes=1024
    )

    def take(message: Message, receipt: Receipt) -> None:
        sink.put(envelope.seal(message, received_time=clock()), receipt)

    policy = MqttPolicy(batched_read=not arguments.stock, version="5" if arguments.v5 else "3.1.1")
    connection = MqttConnection(port=port)
    source = MqttSource(
        connection, policy, RetryPolicy(), filters=["city/#"], take=take, counts=counts
    )
    tasks = [asyncio.create_task(sink.run()), asyncio.create_task(source.run())]
    while not (source.ready and sink.ready):
        await asyncio.sleep(0.05)
    source.pause()
    publisher = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--publish", str(port), "--messages", str(arguments.messages)
    )
    if arguments.backlog:
        await publisher.wait()
    began, cpu, broker_cpu = time.perf_counter(), _cpu(), _cpu_of(broker)
    source._resume()
    while counts.acknowledged[("mqtt",)] < arguments.messages:
        await asyncio.sleep(0.02)
    seconds, used = time.perf_counter() - began, _cpu() - cpu
    await publisher.wait()
    print(
        f"{arguments.messages / seconds:,.0f} msg/s, gateway {used / arguments.messages * 1e6:.1f} "
        f"us/msg, broker {(_cpu_of(broker) - broker_cpu) / arguments.messages * 1e6:.1f} us/msg"
    )
    await source.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def publish(port: int, count: int) -> None:
    """Send prepared QoS 1 packets as fast as the broker takes them."""
    import socket
    import threading

    sock = socket.create_connection(("127.0.0.1", port))
    sock.sendall(b"\x10\x12\x00\x04MQTT\x04\x02\x00\x3c\x00\x06loader")
    sock.recv(4)

    def swallow() -> None:
        left = count * 4
        while left > 0:
            left -= len(sock.recv(1 << 16))

    reader = threading.Thread(target=swallow)
    reader.start()
    packets = []
    for number in range(count):
        topic = b"city/gent/telraam/v2/%06d" % (number % _SENSORS)
        body = struct.pack("!H", len(topic)) + topic
        body += struct.pack("!H", number % 65535 + 1) + _PAYLOAD
        packets.append(b"\x32" + bytes([len(body) % 128 | 128, len(body) // 128]) + body)
    for start in range(0, count, 500):
        sock.sendall(b"".join(packets[start : start + 500]))
    reader.join()


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _cpu_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--v5", action="store_true")
    parser.add_argument("--no-kafka", action="store_true")
    parser.add_argument("--backlog", action="store_true")
    parser.add_argument("--publish", type=int)
    parsed = parser.parse_args()
    if parsed.publish:
        publish(parsed.publish, parsed.messages)
    else:
        with tempfile.TemporaryDirectory() as folder:
            uvloop.run(measure(parsed, Path(folder)))
