"""A device: where it speaks, how often, and what it says at an instant."""

from collections.abc import Callable
from dataclasses import dataclass

from simulators.ailments import HEALTHY, Ailments
from simulators.chance import stream, uniform


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device that speaks at regular instants, its ticks; all times are seconds since 1970.

    Attributes:
        city: slug of the city, whose user publishes.
        topic: where it publishes.
        period_seconds: between two ticks.
        phase_seconds: from a whole period to the tick, so that devices do not speak in chorus.
        history: ticks before the start that it sends at the start.
        say: the payload at a tick; pure.
        echo: the same uplink as a second gateway heard it, of a LoRaWAN device.
        ailments: what is wrong with it.
    """

    city: str
    topic: str
    period_seconds: float
    phase_seconds: float = 0.0
    history: int = 1
    say: Callable[[float], bytes]
    echo: Callable[[float], bytes] | None = None
    ailments: Ailments = HEALTHY

    def last_tick(self, seconds: float) -> int:
        """Return the number of the last tick at or before an instant."""
        return int((seconds - self.phase_seconds) // self.period_seconds)

    def time_of(self, tick: int) -> float:
        """Return the instant of a tick."""
        return tick * self.period_seconds + self.phase_seconds


def phase(seed: int, topic: str, period_seconds: float) -> float:
    """Return a whole number of seconds within a period, the device's own."""
    return float(uniform(stream(seed, "phase", topic), 0) * period_seconds // 1)
