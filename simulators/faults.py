"""What goes wrong between a device's tick and the broker: pure, by seed, topic and tick."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from simulators.chance import stream, uniform
from simulators.device import Device
from simulators.fault_plan import Bridges, Dead, Faults, Gateways, Offline
from simulators.malformed import KINDS

Fault: TypeAlias = Literal["", "malformed", "late", "out-of-order", "duplicate"]
"""Of messages anywhere; a device's own faults are called by their kinds."""

_OVERTAKEN = 1.5  # periods: later than the next tick, before the one after it
_SOON = 0.05  # periods between a message and its duplicate
_SECOND_SECONDS = 0.5  # from one bridge or gateway to the other


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
    fault: str = ""
    kind: str = ""


def messages_of(device: Device, tick: int, faults: Faults, *, seed: int) -> Iterator[Message]:
    """Yield what a tick becomes: nothing, one message, or two."""
    time = device.time_of(tick)
    if _silent(device, time, faults, seed=seed):
        return
    own = _on_the_way(device, time, seed=seed)
    if own is not None:
        yield from own
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
        yield Message(time, device, payload, device.ailments.within(time))
        if fault == "duplicate":
            yield Message(time + _SOON * device.period_seconds, device, payload, fault)


def _on_the_way(device: Device, time: float, *, seed: int) -> list[Message] | None:
    """Return what the device's own connection makes of a message; `None` where it does nothing."""
    for fault, window in device.ailments.connection:
        begin = window.opened(time)
        if begin is None:
            continue
        if isinstance(fault, Dead):
            return []
        if isinstance(fault, Offline):
            return [Message(begin + fault.seconds, device, device.say(time), fault.kind)]
        if _chance(seed, fault.kind, device.topic, int(time)) < fault.rate:
            return _twice(device, time, fault)
    return None


def _twice(device: Device, time: float, fault: Bridges | Gateways) -> list[Message]:
    first = device.say(time)
    second = device.echo(time) if isinstance(fault, Gateways) and device.echo else first
    soon = time + min(_SECOND_SECONDS, _SOON * device.period_seconds)
    return [Message(time, device, first), Message(soon, device, second, fault.kind)]


def _silent(device: Device, time: float, faults: Faults, *, seed: int) -> bool:
    place = int(time // faults.silence.seconds)
    return _chance(seed, "silence", device.topic, place) < faults.silence.rate


def _fault(device: Device, tick: int, faults: Faults, *, seed: int) -> Fault:
    rates: dict[Fault, float] = {
        "malformed": faults.malformed.rate,
        "late": faults.late.rate,
        "out-of-order": faults.out_of_order.rate,
        "duplicate": faults.duplicate.rate,
    }
    for fault, rate in rates.items():
        if rate and _chance(seed, fault, device.topic, tick) < rate:
            return fault
    return ""


def _kind(device: Device, tick: int, faults: Faults, *, seed: int) -> str:
    kinds = faults.malformed.kinds
    return kinds[int(_chance(seed, "kind", device.topic, tick) * len(kinds))]


def _chance(seed: int, what: str, topic: str, place: int) -> float:
    return float(uniform(stream(seed, what, topic), place))
