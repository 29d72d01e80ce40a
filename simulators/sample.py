"""What a device knows at a tick: the values that it measured, and what its clock shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

MakeValue = Callable[[str, float], float | None]
"""The value of a quantity at an instant; `None` when the device has none."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A device's moment; instants are seconds since 1970.

    Attributes:
        seconds: the instant.
        previous: the instant of the device's tick before.
        clock_seconds: what the device's clock shows.
        zone: of the city.
        words: what never changes, such as the device's name.
        measure: gives values.
    """

    seconds: float
    previous: float
    clock_seconds: float
    zone: ZoneInfo
    words: Mapping[str, str]
    measure: MakeValue

    def value(self, quantity: str) -> float | None:
        """Return the value of a quantity."""
        return self.measure(quantity, self.seconds)

    def increase(self, quantity: str) -> float | None:
        """Return how much a register has counted since the tick before."""
        now, then = self.measure(quantity, self.seconds), self.measure(quantity, self.previous)
        return None if now is None or then is None else max(now - then, 0.0)

    @property
    def period_seconds(self) -> float:
        """Seconds since the tick before."""
        return self.seconds - self.previous

    def clock(self, *, begin: bool = False) -> float:
        """Return what the device's clock shows, or showed when this period began."""
        return self.clock_seconds - (self.period_seconds if begin else 0.0)
