"""The battery of a device, which gets older."""

from dataclasses import dataclass

from simulators.chance import uniform
from simulators.register import INSTALLED

_YEAR_SECONDS = 31_556_952.0
_FULL_VOLT, _SPAN_VOLT = 3.05, 0.5
_LOW = 5.0


@dataclass(frozen=True)
class Battery:
    """A battery; instants are seconds since 1970.

    Attributes:
        stream: number of its chance: some last longer.
    """

    stream: int

    def battery(self, seconds: float) -> float:
        """Return how full it is, in percent."""
        age = (seconds - INSTALLED) / _YEAR_SECONDS
        return max(_LOW, 100.0 - (8.0 + 6.0 * float(uniform(self.stream, 0))) * age)

    def battery_volt(self, seconds: float) -> float:
        """Return its voltage."""
        return _FULL_VOLT - _SPAN_VOLT * (1 - self.battery(seconds) / 100)
