"""What goes wrong, as data: everywhere now and then, and in one device for a while."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator

from schemas.cities.pack_parts import Name
from simulators.malformed import KINDS
from simulators.part import Part

Rate = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0)]


class Delay(Part):
    """A fault that holds messages back.

    Attributes:
        rate: share of the messages.
        seconds: for how long, on the simulated clock.
    """

    rate: Rate = 0.0
    seconds: Seconds = 600.0


class Duplicate(Part):
    """The same message twice, as two messages, for this share of them."""

    rate: Rate = 0.0


class OutOfOrder(Part):
    """A message that comes after the device's next one, for this share of them."""

    rate: Rate = 0.0


class Malformed(Part):
    """Payloads that are broken, for this share of the messages, in these ways."""

    rate: Rate = 0.0
    kinds: tuple[str, ...] = tuple(KINDS)

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [kind for kind in value if kind not in KINDS]
        if unknown or not value:
            raise ValueError(f"kinds are {', '.join(KINDS)}; not {unknown}")
        return value


class Silence(Part):
    """A device that says nothing for a while.

    Attributes:
        rate: share of the time that a device is silent.
        seconds: length of one silence, on the simulated clock.
    """

    rate: float = Field(0.0, ge=0, lt=1)
    seconds: Seconds = 900.0


class DeviceFault(Part):
    """A fault of one device, while its window is open; times are on the simulated clock.

    Attributes:
        kind: of fault.
        device: its name in the scenario.
        after_seconds: from the start of the run until it begins; none: with the first message.
        seconds: how long it lasts; none: to the end.
        every_seconds: from one beginning to the next; none: it comes once.
    """

    kind: str
    device: Name
    after_seconds: float | None = Field(None, ge=0)
    seconds: Seconds | None = None
    every_seconds: Seconds | None = None


class Drift(DeviceFault):
    """A quantity that goes away from the truth, slowly and for ever further."""

    kind: Literal["drift"]
    quantity: str
    per_hour: float


class Stuck(DeviceFault):
    """A quantity that keeps the value that it had: a flat line."""

    kind: Literal["stuck"]
    quantity: str


class Spikes(DeviceFault):
    """A quantity that jumps to a value for single messages, for this share of them."""

    kind: Literal["spikes"]
    quantity: str
    to: float
    rate: Rate = 0.2


class Scaled(DeviceFault):
    """A quantity in another unit, of which nobody says anything: `value * factor + plus`."""

    kind: Literal["scaled"]
    quantity: str
    factor: float = 1.0
    plus: float = 0.0


class Missing(DeviceFault):
    """Quantities that are not in the message, for this share of them."""

    kind: Literal["missing"]
    quantities: tuple[str, ...] = Field(min_length=1)
    rate: Rate = 1.0


class ClockOffset(DeviceFault):
    """A clock that is ahead (more than 0) or behind, for this share of the messages: it jumps."""

    kind: Literal["clock-offset"]
    offset_seconds: float
    rate: Rate = 1.0


class ClockReset(DeviceFault):
    """A clock that begins anew where its maker set it, as after a flat battery."""

    kind: Literal["clock-reset"]
    to: datetime = datetime(1970, 1, 1, tzinfo=UTC)


class Firmware(DeviceFault):
    """An update: from then on it speaks as another type of device."""

    kind: Literal["firmware"]
    to: Name


class Offline(DeviceFault):
    """No connection: the device keeps its messages, and sends all when it is back."""

    kind: Literal["offline"]
    seconds: Seconds


class Dead(DeviceFault):
    """A device that says nothing any more."""

    kind: Literal["dead"]


class Bridges(DeviceFault):
    """A message that comes through two bridges, the same bytes twice."""

    kind: Literal["bridges"]
    rate: Rate = 1.0


class Gateways(DeviceFault):
    """An uplink that the network hands on twice, as two gateways heard it."""

    kind: Literal["gateways"]
    rate: Rate = 1.0


SensorFault: TypeAlias = Drift | Stuck | Spikes | Scaled | Missing
ClockFault: TypeAlias = ClockOffset | ClockReset
ConnectionFault: TypeAlias = Offline | Dead | Bridges | Gateways
AnyDeviceFault: TypeAlias = Annotated[
    SensorFault | ClockFault | Firmware | ConnectionFault, Field(discriminator="kind")
]


class Faults(Part):
    """What goes wrong, each for itself; a message has one fault at most, in this order."""

    silence: Silence = Silence()
    malformed: Malformed = Malformed()
    late: Delay = Delay()
    out_of_order: OutOfOrder = OutOfOrder()
    duplicate: Duplicate = Duplicate()
    devices: tuple[AnyDeviceFault, ...] = ()
