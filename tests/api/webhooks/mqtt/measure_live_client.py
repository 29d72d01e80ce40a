"""What republishing a message by MQTT costs: in bundles, and with a call of aiomqtt for each.

Run `python -m tests.api.webhooks.mqtt.measure_live_client [--messages N]`. Both ways send the same
messages to the same Mosquitto, in turns, and end when it has acknowledged the position behind.
"""

import argparse
import asyncio
import logging
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import uvloop

from api.webhooks.mqtt.live_client import LiveClient
from api.webhooks.mqtt.messages import POSITION_TOPIC, LiveMessage
from deploy.mosquitto import LIVE
from deploy.stack.mosquitto import Mosquitto

_DATASTREAMS: Final = 5000
_PAYLOAD: Final = b'{"datastream":1,"result":' + b"1" * 330 + b"}"
_CALLS: Final = 500  # under way at once
_ROUNDS: Final = 3

Way = Callable[[LiveClient, Sequence[LiveMessage]], Awaitable[None]]


class Cost(NamedTuple):
    """Microseconds for a message: of our CPU, of the broker's, and until the next one."""

    ours: float
    broker: float
    wall: float


async def measure(messages: int, folder: Path) -> None:
    """Start the broker, measure, and tell."""
    sent = [
        LiveMessage(f"live/zonnedorp/traffic/{n % _DATASTREAMS}", _PAYLOAD, retained=True)
        for n in range(messages)
    ]
    async with Mosquitto(folder) as broker:
        to = broker.connection_as(LIVE)
        assert to.password
        word = to.password.get_secret_value()
        async with LiveClient(to.host, to.port, username=to.username, password=word) as client:
            rounds = [
                (
                    await _cost(client, broker.pid, _calls, sent),
                    await _cost(client, broker.pid, _bundles, sent),
                )
                for _ in range(_ROUNDS)
            ]
    _tell(rounds)


async def _calls(client: LiveClient, messages: Sequence[LiveMessage]) -> None:
    for begin in range(0, len(messages), _CALLS):
        piece = messages[begin : begin + _CALLS]
        await asyncio.gather(*(client.publish(m.topic, m.payload, retain=True) for m in piece))


async def _bundles(client: LiveClient, messages: Sequence[LiveMessage]) -> None:
    await client.hand_over(messages)


async def _cost(
    client: LiveClient, broker: int, way: Way, messages: Sequence[LiveMessage]
) -> Cost:
    began = (_own_cpu(), _cpu_of(broker), time.perf_counter())
    await way(client, messages)
    await client.confirm(POSITION_TOPIC, "1")
    ended = (_own_cpu(), _cpu_of(broker), time.perf_counter())
    return Cost(*((b - a) / len(messages) * 1e6 for a, b in zip(began, ended, strict=True)))


def _tell(rounds: Sequence[tuple[Cost, Cost]]) -> None:
    for name, costs in zip(("a call each", "bundles"), zip(*rounds, strict=True), strict=True):
        ours, broker, wall = (median(column) for column in zip(*costs, strict=True))
        sys.stdout.write(
            f"{name}: CPU us/message: ours {ours:.2f}, the broker's {broker:.1f}; "
            f"{1e6 / wall:,.0f} messages/s\n"
        )
    times = median(calls.ours / bundled.ours for calls, bundled in rounds)
    sys.stdout.write(f"bundles take {times:.0f} times less of our CPU\n")


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _cpu_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=50_000)
    wishes = parser.parse_args()
    logging.getLogger("mqtt").setLevel(logging.ERROR)  # aiomqtt warns of each call beyond ten
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure(wishes.messages, Path(folder)))


if __name__ == "__main__":
    main()
