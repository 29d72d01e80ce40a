"""The publisher: prepared packets on raw sockets, a ledger afterwards; a process of its own.

The simulators' load generator makes the messages. It does not send them here: its ledger, which
survives a kill, costs more than the rest of a message's journey. This one is written at the end.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from bench.child import say, told
from bench.messages import CITIES, Batch, messages
from bench.mqtt_packets import packet_number, publish
from bench.publisher_line import PublisherLine
from schemas.settings import MqttConnection
from simulators.ledger import Acknowledged, Published
from simulators.load import Said

_TICK_SECONDS: Final = 0.005
_PATIENCE_SECONDS: Final = 300.0


class Publishing(msgspec.Struct, frozen=True):
    """What a publisher is told.

    Attributes:
        brokers: by city: `MqttConnection` with the password in the open.
        batch: what is published.
        rate: messages a second, in all; `None`: as fast as the broker acknowledges.
        window: messages in flight of each connection.
        ledger_file: where the ledger is written.
    """

    brokers: dict[str, dict[str, object]]
    batch: Batch
    rate: float | None
    window: int
    ledger_file: str


class Sent(msgspec.Struct, frozen=True):
    """What a publisher says at the end.

    Attributes:
        first_time: of the first publish, in seconds since 1970.
        last_time: of the last publish.
        acknowledged_time: of the last acknowledgement.
    """

    first_time: float
    last_time: float
    acknowledged_time: float


async def serve() -> None:
    """Prepare, say so, publish when told, tell, and write the ledger when told."""
    work = msgspec.json.decode(told(), type=Publishing)
    said = messages(work.batch)
    shares = {city: [one for one in said if one[0] == city] for city in CITIES}
    lines = [await _connected(work, city, share) for city, share in shares.items()]
    say("ready")
    told()
    await _publish(lines, seconds=work.batch.count / work.rate if work.rate else 0.0)
    say(_sent(lines))
    told()
    for line in lines:
        line.finish()
    _write_ledger(Path(work.ledger_file), lines, list(shares.values()))


async def _connected(work: Publishing, city: str, share: Sequence[Said]) -> PublisherLine:
    broker = MqttConnection.model_validate(work.brokers[city])
    packets = [
        publish(topic, payload, packet_number(place))
        for place, (_, topic, payload) in enumerate(share)
    ]
    line = PublisherLine(broker, city, packets, work.window)
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: line, broker.host, broker.port)
    await line.connected
    return line


async def _publish(lines: Sequence[PublisherLine], *, seconds: float) -> None:
    begin, share = time.perf_counter(), 0.0
    while share < 1:
        share = min((time.perf_counter() - begin) / seconds, 1.0) if seconds else 1.0
        for line in lines:
            line.allow(share)
        await asyncio.sleep(_TICK_SECONDS)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        for line in lines:
            await line.acknowledged


def _sent(lines: Sequence[PublisherLine]) -> Sent:
    return Sent(
        first_time=min(line.published_times[0] for line in lines),
        last_time=max(line.published_times[-1] for line in lines),
        acknowledged_time=max(line.acknowledged_times[-1] for line in lines),
    )


def _write_ledger(
    file: Path, lines: Sequence[PublisherLine], shares: Sequence[Sequence[Said]]
) -> None:
    encoder, number = msgspec.json.Encoder(), 0
    with file.open("wb") as ledger:
        for line, share in zip(lines, shares, strict=True):
            times = zip(line.published_times, line.acknowledged_times, strict=True)
            for (city, topic, payload), (published, acknowledged) in zip(
                share, times, strict=True
            ):
                message = Published(
                    number=number,
                    city=city,
                    topic=topic,
                    sha256=hashlib.sha256(payload).hexdigest(),
                    published_time=published,
                    text=payload.decode(),
                )
                ledger.write(encoder.encode(message) + b"\n")
                ledger.write(encoder.encode(Acknowledged(number, acknowledged)) + b"\n")
                number += 1


if __name__ == "__main__":
    uvloop.run(serve())
