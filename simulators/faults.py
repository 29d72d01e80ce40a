"""What goes wrong between a device's tick and the broker: pure, by seed, topic and tick."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from simulators.chance import stream, uniform
from simulators.device import Device
from simulators.malformed import KINDS
from simulators.scenario import Faults

Fault: TypeAlias = Literal["", "malformed", "late", "out-of-order", "duplicate"]

_OVERTAKEN = 1.5  # periods: later than the next tick, before the one after it
_SOON = 0.05  # periods between a message and its duplicate


class Message(NamedTuple):
    """One MQTT publish that shall be.

    Attributes:
        due: when, in seconds since 1970 on the simulated clock.
        device: who says it.
        payload: what it says.
        fault: what is wrong with it on purpose, empty when nothing is.
        kind: of a malformed payload.
    """

    due: float
    device: Device
    payload: bytes
    fault: Fault = ""
    kind: str = ""


def messages_of(device: Device, tick: int, faults: Faults, *, seed: int) -> Iterator[Message]:
    """Yield what a tick becomes: nothing, one message, or two."""
    time = device.time_of(tick)
    if _silent(device, time, faults, seed=seed):
        return
    fault = _fault(device, tick, faults, seed=seed)
    payload = device.say(time)
    if fault == "malformed":
        kind = _kind(device, tick, faults, seed=seed)
        yield Message(time, device, KINDS[kind](payload), fault, kind)
    elif fault == "late":
        yield Message(time + faults.late.seconds, device, payload, fault)
    elif fault == "out-of-order":
        yield Message(time + _OVERTAKEN * device.period_seconds, device, payload, fault)
    else:
        yield Message(time, device, payload)
        if fault == "duplicate":
            yield Message(time + _SOON * device.period_seconds, device, payload, fault)


def _silent(device: Device, time: float, faults: Faults, *, seed: int) -> bool:
    place = int(time // faults.silence.seconds)
    return float(uniform(stream(seed, "silence", device.topic), place)) < faults.silence.rate


def _fault(device: Device, tick: int, faults: Faults, *, seed: int) -> Fault:
    rates: dict[Fault, float] = {
        "malformed": faults.malformed.rate,
        "late": faults.late.rate,
        "out-of-order": faults.out_of_order.rate,
        "duplicate": faults.duplicate.rate,
    }
    for fault, rate in rates.items():
        if rate and float(uniform(stream(seed, fault, device.topic), tick)) < rate:
            return fault
    return ""


def _kind(device: Device, tick: int, faults: Faults, *, seed: int) -> str:
    kinds = faults.malformed.kinds
    return kinds[int(uniform(stream(seed, "kind", device.topic), tick) * len(kinds))]
