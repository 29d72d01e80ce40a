"""What all devices say, in the order in which it is due."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import count

from simulators.device import Device
from simulators.fault_plan import Faults
from simulators.faults import Message, messages_of


def schedule(
    devices: Sequence[Device], start: float, *, faults: Faults, seed: int
) -> Iterator[Message]:
    """Yield messages in the order of their due times, until all devices are dead; pure.

    Each device begins with its last ticks before `start` (`Device.history`), due at once.

    Args:
        devices: who speaks.
        start: of the simulated clock, in seconds since 1970.
        faults: what goes wrong.
        seed: of the faults.
    """
    order = count()
    ticks: list[tuple[float, int, Device, int]] = []
    for device in devices:
        first = device.last_tick(start) - device.history + 1
        ticks.append((device.time_of(first), next(order), device, first))
    heapq.heapify(ticks)
    waiting: list[tuple[float, int, Message]] = []
    while ticks:
        time, _, device, tick = heapq.heappop(ticks)
        while waiting and waiting[0][0] <= time:
            yield heapq.heappop(waiting)[-1]
        for message in messages_of(device, tick, faults, seed=seed):
            heapq.heappush(waiting, (message.due, next(order), message))
        if not device.ailments.is_dead(time):
            heapq.heappush(ticks, (device.time_of(tick + 1), next(order), device, tick + 1))
    while waiting:
        yield heapq.heappop(waiting)[-1]
