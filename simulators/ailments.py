"""The faults of one device, sorted by where they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from schemas.errors import Misconfigured
from simulators.device_type import DeviceType
from simulators.fault_plan import (
    AnyDeviceFault,
    ClockFault,
    ConnectionFault,
    Dead,
    Firmware,
    Gateways,
    Missing,
    SensorFault,
)
from simulators.window import Window, window_of


@dataclass(frozen=True, kw_only=True)
class Ailments:
    """What is wrong with a device, each with the window in which it is.

    Attributes:
        sensor: in what it measures.
        clock: in what its clock shows.
        firmware: updates of it.
        connection: on its way to the broker.
    """

    sensor: tuple[tuple[SensorFault, Window], ...] = ()
    clock: tuple[tuple[ClockFault, Window], ...] = ()
    firmware: tuple[tuple[Firmware, Window], ...] = ()
    connection: tuple[tuple[ConnectionFault, Window], ...] = ()

    def within(self, seconds: float) -> str:
        """Return the kind of fault that a message of an instant may show, empty for none."""
        inside = (*self.sensor, *self.clock, *self.firmware)
        kinds = (fault.kind for fault, window in inside if window.opened(seconds) is not None)
        return next(kinds, "")

    def is_dead(self, seconds: float) -> bool:
        """Tell whether the device will never speak again."""
        ends = (window for fault, window in self.connection if isinstance(fault, Dead))
        return any(window.length == inf and window.opened(seconds) is not None for window in ends)


HEALTHY = Ailments()


def ailments_of(faults: Iterable[AnyDeviceFault], device: str, start: float) -> Ailments:
    """Return what is wrong with a device, in a run that starts at an instant."""
    own = [(fault, window_of(fault, start)) for fault in faults if fault.device == device]
    return Ailments(
        sensor=tuple((one, window) for one, window in own if isinstance(one, SensorFault)),
        clock=tuple((one, window) for one, window in own if isinstance(one, ClockFault)),
        firmware=tuple((one, window) for one, window in own if isinstance(one, Firmware)),
        connection=tuple((one, window) for one, window in own if isinstance(one, ConnectionFault)),
    )


def refuse_impossible(ailments: Ailments, name: str, of_type: DeviceType) -> None:
    """Refuse faults that a device of a type cannot have, so that none stays without effect.

    Raises:
        Misconfigured: names the device, the fault, and why not.
    """
    for fault, _ in ailments.sensor:
        wanted = fault.quantities if isinstance(fault, Missing) else (fault.quantity,)
        unknown = sorted(set(wanted) - of_type.quantities)
        if unknown:
            raise Misconfigured(
                f"{name}: {fault.kind}: it does not measure {', '.join(unknown)}, but "
                f"{', '.join(sorted(of_type.quantities))}"
            )
    if ailments.clock and not of_type.tells_time:
        raise Misconfigured(f"{name}: it tells no time, so that its clock cannot be seen wrong")
    for way, _ in ailments.connection:
        if isinstance(way, Gateways) and of_type.lorawan is None:
            raise Misconfigured(f"{name}: it speaks over no LoRaWAN, and is heard by no gateway")
